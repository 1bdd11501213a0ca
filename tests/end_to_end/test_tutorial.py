"""The tutorial, command by command, with the installed `sfn` and an empty home."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.processes import SFN, ended, environment_of, sfn, sfn_json, until

ROLE = "arn:aws:iam::123456789012:role/any"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:MyStateMachine"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:MyLambdaFunction"

APP = """
import logging

def lambda_handler(event, context):
    print("hello from", context.function_name)
    logging.getLogger().warning("a = %s", event.get("a"))
    return {"doubled": event["a"] * 2}
"""


def write(path: Path, definition: object) -> str:
    path.write_text(json.dumps(definition))
    return f"file://{path}"


def create(home: Path, tmp_path: Path, definition: object) -> str:
    created = sfn_json(
        home, "create-state-machine", "--name", "MyStateMachine", "--role-arn", ROLE,
        "--definition", write(tmp_path / "machine.asl.json", definition),
    )  # fmt: skip
    assert created["stateMachineArn"] == MACHINE
    return MACHINE


def start(home: Path, *arguments: str) -> str:
    arn: str = sfn_json(home, "start-execution", "--state-machine-arn", MACHINE, *arguments)["executionArn"]
    assert arn.startswith("arn:aws:states:us-east-1:123456789012:execution:MyStateMachine:")
    return arn


def test_define_start_watch(home: Path, tmp_path: Path) -> None:
    """A machine is created, an execution started, described, and its history shown."""
    create(
        home,
        tmp_path,
        {
            "StartAt": "Hello",
            "States": {"Hello": {"Type": "Pass", "Result": "Hello World!", "End": True}},
        },
    )
    arn = start(home)
    assert ended(home, arn)["output"] == '"Hello World!"'
    events = sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["previousEventId"] for event in events] == [0, 0, 2, 3]


def test_the_alias_of_aws(home: Path, tmp_path: Path) -> None:
    """`sfn stepfunctions …` is `sfn …`, so that `alias aws=sfn` works."""
    create(home, tmp_path, {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    listed = sfn(
        home, "stepfunctions", "list-state-machines", "--query", "stateMachines[].name", "--output", "text"
    )
    assert (listed.returncode, listed.stdout) == (0, "MyStateMachine\n")


def test_stop(home: Path, tmp_path: Path) -> None:
    """stop-execution aborts with its error and cause; the history stays."""
    create(home, tmp_path, {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}})
    arn = start(home)

    def history() -> list[str]:
        return [
            event["type"]
            for event in sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
        ]

    until(lambda: history() == ["ExecutionStarted", "WaitStateEntered"], "the wait")
    assert set(
        sfn_json(home, "stop-execution", "--execution-arn", arn, "--error", "Oops", "--cause", "because")
    ) == {"stopDate"}
    described = sfn_json(home, "describe-execution", "--execution-arn", arn)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Oops", "because")
    assert history() == ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]
    assert len(sfn_json(home, "list-executions", "--state-machine-arn", MACHINE)["executions"]) == 1


def test_a_function_in_a_task(home: Path, tmp_path: Path) -> None:
    """A function is created from a zip, invoked, called by a Task, and its log followed."""
    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", APP)
    runtime = f"python{'.'.join(map(str, __import__('sys').version_info[:2]))}"
    created = sfn_json(
        home, "lambda", "create-function", "--function-name", "MyLambdaFunction", "--runtime", runtime,
        "--handler", "app.lambda_handler", "--role", ROLE, "--zip-file", f"fileb://{archive}",
    )  # fmt: skip
    assert created["FunctionArn"] == FUNCTION

    answer = tmp_path / "out.json"
    invoked = sfn_json(
        home, "lambda", "invoke", "--function-name", "MyLambdaFunction", "--payload", '{"a": 1}',
        "--cli-binary-format", "raw-in-base64-out", str(answer),
    )  # fmt: skip
    assert invoked == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert json.loads(answer.read_text()) == {"doubled": 2}

    follower = subprocess.Popen(
        [SFN, "logs", "tail", "/aws/lambda/MyLambdaFunction", "--follow", "--format", "short"],
        env=environment_of(home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert follower.stdout is not None
        seen = read_until(follower, "REPORT")  # the invocation above: the follower reads the store now
        assert "START RequestId:" in seen[0]

        create(
            home,
            tmp_path,
            {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": FUNCTION, "End": True}}},
        )
        arn = start(home, "--input", '{"a": 21}')
        assert ended(home, arn)["output"] == '{"doubled":42}'
        live = read_until(follower, "REPORT")
        assert any("hello from MyLambdaFunction" in line for line in live)
        assert any("[WARNING]" in line and "a = 21" in line for line in live)
    finally:
        follower.terminate()
        follower.communicate()


def read_until(process: subprocess.Popen[str], word: str) -> list[str]:
    """The lines of a process's output up to one that holds a word."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return lines
    raise AssertionError(f"{word!r} was not printed: {lines}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "example, arguments, output",
    [
        ("hello-world", [], {"greeting": "Hello, World!"}),
        ("hello-world", ["--input", '{"name": "Ada"}'], {"greeting": "Hello, Ada!"}),
        ("lambda", [], {"greeting": "Hello, World!"}),
        ("lambda", ["--input", "{}"], {"greeting": "No name given.", "why": "NoName"}),
        ("parallel", [], {"total": 17, "count": 3, "labels": ["tea x 2", "cup x 1"]}),
    ],
)
def test_examples(home: Path, example: str, arguments: list[str], output: object) -> None:
    """`sfn run` creates, starts, follows and prints the output, twice in a row."""
    folder = Path(__file__).parents[2] / "examples" / example
    for _ in range(2):
        done = sfn(home, "run", str(folder), *arguments)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == output
