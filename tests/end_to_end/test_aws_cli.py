"""The aws CLI (version 1, from PyPI) against `sfn serve`: commands, paging, output and exit codes.

One server serves the whole module; each command is a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import ROLE, TIMEOUT_SECONDS, serving, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow  # about thirty commands of half a second each

AWS = Path(sys.executable).with_name("aws")
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Cli"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:Work"
STATES = {
    "One": {"Type": "Pass", "Next": "Two"},
    "Two": {"Type": "Pass", "Next": "Three"},
    "Three": {"Type": "Succeed"},
}
DEFINITION = json.dumps({"StartAt": "One", "States": STATES})


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """A function that runs an aws command with the environment that the documentation names.

    It returns the command's output, as JSON if it is.
    """
    folder = tmp_path_factory.mktemp("aws")
    with serving(folder / "home") as url:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SFN_"))},
            "AWS_ENDPOINT_URL": url,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

        def run(*command: str, fails: bool = False) -> Any:
            done = subprocess.run(
                [AWS, *command],
                env=environment,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
            )
            if fails:
                return done.returncode, done.stderr.strip()
            assert (done.returncode, done.stderr) == (0, ""), command
            return json.loads(done.stdout) if done.stdout and "--output" not in command else done.stdout

        created = run(
            "stepfunctions", "create-state-machine", "--name", "Cli", "--definition", DEFINITION,
            "--role-arn", ROLE, "--publish", "--tags", "key=a,value=1",
        )  # fmt: skip
        assert (created["stateMachineArn"], created["stateMachineVersionArn"]) == (MACHINE, MACHINE + ":1")
        yield run


def test_an_execution(aws: Callable[..., Any]) -> None:
    """An execution is started, described until it has ended, and its history read page by page."""
    started = aws(
        "stepfunctions",
        "start-execution",
        "--state-machine-arn",
        MACHINE,
        "--name",
        "e",
        "--input",
        '{"n": 1}',
    )
    described = ("stepfunctions", "describe-execution", "--execution-arn", started["executionArn"])
    until(
        lambda: aws(*described, "--query", "status", "--output", "text") == "SUCCEEDED\n",
        "the end of the execution",
    )
    assert json.loads(aws(*described)["output"]) == {"n": 1}
    history = (
        "stepfunctions",
        "get-execution-history",
        "--execution-arn",
        started["executionArn"],
        "--max-items",
        "5",
        "--page-size",
        "2",
    )
    first = aws(*history)
    rest = aws(*history, "--starting-token", first["NextToken"])
    assert [event["id"] for event in first["events"] + rest["events"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "NextToken" not in rest
    listed = aws(
        "stepfunctions",
        "list-executions",
        "--state-machine-arn",
        MACHINE,
        "--status-filter",
        "SUCCEEDED",
        "--output",
        "text",
    )
    assert listed.startswith(f"EXECUTIONS\t{started['executionArn']}\te\t")


def test_versions_aliases_tags(aws: Callable[..., Any]) -> None:
    """Versions, aliases and tags are created, listed and deleted."""
    sfn = ("stepfunctions",)
    updated = aws(
        *sfn, "update-state-machine", "--state-machine-arn", MACHINE, "--role-arn", ROLE + "2", "--publish"
    )
    assert updated["stateMachineVersionArn"] == MACHINE + ":2"
    routing = [
        f"stateMachineVersionArn={MACHINE}:{number},weight={weight}" for number, weight in ((1, 90), (2, 10))
    ]
    answer = aws(*sfn, "create-state-machine-alias", "--name", "live", "--routing-configuration", *routing)
    alias = answer["stateMachineAliasArn"]
    described = aws(*sfn, "describe-state-machine-alias", "--state-machine-alias-arn", alias)
    assert [route["weight"] for route in described["routingConfiguration"]] == [90, 10]
    answer = aws(*sfn, "list-state-machine-versions", "--state-machine-arn", MACHINE)
    versions = answer["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in versions] == [MACHINE + ":2", MACHINE + ":1"]
    assert aws(*sfn, "tag-resource", "--resource-arn", MACHINE, "--tags", "key=b,value=2") == ""
    assert (
        aws(
            *sfn,
            "list-tags-for-resource",
            "--resource-arn",
            MACHINE,
            "--query",
            "tags[].key",
            "--output",
            "text",
        )
        == "a\tb\n"
    )


def test_express_and_test_state(aws: Callable[..., Any]) -> None:
    """The operations for which clients prefix the host with sync- work without the prefix."""
    arn = aws(
        "stepfunctions",
        "create-state-machine",
        "--name",
        "Fast",
        "--type",
        "EXPRESS",
        "--definition",
        DEFINITION,
        "--role-arn",
        ROLE,
    )["stateMachineArn"]
    assert (
        aws("stepfunctions", "start-sync-execution", "--state-machine-arn", arn, "--input", "[]")["output"]
        == "[]"
    )
    tested = aws(
        "stepfunctions",
        "test-state",
        "--definition",
        json.dumps(STATES["One"]),
        "--role-arn",
        ROLE,
        "--input",
        "7",
    )
    assert (tested["status"], tested["output"], tested["nextState"]) == ("SUCCEEDED", "7", "Two")


def test_activities(aws: Callable[..., Any]) -> None:
    """A worker written in shell polls for a task, and completes it."""
    assert aws("stepfunctions", "create-activity", "--name", "Work")["activityArn"] == ACTIVITY
    work = {"StartAt": "W", "States": {"W": {"Type": "Task", "Resource": ACTIVITY, "End": True}}}
    arn = aws(
        "stepfunctions",
        "create-state-machine",
        "--name",
        "Works",
        "--definition",
        json.dumps(work),
        "--role-arn",
        ROLE,
    )
    execution = aws(
        "stepfunctions", "start-execution", "--state-machine-arn", arn["stateMachineArn"], "--input", '"x"'
    )["executionArn"]
    task = aws("stepfunctions", "get-activity-task", "--activity-arn", ACTIVITY, "--worker-name", "shell")
    assert task["input"] == '"x"'
    assert (
        aws("stepfunctions", "send-task-success", "--task-token", task["taskToken"], "--task-output", "1")
        == ""
    )
    described = (
        "stepfunctions",
        "describe-execution",
        "--execution-arn",
        execution,
        "--query",
        "status",
        "--output",
        "text",
    )
    until(lambda: aws(*described) == "SUCCEEDED\n", "the end of the execution")


def test_a_function_and_its_log(aws: Callable[..., Any], tmp_path: Path) -> None:
    """A function is created from a zip, waited for and invoked; its lines are in its log group."""
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr(
            "app.py", "def handler(event, context):\n    print('hello')\n    return event['n'] + 1\n"
        )
    aws(
        "lambda", "create-function", "--function-name", "Add", "--role", ROLE, "--handler", "app.handler",
        "--runtime", f"python{sys.version_info.major}.{sys.version_info.minor}", "--tags", "a=1",
        "--zip-file", f"fileb://{tmp_path}/app.zip",
    )  # fmt: skip
    assert aws("lambda", "wait", "function-active-v2", "--function-name", "Add") == ""
    invoke = ("lambda", "invoke", "--function-name", "Add", "--payload", '{"n": 1}')
    assert aws(*invoke, str(tmp_path / "out"))["StatusCode"] == 200
    assert (tmp_path / "out").read_text() == "2"
    groups = aws("logs", "describe-log-groups", "--query", "logGroups[].logGroupName")
    assert groups == ["/aws/lambda/Add"]
    events = aws(
        "logs",
        "filter-log-events",
        "--log-group-name",
        groups[0],
        "--filter-pattern",
        "hello",
        "--query",
        "events[].message",
    )
    assert [message.strip() for message in events] == ["hello"]


def test_get_caller_identity(aws: Callable[..., Any]) -> None:
    """The first call of many scripts works: sts get-caller-identity."""
    assert aws("sts", "get-caller-identity", "--query", "Account", "--output", "text") == "123456789012\n"


@pytest.mark.parametrize(
    "command, beginning",
    [
        (
            ("stepfunctions", "describe-state-machine", "--state-machine-arn", MACHINE + "-not"),
            (
                "An error occurred (StateMachineDoesNotExist) "
                "when calling the DescribeStateMachine operation: "
                f"State Machine Does Not Exist: '{MACHINE}-not'"
            ),
        ),
        (
            ("lambda", "get-function", "--function-name", "gone"),
            (
                "An error occurred (ResourceNotFoundException) when calling the GetFunction operation: "
                "Function not found: arn:aws:lambda:us-east-1:123456789012:function:gone"
            ),
        ),
        (
            ("iam", "get-role", "--role-name", "r"),
            ("An error occurred (NoSuchEntity) when calling the GetRole operation: Role r not found"),
        ),
        (
            ("s3", "ls", "s3://none"),
            (
                "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: "
                "The specified bucket does not exist"
            ),
        ),
    ],
)
def test_errors(aws: Callable[..., Any], command: tuple[str, ...], beginning: str) -> None:
    """An error has exit code 255 and the message of the server or of the local services."""
    code, printed = aws(*command, fails=True)
    assert code == 255
    assert printed.startswith(beginning)
