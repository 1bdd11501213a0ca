"""What `sfn show` says about a failed Lambda task: its files, its log lines, the next commands."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.processes import (
    ROLE,
    create_function,
    create_machine,
    ended,
    environment_of,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
)
from tests.pseudo_terminals import pseudo_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

APP = """\
import prices


def handler(event, context):
    print("attempt of", context.aws_request_id)
    return prices.of(event["article"])
"""
PRICES = """\
def of(article):
    return {"tea": 4}[article]
"""
INVOKE = "arn:aws:states:::lambda:invoke"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    code = tmp_path / "project" / "price"
    code.mkdir(parents=True)
    (code / "app.py").write_text(APP)
    (code / "prices.py").write_text(PRICES)
    create_function(home, "Price", code)
    yield home
    stop_workers(home)


def _machine_that_prices(home: Path, function: str = "Price") -> str:
    state = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "Retry": [{"ErrorEquals": ["KeyError"], "IntervalSeconds": 1, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["ValueError"], "Next": "Ask"}],
        "End": True,
    }
    definition = {"StartAt": "Price", "States": {"Price": state, "Ask": {"Type": "Pass", "End": True}}}
    return create_machine(home, f"Prices{function}", definition)


def _run_to_its_end(home: Path, machine: str) -> str:
    arn = start_execution(
        home, machine, "--name", "one", "--input", '{"article": "caviar"}',
        environment={"SFN_CLOCK": "virtual"},
    )  # fmt: skip
    assert ended(home, arn)["status"] == "FAILED"
    return arn


def test_own_files_and_log(home: Path) -> None:
    """The trace names the user's files, and the log lines are those of the last attempt."""
    _run_to_its_end(home, _machine_that_prices(home))
    shown = sfn(home, "show", "PricesPrice/one", cwd=home.parent / "project").stdout
    assert "Price, attempt 2" in shown
    assert "KeyError" in shown
    for line in ("price/prices.py:2 in of", 'return {"tea": 4}[article]', "price/app.py:6 in handler"):
        assert line in shown
    assert "/var/task" not in shown
    logged = sfn(home, "logs", "tail", "/aws/lambda/Price", "--format", "short").stdout
    requests = [line.partition("attempt of ")[2] for line in logged.splitlines() if "attempt of " in line]
    assert len(set(requests)) == 2
    assert f"attempt of {requests[1]}" in shown
    assert requests[0] not in shown
    assert "no Catcher matches KeyError. The Catchers match: ValueError" in shown.replace("│\n│ ", "")


def test_next_steps_work(home: Path) -> None:
    """Each suggested command can be pasted; a redrive has new request ids."""
    arn = _run_to_its_end(home, _machine_that_prices(home))
    shown = sfn(home, "show", "PricesPrice/one").stdout
    commands = [line[line.index("sfn ") :].strip() for line in shown.splitlines() if "  sfn " in line]
    assert len(commands) == 3
    for command in commands:
        words = shlex.split(command)[1:]
        assert sfn(home, *words).returncode == 0, command
    assert shlex.split(commands[0])[1] == "redrive-execution"
    assert ended(home, arn)["status"] == "FAILED"
    logged = sfn(home, "logs", "tail", "/aws/lambda/Price", "--format", "short").stdout
    requests = [line.partition("attempt of ")[2] for line in logged.splitlines() if "attempt of " in line]
    assert len(requests) == len(set(requests)) == 4
    assert f"attempt of {requests[3]}" in sfn(home, "show", "PricesPrice/one").stdout


def test_next_steps_with_mocks(home: Path, tmp_path: Path) -> None:
    """The suggested command starts the same test case; a mocked function has no log lines."""
    mocks = {
        "StateMachines": {"PricesPrice": {"TestCases": {"Broken": {"Price": "Broken"}}}},
        "MockedResponses": {"Broken": {"0-1": {"Throw": {"Error": "States.Runtime", "Cause": "mocked"}}}},
    }
    file = tmp_path / "mocks.json"
    file.write_text(json.dumps(mocks))
    environment = {"SFN_MOCK_CONFIG": str(file), "SFN_CLOCK": "virtual"}
    machine = f"{_machine_that_prices(home)}#Broken"
    ended(home, start_execution(home, machine, "--name", "one", environment=environment))
    shown = sfn(home, "show", "PricesPrice/one").stdout
    assert "sfn start-execution --state-machine-arn 'PricesPrice#Broken' --input '{}'" in shown
    assert "sfn logs tail" not in shown


def test_the_end_of_a_watch(home: Path) -> None:
    """A user sees the function's error message; a script gets its JSON."""
    _run_to_its_end(home, _machine_that_prices(home))
    with pseudo_terminal(home, "watch", "PricesPrice/one", columns=100, lines=60) as terminal:
        assert terminal.end() == 255
        assert "sfn: [ERROR]: The execution failed: KeyError: 'caviar'\n" in terminal.text
        assert "errorMessage" not in terminal.text
    piped = sfn(home, "watch", "PricesPrice/one")
    assert piped.returncode == 255
    assert '"errorMessage"' in piped.stderr


def test_zip(home: Path, tmp_path: Path) -> None:
    """The path in a zip is shown as it is on AWS: the user has no such file."""
    code = tmp_path / "project" / "price"
    archive = shutil.make_archive(str(tmp_path / "code"), "zip", code)
    runtime = sfn_json(home, "lambda", "get-function-configuration", "--function-name", "Price")["Runtime"]
    sfn_json(
        home, "lambda", "create-function", "--function-name", "Zipped", "--runtime", runtime,
        "--handler", "app.handler", "--role", ROLE, "--zip-file", f"fileb://{archive}",
    )  # fmt: skip
    _run_to_its_end(home, _machine_that_prices(home, "Zipped"))
    shown = sfn(home, "show", "PricesZipped/one").stdout
    assert "/var/task/prices.py:2 in of" in shown
    assert "attempt of " in shown


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_node(home: Path, tmp_path: Path) -> None:
    """A Node.js stack trace has no source lines: they are read from the user's file."""
    code = tmp_path / "project" / "node"
    code.mkdir()
    (code / "app.mjs").write_text(
        "const article = (event) => event.lines[0].article;\n\n"
        "export const handler = async (event) => article(event);\n"
    )
    version = subprocess.run(
        ["node", "-p", "process.versions.node"], capture_output=True, text=True, check=True,
        env=environment_of(home, {"PATH": os.environ["PATH"]}),
    )  # fmt: skip
    sfn_json(
        home, "lambda", "create-function", "--function-name", "Node",
        "--runtime", f"nodejs{version.stdout.partition('.')[0]}.x",
        "--handler", "app.handler", "--role", ROLE, "--code-dir", str(code),
    )  # fmt: skip
    _run_to_its_end(home, _machine_that_prices(home, "Node"))
    shown = sfn(home, "show", "PricesNode/one", cwd=tmp_path / "project").stdout
    assert "node/app.mjs:1 in article" in shown
    assert "const article = (event) => event.lines[0].article;" in shown
