"""Functions that call AWS: sfn itself and the local services, and the permitted callers of their endpoint."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest

from sfn_cli.local_endpoint.record import remembered_endpoint
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
    from collections.abc import Callable, Mapping

pytestmark = pytest.mark.slow  # the endpoint and AWS's services take seconds to start

PACKAGES = str(Path(boto3.__file__).parents[1])
"""Where functions of these tests find boto3."""


@pytest.fixture
def function(home: Path, tmp_path: Path) -> Callable[[str, str], None]:
    """Creates a function from the body of its handler, which has `boto3` and the event."""

    def create(body: str, name: str = "fn") -> None:
        folder = tmp_path / name
        folder.mkdir()
        lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
        (folder / "app.py").write_text(f"import boto3, json, os\ndef handler(event, context):\n{lines}\n")
        variables = json.dumps({"Variables": {"PYTHONPATH": PACKAGES}})
        create_function(home, name, folder, "--timeout", "60", "--environment", variables)

    return create


def invoked(
    home: Path, name: str = "fn", event: object = None, *, environment: Mapping[str, str] | None = None
) -> Any:
    """The response of a function that a command invokes: its result, or its error."""
    answer = home.parent / "answer"
    done = sfn(
        home, "lambda", "invoke", "--function-name", name, "--payload", json.dumps(event),
        "--cli-binary-format", "raw-in-base64-out", str(answer), environment=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(answer.read_text())


def executed(home: Path, states: dict[str, Any], event: object = None) -> dict[str, Any]:
    """The description of an execution that has ended."""
    machine = create_machine(home, "Machine", {"StartAt": next(iter(states)), "States": states})
    return ended(home, start_execution(home, machine, "--input", json.dumps(event or {})))


def task(name: str, **fields: Any) -> dict[str, Any]:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    return {"Type": "Task", "Resource": arn, "End": True, **fields}


def test_a_task_token(home: Path, function: Callable[..., None]) -> None:
    """A function completes a task of the execution that called it."""
    function("boto3.client('stepfunctions').send_task_success(taskToken=event['token'], output='7')")
    waiting = task(
        "fn",
        Resource="arn:aws:states:::lambda:invoke.waitForTaskToken",
        Parameters={"FunctionName": "fn", "Payload": {"token.$": "$$.Task.Token"}},
    )
    found = executed(home, {"Wait": waiting})
    assert (found["status"], found.get("output")) == ("SUCCEEDED", "7")


def test_functions_and_executions(home: Path, function: Callable[..., None]) -> None:
    """A function invokes another one and starts an execution, synchronously too."""
    function("return event + 1", "add")
    definition = {"StartAt": "Add", "States": {"Add": task("add")}}
    started = create_machine(home, "Started", definition)
    sync = sfn_json(
        home, "create-state-machine", "--name", "Sync", "--type", "EXPRESS", "--definition",
        json.dumps(definition), "--role-arn", "arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]  # fmt: skip
    function(f"""
states = boto3.client("stepfunctions")
answer = boto3.client("lambda").invoke(FunctionName="add", Payload="1")
execution = states.start_execution(stateMachineArn="{started}", input="2")["executionArn"]
output = states.start_sync_execution(stateMachineArn="{sync}", input="3")["output"]
return [json.load(answer["Payload"]), execution, output]
""")
    answer, execution, output = executed_answer(home)
    assert (answer, output) == (2, "4")
    assert ended(home, execution)["output"] == "3"


def executed_answer(home: Path) -> Any:
    """The result of the function `fn` in an execution."""
    found = executed(home, {"Call": task("fn")})
    assert found["status"] == "SUCCEEDED", found
    return json.loads(found["output"])


def test_start_of_services_does_not_count_for_the_timeout(
    home: Path, tmp_path: Path, function: Callable[..., None]
) -> None:
    """A function does not time out because its endpoint, or the services, have to start first."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, time\nif 'endpoint_process_main' in sys.orig_argv[-1]: time.sleep(4)"
    )
    function("return boto3.client('sts').get_caller_identity()['Account']")
    sfn_json(home, "lambda", "update-function-configuration", "--function-name", "fn", "--timeout", "3")
    assert invoked(home, environment={"PYTHONPATH": str(tmp_path)}) == "123456789012"


