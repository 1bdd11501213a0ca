"""Names in place of ARNs, at the terminal only."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.processes import (
    ROLE,
    SFN,
    create_machine,
    ended,
    environment_of,
    serving,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:states:us-east-1:123456789012"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A machine with a version, an alias and two executions, a machine without executions, an activity."""
    home = tmp_path_factory.mktemp("names") / "store"
    machine = create_machine(home, "Pay", PASS)
    sfn_json(home, "publish-state-machine-version", "--state-machine-arn", "Pay")
    routing = "stateMachineVersionArn=Pay:1,weight=100"
    sfn_json(home, "create-state-machine-alias", "--name", "live", "--routing-configuration", routing)
    create_machine(home, "New", PASS)
    sfn_json(home, "create-activity", "--name", "approve")
    for name in ("monday", "tuesday"):
        ended(home, start_execution(home, machine, "--name", name))
    yield home
    stop_workers(home)


NAMES = [
    ("describe-state-machine --state-machine-arn Pay --query stateMachineArn", f"{ARN}:stateMachine:Pay"),
    ("describe-state-machine --state-machine-arn Pay:1 --query stateMachineArn", f"{ARN}:stateMachine:Pay:1"),
    (
        "describe-state-machine-alias --state-machine-alias-arn Pay:live --query stateMachineAliasArn",
        f"{ARN}:stateMachine:Pay:live",
    ),
    (
        "describe-state-machine-alias --state-machine-alias-arn Pay:live --query routingConfiguration",
        [{"stateMachineVersionArn": f"{ARN}:stateMachine:Pay:1", "weight": 100}],
    ),
    ("list-executions --state-machine-arn Pay --query executions[0].name", "tuesday"),
    ("describe-execution --execution-arn Pay/monday --query executionArn", f"{ARN}:execution:Pay:monday"),
    ("describe-execution --execution-arn Pay/last --query executionArn", f"{ARN}:execution:Pay:tuesday"),
    ("get-execution-history --execution-arn=Pay/last --query events[0].type", "ExecutionStarted"),
    ("describe-activity --activity-arn approve --query activityArn", f"{ARN}:activity:approve"),
    ("list-tags-for-resource --resource-arn Pay --query length(tags)", 0),
    ("list-tags-for-resource --resource-arn approve --query length(tags)", 0),
]


@pytest.mark.slow
@pytest.mark.parametrize("line, answer", NAMES)
def test_names(home: Path, line: str, answer: object) -> None:
    assert sfn_json(home, *line.split()) == answer


def test_start_executions(home: Path, tmp_path: Path) -> None:
    """sfn's own commands accept names, too."""
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_text("{}\n")
    done = sfn(
        home,
        "start-executions",
        "--state-machine-arn",
        "Pay:live",
        "--inputs",
        str(inputs),
        "--name-prefix",
        "a",
    )
    assert (done.returncode, f"{ARN}:execution:Pay:a" in done.stdout) == (0, True)


def test_endpoint(home: Path, tmp_path: Path) -> None:
    """The names are those of the endpoint that the command calls."""
    with serving(home) as url:
        words = ("describe-execution", "--execution-arn", "Pay/monday", "--endpoint-url", url)
        described = sfn_json(
            tmp_path / "other",
            *words,
            environment={"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"},
        )
    assert described["name"] == "monday"


MISSING = [
    (
        "describe-state-machine --state-machine-arn Pya",
        "InvalidArn",
        'No state machine named "Pya". Did you mean "Pay"? List them with: sfn ls',
    ),
    (
        "start-execution --state-machine-arn Other",
        "InvalidArn",
        'No state machine named "Other". List them with: sfn ls',
    ),
    (
        "describe-state-machine --state-machine-arn Pay:7",
        "StateMachineDoesNotExist",
        'Pay has no version "7". List them with: sfn list-state-machine-versions --state-machine-arn Pay',
    ),
    (
        "describe-execution --execution-arn Pay/mnday",
        "ExecutionDoesNotExist",
        'Pay has no execution "mnday". Did you mean "Pay/monday"? List them with: sfn ls Pay',
    ),
    (
        "stop-execution --execution-arn Pax/monday",
        "InvalidArn",
        'No state machine named "Pax". Did you mean "Pay/monday"? List them with: sfn ls',
    ),
    (
        "describe-execution --execution-arn Pay",
        "InvalidArn",
        "Pay is a state machine. Name one of its executions, such as Pay/last.",
    ),
    (
        "describe-execution --execution-arn New/last",
        "InvalidArn",
        "New has no executions yet. To start one: sfn start-execution --state-machine-arn New",
    ),
    (
        "describe-activity --activity-arn aprove",
        "InvalidArn",
        'No activity named "aprove". Did you mean "approve"? List them with: sfn list-activities',
    ),
    (
        "list-tags-for-resource --resource-arn other",
        "InvalidArn",
        'No state machine or activity named "other". List them with: sfn ls, sfn list-activities',
    ),
    (
        "show Pax",
        "ExecutionDoesNotExist",
        'No state machine or file named "Pax". Did you mean "Pay"? List them with: sfn ls',
    ),
    (
        "show monday",
        "ExecutionDoesNotExist",
        'No state machine or file named "monday". Did you mean "Pay/monday"? List them with: sfn ls',
    ),
    (
        "show x",
        "ExecutionDoesNotExist",
        'No state machine or file named "x". An execution is written as MACHINE/NAME. List them with: sfn ls',
    ),
    (
        "describe-execution --execution-arn monday",
        "InvalidArn",
        'No state machine named "monday". Did you mean "Pay/monday"? List them with: sfn ls',
    ),
    ("ls Pax", "InvalidArn", 'No state machine named "Pax". Did you mean "Pay"? List them with: sfn ls'),
]


