"""Functions called by tasks and commands: at a version, by an alias, or as an event."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    create_function,
    create_machine,
    ended,
    kill_workers,
    sfn,
    sfn_json,
    start_execution,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"
INVOKE = "arn:aws:states:::lambda:invoke"


def write(code: Path, word: str) -> None:
    code.mkdir(exist_ok=True)
    (code / "app.py").write_text(
        f"def handler(event, context):\n    print('handles', event)\n    return ['{word}', "
        "context.function_version]\n"
    )


def messages(home: Path) -> list[str]:
    """Returns the messages that the function has logged."""
    done = sfn(home, "logs", "tail", "/aws/lambda/fn", "--format", "short")
    return [line.partition(" ")[2] for line in done.stdout.splitlines()]


def run_task(home: Path, name: str, task: dict[str, Any]) -> dict[str, Any]:
    machine = create_machine(
        home, name, {"StartAt": "T", "States": {"T": {"Type": "Task", "End": True, **task}}}
    )
    return ended(home, start_execution(home, machine))


def test_versions_in_tasks(home: Path, tmp_path: Path) -> None:
    """A Task calls the version that its Resource, FunctionName or Qualifier names.

    The folder's code can be called as well.
    """
    write(tmp_path / "code", "old")
    create_function(home, "fn", tmp_path / "code", "--publish")
    sfn_json(
        home, "lambda", "create-alias", "--function-name", "fn", "--name", "live", "--function-version", "1"
    )
    write(tmp_path / "code", "new")
    tasks = [
        ({"Resource": ARN}, ["new", "$LATEST"]),
        ({"Resource": f"{ARN}:live"}, ["old", "1"]),
        (
            {"Resource": INVOKE, "Parameters": {"FunctionName": "fn:1"}, "OutputPath": "$.Payload"},
            ["old", "1"],
        ),
        (
            {
                "Resource": INVOKE,
                "Parameters": {"FunctionName": ARN, "Qualifier": "live"},
                "OutputPath": "$.ExecutedVersion",
            },
            "1",
        ),
        (
            {
                "Resource": INVOKE,
                "Parameters": {"FunctionName": "fn:live", "Qualifier": "live"},
                "OutputPath": "$.Payload",
            },
            ["old", "1"],
        ),
    ]
    branches = [
        {"StartAt": f"T{n}", "States": {f"T{n}": {"Type": "Task", "End": True, **task}}}
        for n, (task, _) in enumerate(tasks)
    ]
    machine = create_machine(
        home,
        "All",
        {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": branches, "End": True}}},
    )
    assert json.loads(ended(home, start_execution(home, machine))["output"]) == [
        answer for _, answer in tasks
    ]
    failed = run_task(home, "Gone", {"Resource": f"{ARN}:gone"})
    assert failed["error"] == "Lambda.ResourceNotFoundException"
    assert failed["cause"].startswith(f"Function not found: {ARN}:gone (")


def test_an_event_from_the_terminal(home: Path, tmp_path: Path) -> None:
    """An invocation as an event returns at once.

    A worker handles it, even one that starts after the first was killed.
    """
    write(tmp_path / "code", "x")
    create_function(home, "fn", tmp_path / "code")
    answer = sfn_json(
        home, "lambda", "invoke", "--function-name", "fn", "--invocation-type", "Event", str(tmp_path / "out")
    )
    assert (answer, (tmp_path / "out").read_text()) == ({"StatusCode": 202}, "")
    until(lambda: "handles {}" in messages(home), "the event")
    # An event that is due without a worker: the next command starts one.
    (tmp_path / "code" / "app.py").write_text(
        "import time\ndef handler(event, context):\n    print('begins')\n    time.sleep(event)\n"
    )
    sfn_json(
        home, "lambda", "invoke", "--function-name", "fn", "--invocation-type", "Event",
        "--payload", "9e9", "--cli-binary-format", "raw-in-base64-out", str(tmp_path / "out"),
    )  # fmt: skip
    until(lambda: "begins" in messages(home), "the second event")
    kill_workers(home)
    write(tmp_path / "code", "x")
    sfn_json(home, "list-state-machines")
    until(lambda: f"handles {9e9}" in messages(home), "the second event, by the next worker")
    assert len(worker_pids(home)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind, status, handled", [("Event", 202, True), ("DryRun", 204, False)])
def test_a_task_that_does_not_wait(home: Path, tmp_path: Path, kind: str, status: int, handled: bool) -> None:
    """lambda:invoke with InvocationType Event returns at once, whatever the function does.

    DryRun calls nothing.
    """
    write(tmp_path / "code", "x")
    create_function(home, "fn", tmp_path / "code")
    invoke = {"FunctionName": "fn", "InvocationType": kind, "Payload": {"a": 1}}
    output = json.loads(run_task(home, "M", {"Resource": INVOKE, "Parameters": invoke})["output"])
    assert (output["StatusCode"], output["SdkHttpMetadata"]["HttpStatusCode"], output["Payload"]) == (
        status,
        status,
        "",
    )
    if handled:
        until(lambda: "handles {'a': 1}" in messages(home), "the event")
    failed = run_task(home, "Gone", {"Resource": INVOKE, "Parameters": {**invoke, "FunctionName": "gone"}})
    assert failed["error"] == "Lambda.ResourceNotFoundException"


def test_a_shell_function(home: Path, tmp_path: Path) -> None:
    """A custom runtime from a folder, called by a Task; Catch matches the error that it reports."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "bootstrap").write_text(
        "#!/bin/sh\n"
        'API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"\n'
        "while true; do\n"
        '    REQUEST=$(curl -sSi "$API/next"'
        ' | sed -n "s/^Lambda-Runtime-Aws-Request-Id: //p" | tr -d "\\r")\n'
        '    curl -sS -o /dev/null "$API/$REQUEST/error"'
        """ -d '{"errorType": "Shell.Error", "errorMessage": "no"}'\n"""
        "done\n"
    )
    (code / "bootstrap").chmod(0o755)
    options = ("--handler", "h", "--role", "arn:aws:iam::123456789012:role/any", "--code-dir", str(code))
    sfn_json(
        home, "lambda", "create-function", "--function-name", "fn", "--runtime", "provided.al2023", *options
    )
    failed = run_task(home, "M", {"Resource": ARN})
    assert (failed["error"], json.loads(failed["cause"])["errorMessage"]) == ("Shell.Error", "no")