def test_local_services(home: Path, function: Callable[..., None]) -> None:
    """Functions and tasks see the same queues, tables and objects; bodies may be large."""
    function("""
sqs, s3, sts = (boto3.client(name) for name in ("sqs", "s3", "sts"))
url = sqs.create_queue(QueueName="q")["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="hello")
s3.create_bucket(Bucket="photos")
s3.put_object(Bucket="photos", Key="a", Body=b"x" * 12_000_000)
copied = s3.get_object(Bucket="photos", Key="a")["Body"].read() == b"x" * 12_000_000
role = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session")
tables = boto3.resource("dynamodb")
key = dict(AttributeName="id", KeyType="HASH"), dict(AttributeName="id", AttributeType="S")
table = tables.create_table(
    TableName="t", KeySchema=key[:1], AttributeDefinitions=key[1:], BillingMode="PAY_PER_REQUEST")
table.put_item(Item={"id": "1", "n": 2})
failed = boto3.client("events").put_events(Entries=[dict(Source="a", DetailType="b", Detail="{}")])
return {"copied": copied, "role": role["AssumedRoleUser"]["Arn"], "url": url,
        "account": sts.get_caller_identity()["Account"], "failed": failed["FailedEntryCount"]}
""")
    call = {name: value for name, value in task("fn", Next="Read").items() if name != "End"}
    read = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sqs:receiveMessage",
        "Parameters": {"QueueUrl.$": "$.url"},
        "ResultSelector": {"bodies.$": "$.Messages[*].Body"},
        "ResultPath": "$.read",
        "Next": "Get",
    }
    get = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "t", "Key": {"id": {"S": "1"}}},
        "ResultSelector": {"n.$": "$.Item.n.N"},
        "ResultPath": "$.item",
        "End": True,
    }
    found = executed(home, {"Call": call, "Read": read, "Get": get})
    assert found["status"] == "SUCCEEDED", found
    output = json.loads(found["output"])
    url = output.pop("url")
    assert output == {
        "copied": True,
        "role": "arn:aws:sts::123456789012:assumed-role/r/session",
        "account": "123456789012",
        "failed": 0,
        "read": {"bodies": ["hello"]},
        "item": {"n": "2"},
    }
    assert url.startswith("http://127.0.0.1:")