@pytest.mark.parametrize("line, code, text", MISSING)
def test_missing_names(home: Path, line: str, code: str, text: str) -> None:
    """A script gets AWS's error. At a terminal, the error says which name does not exist."""
    script = sfn(home, *line.split())
    assert (script.returncode, script.stderr.count("\n")) == (254, 2)
    assert f"({code})" in script.stderr
    assert _at_terminal(home, line) == f"\nsfn: [ERROR]: {text}\n"


def test_names_in_an_empty_store(tmp_path: Path) -> None:
    shown = _at_terminal(tmp_path, "describe-execution --execution-arn order/monday")
    assert shown == '\nsfn: [ERROR]: No state machine named "order". List them with: sfn ls\n'


MISSING_ARNS = [
    (f"describe-state-machine --state-machine-arn {ARN}:stateMachine:pay", "Did you mean Pay?"),
    (f"describe-execution --execution-arn {ARN}:execution:Pay:mnday", "Did you mean Pay/monday?"),
    (f"describe-activity --activity-arn {ARN}:activity:x", "To list the activities: sfn list-activities"),
    (f"start-execution --state-machine-arn {ARN}:stateMachine:x", "To list the state machines: sfn ls"),
    (f"stop-execution --execution-arn {ARN}:execution:x:last", "To list the state machines: sfn ls"),
    (f"stop-execution --execution-arn {ARN}:execution:Pay:x", "To list the executions of Pay: sfn ls Pay"),
]


@pytest.mark.parametrize("line, hint", MISSING_ARNS)
def test_missing_arns(home: Path, line: str, hint: str) -> None:
    """AWS's own error, and at a terminal a hint below it."""
    script = sfn(home, *line.split())
    assert (script.returncode, script.stderr.count("\n")) == (254, 2)
    assert "Does Not Exist" in script.stderr
    below = _at_terminal(home, line).removeprefix(script.stderr)
    assert below == f"\n{hint}\n"


def test_text_where_base64_is_expected(home: Path) -> None:
    """AWS's error, and at a terminal the option that takes text; a script gets the error alone."""
    line = "lambda invoke --function-name Any --payload {} out.json"
    plain = sfn(home, *line.split())
    assert (plain.returncode, plain.stderr) == (255, '\nsfn: [ERROR]: Invalid base64: "{}"\n')
    below = _at_terminal(home, line).removeprefix(plain.stderr)
    assert below == "\nTo pass text as it is: --cli-binary-format raw-in-base64-out\n"


def test_express_executions(home: Path) -> None:
    """AWS's operations refuse EXPRESS executions; a line at a terminal names the command that shows one."""
    sfn_json(
        home, "create-state-machine", "--name", "Fast", "--type", "EXPRESS", "--role-arn", ROLE,
        "--definition", json.dumps(PASS),
    )  # fmt: skip
    started = sfn_json(home, "start-sync-execution", "--state-machine-arn", "Fast", "--name", "one")
    hint = (
        "\n\nAs on AWS, this operation does not support EXPRESS executions. "
        "To see this one: sfn show Fast/one\n"
    )
    for name in ("Fast/one", started["executionArn"]):
        assert _at_terminal(home, f"describe-execution --execution-arn {name}").endswith(hint)
    assert sfn(home, "show", "Fast/one").returncode == 0


def _at_terminal(home: Path, line: str) -> str:
    """Returns a command's stderr where that is a terminal."""
    master, slave = pty.openpty()
    try:
        subprocess.run([SFN, *line.split()], env=environment_of(home), stderr=slave, check=False)
        return os.read(master, 65536).decode().replace("\r\n", "\n")
    finally:
        os.close(master)
        os.close(slave)