def test_log_and_client_context_of_a_task(home: Path, tmp_path: Path) -> None:
    """LogType Tail adds the end of the log to the result; ClientContext reaches the function."""
    write(tmp_path / "code", "word")
    with (tmp_path / "code" / "app.py").open("a") as code:
        code.write("def context(event, context):\n    return context.client_context.custom\n")
    create_function(home, "fn", tmp_path / "code")
    create_function(home, "context", tmp_path / "code", "--handler", "app.context")
    custom = base64.b64encode(b'{"custom": {"a": 1}}').decode()
    decoded = {
        "result.$": "States.Base64Decode($.LogResult)",
        "header.$": "States.Base64Decode($.SdkHttpMetadata.HttpHeaders.X-Amz-Log-Result)",
    }
    found = run_task(
        home,
        "Log",
        {
            "Resource": INVOKE,
            "Parameters": {"FunctionName": "fn", "LogType": "Tail"},
            "ResultSelector": decoded,
        },
    )
    log = json.loads(found["output"])
    assert "\nhandles {}\n" in log["result"]
    assert log["header"] == log["result"]
    call = {"FunctionName": "context", "ClientContext": custom}
    found = run_task(home, "Context", {"Resource": INVOKE, "Parameters": call, "OutputPath": "$.Payload"})
    assert json.loads(found["output"]) == {"a": 1}
    for name, field, error in (
        ("BadContext", {"ClientContext": "%"}, "Lambda.InvalidRequestContentException"),
        ("BadLog", {"LogType": "All"}, "Lambda.ValidationException"),
    ):
        parameters = {"FunctionName": "fn", **field}
        assert run_task(home, name, {"Resource": INVOKE, "Parameters": parameters})["error"] == error