NODE_HANDLER = """
const { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: key } = process.env;
const call = async (service, target, body) => {
    const scope = `${key}/20300101/us-east-1/${service}/aws4_request`;
    const headers = {
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target,
        "X-Amz-Date": "20300101T000000Z",
        Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=ab`,
    };
    return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
};
exports.handler = async () => [
    await call("dynamodb", "DynamoDB_20120810.ListTables", {}),
    await call("states", "AWSStepFunctions.ListActivities", {}),
];
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_node(home: Path, tmp_path: Path, function: Callable[..., None]) -> None:
    (tmp_path / "index.js").write_text(NODE_HANDLER)
    version = subprocess.run(["node", "-p", "process.versions.node"], capture_output=True, text=True).stdout
    sfn_json(
        home, "lambda", "create-function", "--function-name", "fn", "--handler", "index.handler",
        "--runtime", f"nodejs{version.partition('.')[0]}.x", "--timeout", "60",
        "--role", "arn:aws:iam::123456789012:role/any", "--code-dir", str(tmp_path),
    )  # fmt: skip
    assert invoked(home) == [{"TableNames": []}, {"activities": []}]


@pytest.mark.parametrize(
    "absent, service, message",
    [
        (
            "starlette",
            "sts",
            "Programs that call AWS need starlette, which is not installed. Install the extra serve: ",
        ),
        ("moto", "sqs", "moto, which is not installed"),
    ],
)
def test_what_is_not_installed(
    home: Path, tmp_path: Path, function: Callable[..., None], absent: str, service: str, message: str
) -> None:
    """The call fails at once with what to install, and is never sent to AWS."""
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules[{absent!r}] = None")
    operation = {"sts": "get_caller_identity", "sqs": "list_queues"}[service]
    function(f"boto3.client('{service}').{operation}()")
    answer = invoked(home, environment={"PYTHONPATH": str(tmp_path)})
    assert message in answer["errorMessage"]


HOLD = """
import time
print(json.dumps({name: os.environ[name] for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID")}), flush=True)
boto3.client("sts").get_caller_identity()
open(event, "w").close()
time.sleep(600)
"""


@pytest.fixture
def held(home: Path, tmp_path: Path, function: Callable[..., None]) -> dict[str, str]:
    """The endpoint and the access key of a function that runs in a worker, and has called AWS."""
    function(HOLD)
    called = tmp_path / "called"
    machine = create_machine(home, "Machine", {"StartAt": "Hold", "States": {"Hold": task("fn")}})
    start_execution(home, machine, "--input", json.dumps(str(called)))
    until(called.exists, "the function's call")
    logged = sfn(home, "logs", "filter-log-events", "--log-group-name", "/aws/lambda/fn").stdout
    events = json.loads(logged)["events"]
    found: dict[str, str] = next(
        json.loads(event["message"]) for event in events if event["message"].startswith("{")
    )
    return found


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("curl") is None,
    reason="another user cannot be played",
)
def test_another_user(held: dict[str, str]) -> None:
    """Another user's connection is closed unanswered."""
    ask = ["curl", "-sS", held["AWS_ENDPOINT_URL"]]
    assert subprocess.run(ask, user=65534, capture_output=True).stdout == b""
    assert subprocess.run(ask, capture_output=True).stdout.startswith(b'{"sfn":')


@pytest.mark.parametrize(
    "header",
    [("Origin", "http://evil.example"), ("Host", "evil.example"), ("Origin", "http://photos.localhost")],
)
def test_web_pages(held: dict[str, str], header: tuple[str, str]) -> None:
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(f"{held['AWS_ENDPOINT_URL']}/", headers=dict([header])), timeout=30)


@pytest.fixture
def no_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that cannot find out a connection's user, as on macOS."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sfn_cli.loopback; sfn_cli.loopback.loopback_peer_user = lambda connection: None"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("no_users")
def test_the_access_key(held: dict[str, str]) -> None:
    """If a connection's user is unknown, a request must be signed with the function's access key."""

    def listed(key: str) -> Any:
        client = boto3.client(
            "stepfunctions", "us-east-1", endpoint_url=held["AWS_ENDPOINT_URL"],
            aws_access_key_id=key, aws_secret_access_key="any",
        )  # fmt: skip
        return len(client.list_state_machines()["stateMachines"])

    assert listed(held["AWS_ACCESS_KEY_ID"]) == 1
    with pytest.raises(Exception, match="AccessDenied"):
        listed("any")


def is_served(url: str) -> bool:
    try:
        with urlopen(url, timeout=60) as answer:
            return "sfn" in json.load(answer)
    except OSError:
        return False


def test_the_endpoint_survives_its_worker(home: Path, held: dict[str, str]) -> None:
    """The endpoint of a killed worker serves other programs of the home, until the home is removed."""
    url = held["AWS_ENDPOINT_URL"]
    kill_workers(home)
    assert is_served(url)
    assert sfn(home, "aws", "endpoint").stdout.strip() == url
    shutil.rmtree(home)
    until(lambda: not is_served(url), "the end of the endpoint")


def endpoint_pid(home: Path) -> int:
    """The process that serves the endpoint."""
    record = remembered_endpoint(str(home))
    assert record is not None
    assert record.state == "serving"
    return record.pid


def test_a_killed_endpoint_is_replaced(home: Path, held: dict[str, str]) -> None:
    """The next call starts another endpoint at the same address."""
    os.kill(endpoint_pid(home), signal.SIGKILL)
    assert is_served(held["AWS_ENDPOINT_URL"])


def test_workers_share_the_endpoint(home: Path, function: Callable[..., None]) -> None:
    """A worker replaces the endpoint that a command started; its functions keep their address."""
    function("return [os.environ['AWS_ENDPOINT_URL'], boto3.client('sts').get_caller_identity()['Account']]")
    url = sfn(home, "aws", "endpoint").stdout.strip()
    machine = create_machine(home, "Machine", {"StartAt": "Call", "States": {"Call": task("fn")}})
    answers = []
    for _ in range(2):
        found = ended(home, start_execution(home, machine))
        answers.append(json.loads(found["output"]))
        os.kill(endpoint_pid(home), signal.SIGKILL)
        until(lambda: is_served(url), "another endpoint")
    assert answers == [[url, "123456789012"]] * 2
    assert len(worker_pids(home)) == 1
