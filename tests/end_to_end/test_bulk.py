"""`sfn start-executions`: many executions from lines, durable before they are printed.

A bad line does not affect the executions of others.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api.stepfunctions.executions import new_execution
from sfn_cli.app import build_app
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.store import database_of
from tests.processes import SFN, TIMEOUT_SECONDS, environment_of, sfn, sfn_json, until

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/any"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:M"
EXECUTION = MACHINE.replace(":stateMachine:", ":execution:")

ECHO = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}
FAILS_ODD = {
    "QueryLanguage": "JSONata",
    "StartAt": "C",
    "States": {
        "C": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.n % 2 = 1 %}", "Next": "F"}],
            "Default": "S",
        },
        "F": {"Type": "Fail", "Error": "Odd"},
        "S": {"Type": "Succeed"},
    },
}


def define(home: Path, definition: object) -> None:
    sfn_json(
        home,
        "create-state-machine",
        "--name",
        "M",
        "--role-arn",
        ROLE,
        "--definition",
        json.dumps(definition),
    )


def bulk(home: Path, inputs: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return sfn(home, "start-executions", "--state-machine-arn", MACHINE, "--inputs", str(inputs), *options)


def piped(home: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [SFN, "start-executions", "--state-machine-arn", MACHINE, "--inputs", "-", *options]
    return subprocess.Popen(
        command,
        env=environment_of(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def objects(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def inputs_by_arn(home: Path) -> dict[str, str]:
    database = Database(home)
    try:
        return dict(database.connection.execute("SELECT arn, input FROM execution ORDER BY id"))
    finally:
        database.close()


def test_every_line_becomes_an_execution_that_ends(home: Path, tmp_path: Path) -> None:
    """Executions are started in the lines' order, in several transactions.

    With --wait the command ends when they have.
    """
    define(home, ECHO)
    texts = [f'{{"n": {n}, "text": "é"}}' for n in range(1234)]
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_text("\r\n".join(texts) + "\n\n")
    done = bulk(home, inputs, "--wait")
    assert (done.returncode, objects(done.stderr)) == (0, [{"SUCCEEDED": 1234}])

    answers = objects(done.stdout)
    assert [sorted(answer) for answer in answers] == [["executionArn", "startDate"]] * 1234
    assert inputs_by_arn(home) == {
        answer["executionArn"]: text for answer, text in zip(answers, texts, strict=True)
    }
    last = sfn_json(home, "describe-execution", "--execution-arn", answers[-1]["executionArn"])
    assert (last["status"], json.loads(last["output"]), last["startDate"]) == (
        "SUCCEEDED",
        json.loads(texts[-1]),
        answers[-1]["startDate"],
    )
    assert sfn(home, "doctor").stdout == f"1234 executions, {1234 * 4} events: no problems found\n"


def test_a_refused_line_affects_no_other(home: Path, tmp_path: Path) -> None:
    """A refused line is reported on stderr by its number, with start-execution's message."""
    define(home, WAIT)
    refused = {
        2: b"nope",
        4: b'{"n": 1',
        6: b'"' + b"x" * 262_143 + b'"',
        7: b'"' + b"x" * 5_000_000 + b'"',
        9: b'"\xff"',
    }  # fmt: skip
    lines = [refused.get(number, b"" if number == 5 else b"%d" % number) for number in range(1, 11)]
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_bytes(b"\n".join(lines))
    done = bulk(home, inputs)
    assert done.returncode == 254
    assert list(inputs_by_arn(home).values()) == ["1", "3", "8", "10"]
    assert [answer["executionArn"] for answer in objects(done.stdout)] == list(inputs_by_arn(home))

    reported = {
        line["line"]: (
            f"An error occurred ({line['error']}) when calling the StartExecution operation: "
            f"{line['message']}"
        )
        for line in objects(done.stderr)
    }
    assert sorted(reported) == sorted(refused)
    for number in (2, 4, 6):
        (tmp_path / "one.json").write_bytes(refused[number])
        one = sfn(
            home,
            "start-execution",
            "--state-machine-arn",
            MACHINE,
            "--input",
            f"file://{tmp_path / 'one.json'}",
        )
        assert reported[number] == one.stderr.strip().removeprefix("sfn: [ERROR]: ")
    assert reported[7] == reported[6]
    assert reported[9].endswith("Member must be valid Unicode text")


def test_lines_of_a_pipe_are_started_as_they_come(home: Path) -> None:
    """Each line starts its execution at once, before the next line arrives.

    Ctrl-C leaves started ones running.
    """
    define(home, WAIT)
    process = piped(home)
    assert process.stdin is not None
    assert process.stdout is not None
    arns = []
    for number in range(3):
        process.stdin.write(b"%d\n" % number)
        process.stdin.flush()
        arns.append(json.loads(process.stdout.readline())["executionArn"])
        assert sfn_json(home, "describe-execution", "--execution-arn", arns[-1])["input"] == str(number)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=TIMEOUT_SECONDS) == (b"", b"")
    assert process.returncode == 130
    assert list(inputs_by_arn(home)) == arns


@pytest.mark.slow
def test_printed_executions_survive_a_kill(home: Path) -> None:
    """After kill -9 in mid-stream, each printed execution exists and runs on.

    None is incomplete.
    """
    define(home, ECHO)
    process = piped(home)
    assert process.stdin is not None
    assert process.stdout is not None
    feeder = subprocess.Popen(
        [sys.executable, "-c", "while True: print('{}')"], stdout=process.stdin, stderr=subprocess.DEVNULL
    )
    reported = [json.loads(process.stdout.readline())["executionArn"] for _ in range(1500)]
    process.kill()
    feeder.kill()
    process.communicate()
    feeder.wait()
    assert set(reported) <= set(inputs_by_arn(home))
    until(
        lambda: (
            sfn_json(home, "describe-execution", "--execution-arn", reported[-1])["status"] == "SUCCEEDED"
        ),
        "its end",
    )
    assert sfn(home, "doctor").stdout.endswith(": no problems found\n")


def test_a_repeated_command_starts_no_line_twice(home: Path, tmp_path: Path) -> None:
    """With --name-prefix the same line is the same execution.

    Only the lines that an interruption left out are started.
    """
    define(home, WAIT)
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_text("1\n2\n")
    first = bulk(home, inputs, "--name-prefix", "night-")
    inputs.write_text("1\n2\n3\n")
    again = bulk(home, inputs, "--name-prefix", "night-")
    assert (first.returncode, again.returncode) == (0, 0)
    assert again.stdout.startswith(first.stdout)
    assert inputs_by_arn(home) == {f"{EXECUTION}:night-{n}": str(n) for n in (1, 2, 3)}
    inputs.write_text('"other"\n')
    taken = bulk(home, inputs, "--name-prefix", "night-")
    assert (taken.returncode, taken.stdout) == (254, "")
    assert objects(taken.stderr)[0]["error"] == "ExecutionAlreadyExists"


def test_wait_reports_statuses(home: Path, tmp_path: Path) -> None:
    """--wait prints the number of each status; the exit code is 255 if an execution did not succeed."""
    define(home, FAILS_ODD)
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_text("".join(f'{{"n": {n}}}\n' for n in range(5)))
    done = bulk(home, inputs, "--wait")
    assert (done.returncode, objects(done.stderr)) == (255, [{"SUCCEEDED": 3, "FAILED": 2}])


@pytest.mark.slow
def test_a_worker_claims_no_more_than_it_can_drive(home: Path) -> None:
    """Thousands of new executions do not delay those that a worker has claimed.

    The first ones end while most are unclaimed.
    """
    define(home, ECHO)
    service = build_app(Settings.from_environment({"SFN_HOME": str(home)}))
    machine = service.state_machines.find(MACHINE)
    assert machine is not None
    executions = SqliteExecutions(database_of(service.store))  # which wakes no worker
    executions.start_many([new_execution(machine, {}, service.clock()) for _ in range(6000)])
    assert sfn_json(home, "list-state-machines")  # which starts a worker
    counts = "SELECT sum(status = 'SUCCEEDED'), sum(status = 'RUNNING' AND owner IS NULL) FROM execution"

    def counted() -> tuple[int, int]:
        ended, unclaimed = service.store.database.connection.execute(counts).fetchone()
        return ended, unclaimed

    ended, unclaimed = until(lambda: next((row for row in [counted()] if row[0]), None), "an end")
    assert ended + unclaimed > 4000
    until(lambda: counted() == (6000, 0), "all to end")
    service.close()
