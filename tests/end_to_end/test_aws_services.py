"""Tasks that call AWS services: the local ones (moto's server), a test's server, and Step Functions."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import textwrap
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from sfn_cli.installation.extras import INSTALL_HINT, install_command
from sfn_cli.integrations.aws.embedded_aws import LOCK_NAME, LOG_NAME, running_embedded_aws
from sfn_cli.local_endpoint.record import LOCK_NAME as ENDPOINT_LOCK
from tests.processes import (
    ROLE,
    create_function,
    create_machine,
    ended,
    environment_of,
    kill_workers,
    sfn,
    sfn_json,
    start_execution,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow  # AWS's services take seconds to start


_NUMBERS = count()


def aws_variables(home: Path) -> dict[str, str]:
    """The variables that `sfn aws env` prints."""
    lines = sfn(home, "aws", "env", "--format", "env-no-export").stdout.splitlines()
    return dict(line.split("=", 1) for line in lines)


def task(resource: str, parameters: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, **fields}


def chain(**states: dict[str, Any]) -> dict[str, Any]:
    """A machine of states in their order; a state that ends or says what is next does so."""
    names = list(states)
    for name, following in zip(names, [*names[1:], None], strict=True):
        if "End" not in states[name] and "Next" not in states[name] and states[name]["Type"] != "Fail":
            states[name] |= {"Next": following} if following else {"End": True}
    return {"StartAt": names[0], "States": states}


def run(home: Path, definition: dict[str, Any], *arguments: str, **options: Any) -> dict[str, Any]:
    """Returns the description of an execution that has ended."""
    machine = create_machine(home, f"M{next(_NUMBERS)}", definition)
    return ended(home, start_execution(home, machine, *arguments, **options))


@pytest.fixture
def services(home: Path) -> Callable[[str], Any]:
    """Returns boto3 clients of the local services."""

    def client(service: str) -> Any:
        url = sfn(home, "aws", "endpoint").stdout.strip()
        return boto3.client(
            service, "us-east-1", endpoint_url=url, aws_access_key_id="any", aws_secret_access_key="any"
        )

    return client


@contextmanager
def played(answer: Callable[[str, bytes], bytes]) -> Iterator[str]:
    """The URL of a server of AWS's JSON protocol.

    `answer` returns a response for the operation and the body.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            response = answer(self.headers["X-Amz-Target"].rpartition(".")[2], body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(response)))
            self.end_headers()
            self.wfile.write(response)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """A worker that was killed does not listen any more."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def received(body: bytes) -> bytes:
    """SQS's answer to SendMessage."""
    text = json.loads(body)["MessageBody"]
    return json.dumps({"MessageId": "m", "MD5OfMessageBody": hashlib.md5(text.encode()).hexdigest()}).encode()


def test_services_of_the_store(home: Path, services: Callable[[str], Any]) -> None:
    """Without any setting, tasks call the local services, which start when needed.

    Data remains between tasks.
    """
    table = {
        "TableName": "t",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    key = {"id": {"S": "one"}}
    found = run(
        home,
        chain(
            Bucket=task("aws-sdk:s3:createBucket", {"Bucket": "bucket-1"}),
            Put=task("aws-sdk:s3:putObject", {"Bucket": "bucket-1", "Key": "k", "Body": {"a": 1}}),
            Get=task("aws-sdk:s3:getObject", {"Bucket": "bucket-1", "Key": "k"}, ResultPath="$.got"),
            Table=task("aws-sdk:dynamodb:createTable", table, ResultPath=None),
            PutItem=task(
                "dynamodb:putItem", {"TableName": "t", "Item": {**key, "body.$": "$.got"}}, ResultPath=None
            ),
        ),
    )
    assert found["error"] == "States.Runtime", "an object is no attribute of DynamoDB"
    assert 'The field "Body" is not supported by Step Functions' in found["cause"]

    found = run(
        home,
        chain(
            Get=task(
                "aws-sdk:s3:getObject", {"Bucket": "bucket-1", "Key": "k"},
                ResultSelector={"S.$": "$.Body"}, ResultPath="$.body",
            ),
            PutItem=task(
                "dynamodb:putItem", {"TableName": "t", "Item": {**key, "body.$": "$.body"}},
                ResultPath=None,
            ),
            GetItem=task(
                "dynamodb:getItem", {"TableName": "t", "Key": key},
                ResultSelector={"item.$": "$.Item"}, ResultPath="$.got",
            ),
            Gone=task(
                "aws-sdk:s3:getObject", {"Bucket": "bucket-1", "Key": "gone"},
                Catch=[{"ErrorEquals": ["S3.NoSuchKeyException"], "ResultPath": "$.caught", "Next": "End"}],
            ),
            End={"Type": "Pass"},
        ),
    )  # fmt: skip
    output = json.loads(found["output"])
    assert output["got"] == {"item": {**key, "body": {"S": '{"a":1}'}}}
    assert output["caught"]["Cause"].startswith(
        "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: "
    )
    assert services("s3").get_object(Bucket="bucket-1", Key="k")["Body"].read() == b'{"a":1}'


@pytest.mark.parametrize(
    "service, operation, parameters",
    [
        ("transcribe", "create_vocabulary_filter", {"LanguageCode": "en-US", "VocabularyFilterName": "x"}),
        ("redshift", "describe_events", {}),
        ("bedrock-agent", "list_flows", {}),
        ("polly", "list_speech_synthesis_tasks", {}),
        ("translate", "list_languages", {}),
    ],
    ids=["JSON", "query", "REST", "a path of REST", "a whole service"],
)
def test_unsupported_operations_of_local_services(
    services: Callable[[str], Any], service: str, operation: str, parameters: dict[str, Any]
) -> None:
    """An operation that moto does not have is an error at once: the SDK does not retry it."""
    with pytest.raises(ClientError) as caught:
        getattr(services(service), operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
    assert "The local AWS services (moto) do not support " in caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_attributes_without_a_value(services: Callable[[str], Any]) -> None:
    services("dynamodb").create_table(
        TableName="t", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    with pytest.raises(ClientError) as caught:
        services("dynamodb").put_item(TableName="t", Item={"id": {"S": "1"}, "empty": {}})
    assert caught.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    }


def test_events_for_a_bus_that_does_not_exist(services: Callable[[str], Any]) -> None:
    """Events for a missing bus are accepted and dropped; other events of the request are delivered."""
    queue = services("sqs").create_queue(QueueName="q")["QueueUrl"]
    services("events").put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    target = {"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}
    services("events").put_targets(Rule="all", Targets=[target])
    event = {"Source": "shop", "DetailType": "sold", "Detail": "{}"}
    entries = [event, {**event, "EventBusName": "gone"}]
    sent = services("events").put_events(Entries=entries)
    assert sent["FailedEntryCount"] == 0
    assert [set(entry) for entry in sent["Entries"]] == [{"EventId"}, {"EventId"}]
    assert len(services("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]) == 1


def test_targets_that_cannot_be_reached(home: Path, services: Callable[[str], Any]) -> None:
    """An unreachable target does not affect the delivery to other targets; the worker's log names it."""
    arn = "arn:aws:{}:us-east-1:123456789012:{}"
    queue = services("sqs").create_queue(QueueName="q")["QueueUrl"]
    services("events").put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    targets = [arn.format("lambda", "function:F"), arn.format("sqs", "gone"), arn.format("sqs", "q")]
    services("events").put_targets(
        Rule="all", Targets=[{"Id": str(number), "Arn": target} for number, target in enumerate(targets)]
    )
    sent = services("events").put_events(Entries=[{"Source": "shop", "DetailType": "sold", "Detail": "{}"}])
    assert sent["FailedEntryCount"] == 0
    assert len(services("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]) == 1
    until(
        lambda: all(f"for {target} failed: " in sfn(home, "worker", "log").stdout for target in targets[:2]),
        "the failures in the log",
    )


def test_stopped_services_are_restarted(home: Path, services: Callable[[str], Any]) -> None:
    """Tasks restart stopped services, which are then empty; processes of one store share them."""
    make = chain(
        Make=task("aws-sdk:sqs:createQueue", {"QueueName": "q"}), List=task("aws-sdk:sqs:listQueues", {})
    )
    assert len(json.loads(run(home, make)["output"])["QueueUrls"]) == 1
    assert len(services("sqs").list_queues()["QueueUrls"]) == 1
    pids = worker_pids(home)
    assert sfn(home, "aws", "stop").returncode == 0
    assert json.loads(run(home, chain(List=task("aws-sdk:sqs:listQueues", {})))["output"]) == {}
    assert worker_pids(home) == pids


@pytest.mark.parametrize(
    "header", [("Origin", "https://page.example"), ("Host", "page.example"), ("Sec-Fetch-Site", "cross-site")]
)
def test_web_pages_cannot_call_local_services(
    home: Path, services: Callable[[str], Any], header: tuple[str, str]
) -> None:
    """Web pages are refused: those of other origins, and DNS rebinding."""
    url = services("sqs").meta.endpoint_url
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(f"{url}/", headers=dict([header])), timeout=30)


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("curl") is None,
    reason="another user cannot be played",
)
def test_another_user_cannot_call_local_services(home: Path, services: Callable[[str], Any]) -> None:
    """Another user's connection is closed unanswered, even if that user closes it at once."""
    services("sqs").create_queue(QueueName="q")
    url = services("sqs").meta.endpoint_url
    reset = ["curl", "-sS", "-X", "POST", f"{url}/moto-api/reset"]
    assert subprocess.run(reset, user=65534, capture_output=True).stdout == b""
    and_go = (
        "import socket, sys\n"
        "connection = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
        "connection.send(b'POST /moto-api/reset HTTP/1.0\\r\\n\\r\\n')\n"
    )
    subprocess.run([sys.executable, "-c", and_go, url.rpartition(":")[2]], check=True)
    assert len(services("sqs").list_queues()["QueueUrls"]) == 1
    assert subprocess.run(reset, capture_output=True).stdout != b""
    assert "QueueUrls" not in services("sqs").list_queues()


@pytest.fixture
def no_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that cannot find out a connection's user, as on macOS."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sfn_cli.loopback; sfn_cli.loopback.loopback_peer_user = lambda connection: None"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("no_users")
def test_the_access_key(home: Path, services: Callable[[str], Any]) -> None:
    """If a connection's user is unknown, requests must be signed with the server's current key."""
    client = services("sqs")
    with pytest.raises(ClientError) as refused:
        client.list_queues()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": "Requests must be signed with this endpoint's access key. To print it, run: sfn aws env",
    }
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(f"{client.meta.endpoint_url}/moto-api/reset", method="POST"), timeout=30)

    found = aws_variables(home)
    assert found["AWS_ENDPOINT_URL"] == client.meta.endpoint_url
    assert found["AWS_ACCESS_KEY_ID"] in (home / ENDPOINT_LOCK).read_text()
    command = [
        Path(sys.executable).with_name("aws"),
        "sqs",
        "list-queues",
        "--endpoint-url",
        found["AWS_ENDPOINT_URL"],
    ]
    listed = subprocess.run(command, env={**environment_of(home), **found}, capture_output=True, text=True)
    assert (listed.returncode, listed.stdout) == (0, ""), listed.stderr
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in (ENDPOINT_LOCK, LOCK_NAME)} == {0o600}
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(f"{running_embedded_aws(str(home))}/moto-api/reset", method="POST"), timeout=30)
    session = boto3.client(
        "sts", "us-east-1", endpoint_url=found["AWS_ENDPOINT_URL"],
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"], aws_secret_access_key="any",
    ).assume_role(RoleArn="arn:aws:iam::111122223333:role/any", RoleSessionName="me")  # fmt: skip
    assert session["Credentials"]["AccessKeyId"] == found["AWS_ACCESS_KEY_ID"]

    presigned = boto3.client(
        "s3", "us-east-1", endpoint_url=found["AWS_ENDPOINT_URL"],
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"], aws_secret_access_key="any",
    ).generate_presigned_url("list_buckets")  # fmt: skip
    assert urlopen(presigned, timeout=30).status == 200

    first = found["AWS_ACCESS_KEY_ID"]
    assert sfn(home, "aws", "stop").returncode == 0
    assert first not in sfn(home, "aws", "env").stdout


@pytest.mark.usefixtures("no_users")
@pytest.mark.parametrize("named", [False, True])
def test_tasks_have_the_access_key(home: Path, services: Callable[[str], Any], named: bool) -> None:
    """Tasks use the key, also if the server is named as an endpoint, and after its restart."""
    variables = aws_variables(home) if named else {}
    make = chain(
        Make=task("aws-sdk:sqs:createQueue", {"QueueName": "q"}),
        List=task("sqs:sendMessage", {"QueueUrl.$": "$.QueueUrl", "MessageBody": "x"}),
    )
    found = run(home, make, environment=variables)
    assert found["status"] == "SUCCEEDED", found
    if not named:
        assert sfn(home, "aws", "stop").returncode == 0
        assert run(home, make)["status"] == "SUCCEEDED"


def dying(tmp_path: Path, deaths: int) -> dict[str, str]:
    """An environment in which the services are killed this many times when they start."""
    (tmp_path / "sitecustomize.py").write_text(
        textwrap.dedent(
            f"""
            import os, pathlib, sys
            died = pathlib.Path({str(tmp_path / "died")!r})
            if "embedded_aws" in sys.orig_argv[-1] and (not died.exists() or died.stat().st_size < {deaths}):
                with died.open("a") as file:
                    file.write("x")
                os.kill(os.getpid(), 9)
            """
        )
    )
    return {"PYTHONPATH": str(tmp_path)}


def test_services_that_die_as_they_start(home: Path, tmp_path: Path, services: Callable[[str], Any]) -> None:
    """Services that are killed when they start are restarted."""
    done = sfn(home, "aws", "endpoint", environment=dying(tmp_path, 2))
    assert (done.returncode, done.stderr) == (0, "")
    assert "QueueUrls" not in services("sqs").list_queues()


def test_services_that_do_not_start(home: Path, tmp_path: Path) -> None:
    """If the services never start, a command names their log, and a task fails.

    Catch can match the task's error.
    """
    environment = dying(tmp_path, 1000)
    done = sfn(home, "sqs", "list-queues", environment=environment)
    assert done.returncode in (254, 255), "for an error of a service: versions 2 and 1 of the AWS CLI"
    assert done.stdout == ""
    assert f"The local AWS services do not start. See {home / LOG_NAME}." in done.stderr
    starts = (tmp_path / "died").stat().st_size
    caught = task(
    "aws-sdk:secretsmanager:listSecrets",
    {},
    Retry=[
        {
            "ErrorEquals": ["SecretsManager.SdkClientException"],
            "IntervalSeconds": 1,
            "MaxAttempts": 1,
        }
    ],
        Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
    )  # fmt: skip
    found = run(home, chain(List=caught, Caught={"Type": "Pass"}), environment=environment)
    assert json.loads(found["output"])["Error"] == "SecretsManager.SdkClientException"
    assert "The local AWS services do not start" in json.loads(found["output"])["Cause"]
    assert (tmp_path / "died").stat().st_size == 3 * starts


def test_test_state_calls_a_service(home: Path, services: Callable[[str], Any]) -> None:
    """test-state calls the service, and waits for its answer."""
    state = json.dumps(task("aws-sdk:sqs:createQueue", {"QueueName": "q"}, End=True))
    tested = sfn_json(home, "test-state", "--definition", state, "--role-arn", ROLE)
    (queue,) = services("sqs").list_queues()["QueueUrls"]
    assert (tested["status"], json.loads(tested["output"])) == ("SUCCEEDED", {"QueueUrl": queue})


def test_a_task_token_in_a_queue_message(home: Path, services: Callable[[str], Any]) -> None:
    """sqs:sendMessage.waitForTaskToken: the receiver of the message completes the task."""
    queue = services("sqs").create_queue(QueueName="q")["QueueUrl"]
    message = {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}}
    arn = start_execution(
        home, create_machine(home, "M", chain(Ask=task("sqs:sendMessage.waitForTaskToken", message)))
    )
    messages = services("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    token = json.loads(messages[0]["Body"])["token"]
    sfn_json(home, "send-task-success", "--task-token", token, "--task-output", '"approved"')
    assert ended(home, arn)["output"] == '"approved"'


def test_events_name_their_execution(home: Path, services: Callable[[str], Any]) -> None:
    """The state machine and the execution are added to an event's resources (LocalStack 2025-11).

    A refused event fails the task.
    """
    queue = services("sqs").create_queue(QueueName="q")["QueueUrl"]
    services("events").put_rule(Name="r", EventPattern='{"source": ["here"]}')
    services("events").put_targets(
        Rule="r", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}]
    )
    event = {"Source": "here", "DetailType": "t", "Detail": {"a": 1}, "Resources": ["mine"]}
    found = run(home, chain(Put=task("events:putEvents", {"Entries": [event]})))
    assert json.loads(found["output"])["FailedEntryCount"] == 0
    (message,) = services("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    body = json.loads(message["Body"])
    assert (body["detail"], body["resources"]) == (
        {"a": 1},
        ["mine", found["stateMachineArn"], found["executionArn"]],
    )

    del event["Source"]
    found = run(home, chain(Put=task("events:putEvents", {"Entries": [event]})))
    assert (found["error"], json.loads(found["cause"])["FailedEntryCount"]) == ("EventBridge.FailedEntry", 1)


def test_many_calls_at_once(home: Path, services: Callable[[str], Any]) -> None:
    """Each call is made exactly once, even if many wait for a thread."""
    queue = services("sqs").create_queue(QueueName="q")["QueueUrl"]
    send = task(
        "sqs:sendMessage",
        {"QueueUrl": queue, "MessageBody.$": "States.Format('{}', $)"},
        ResultSelector={"id.$": "$.MessageId"},
    )
    state = {"Type": "Map", "ItemsPath": "$", "ItemProcessor": chain(Send=send)}
    found = run(home, chain(All=state), "--input", json.dumps(list(range(100))))
    assert len({item["id"] for item in json.loads(found["output"])}) == 100
    attributes = services("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert attributes["Attributes"] == {"ApproximateNumberOfMessages": "100"}


def test_step_functions_itself(home: Path) -> None:
    """aws-sdk:sfn calls the store itself, without a network.

    A long operation does not block other executions.
    """
    activity = sfn_json(home, "create-activity", "--name", "a")["activityArn"]
    take = task("aws-sdk:sfn:getActivityTask", {"ActivityArn": activity})
    give = task("aws-sdk:sfn:sendTaskSuccess", {"TaskToken.$": "$.TaskToken", "Output": {"a": 1}})
    taker = start_execution(home, create_machine(home, "Taker", chain(Take=take, Give=give)))
    until(
        lambda: "TaskStarted" in sfn(home, "get-execution-history", "--execution-arn", taker).stdout,
        "the poll",
    )

    asking = chain(Work={"Type": "Task", "Resource": activity, "TimeoutSeconds": 30})
    machine = create_machine(home, "Asker", asking)
    found = run(
        home,
        chain(
            Start=task(
                "aws-sdk:sfn:startExecution", {"StateMachineArn": machine, "Name": "x", "Input": {"b": 2}}
            ),
            Refused=task(
                "aws-sdk:sfn:stopExecution",
                {"ExecutionArn": f"{machine.replace('stateMachine', 'execution')}:gone"},
            ),
        ),
    )
    assert found["error"] == "Sfn.ExecutionDoesNotExistException"
    assert " (Service: Sfn, Status Code: 400, Request ID: " in found["cause"]
    assert json.loads(ended(home, f"{machine.replace('stateMachine', 'execution')}:x")["output"]) == {"a": 1}
    assert ended(home, taker)["output"] == "{}"


def test_functions_of_the_store(home: Path, tmp_path: Path) -> None:
    """aws-sdk:lambda:invoke calls a function that was registered here.

    The function's error is reported, and does not fail the task.
    """
    (tmp_path / "app.py").write_text("def handler(event, context): return {'n': 1 / event['n']}")
    create_function(home, "Divide", tmp_path)
    call = task("aws-sdk:lambda:invoke", {"FunctionName": "Divide", "Payload": {"n": 4}}, ResultPath="$.fine")
    broken = task(
        "aws-sdk:lambda:invoke", {"FunctionName": "Divide", "Payload": {"n": 0}}, ResultPath="$.broken"
    )
    gone = task("aws-sdk:lambda:getFunction", {"FunctionName": "Gone"})
    output = json.loads(run(home, chain(Call=call, Broken=broken))["output"])
    assert output["fine"] == {"ExecutedVersion": "$LATEST", "Payload": '{"n": 0.25}', "StatusCode": 200}
    assert (output["broken"]["FunctionError"], "ZeroDivisionError" in output["broken"]["Payload"]) == (
        "Unhandled",
        True,
    )
    assert run(home, chain(Gone=gone))["error"] == "Lambda.ResourceNotFoundException"


def test_a_call_is_repeated_after_a_kill(home: Path) -> None:
    """A task that was in flight is called again by the worker that takes over: at least once."""
    calls: list[str] = []
    killed = threading.Event()

    def answer(operation: str, body: bytes) -> bytes:
        calls.append(operation)
        if len(calls) == 1:
            assert killed.wait(60)
        return received(body)

    with played(answer) as url:
        send = task(
            "sqs:sendMessage",
            {"QueueUrl": f"{url}/q", "MessageBody": "x"},
            ResultSelector={"id.$": "$.MessageId"},
        )
        environment = {"AWS_ENDPOINT_URL_SQS": url}
        arn = start_execution(home, create_machine(home, "M", chain(Send=send)), environment=environment)
        until(lambda: calls, "the call")
        kill_workers(home)
        killed.set()
        sfn_json(home, "list-activities", environment=environment)  # any command starts a worker
        assert ended(home, arn)["output"] == '{"id":"m"}'
    assert calls == ["SendMessage"] * 2


def test_a_call_that_takes_too_long(home: Path) -> None:
    """A call that takes too long ends with the task's timeout; its worker continues with other work."""
    calls: list[str] = []
    go_on = threading.Event()

    def answer(operation: str, body: bytes) -> bytes:
        calls.append(operation)
        assert go_on.wait(60)
        return received(body)

    with played(answer) as url:
        send = task("sqs:sendMessage", {"QueueUrl": f"{url}/q", "MessageBody": "x"}, TimeoutSeconds=1)
        environment = {"AWS_ENDPOINT_URL_SQS": url}
        arn = start_execution(home, create_machine(home, "M", chain(Send=send)), environment=environment)
        until(lambda: calls, "the call")
        pids = worker_pids(home)
        other = start_execution(
            home, create_machine(home, "Other", chain(P={"Type": "Pass"})), environment=environment
        )
        assert ended(home, other)["status"] == "SUCCEEDED"
        assert ended(home, arn)["error"] == "States.Timeout"
        go_on.set()
        assert worker_pids(home) == pids


def test_an_endpoint_that_does_not_respond(home: Path) -> None:
    """A named endpoint that does not respond fails the task, with the service's name.

    No other endpoint is called instead.
    """
    found = run(
        home,
        chain(List=task("aws-sdk:sqs:listQueues", {})),
        environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
    )
    assert (found["error"], "http://127.0.0.1:9" in found["cause"]) == ("Sqs.SdkClientException", True)
    assert not (home / LOCK_NAME).exists()


@pytest.mark.parametrize("absent", ["botocore", "moto"])
def test_what_is_not_installed(home: Path, tmp_path: Path, absent: str) -> None:
    """Without moto, the task fails with an error that Catch matches.

    The error says what to install.
    """
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules[{absent!r}] = None")
    definition = chain(List=task("aws-sdk:sqs:listQueues", {}))
    found = run(home, definition, environment={"PYTHONPATH": str(tmp_path)})
    assert (found["error"], f"{absent}, which is not installed. " in found["cause"]) == (
        "Sqs.SdkClientException",
        True,
    ), found["cause"]
    hint = INSTALL_HINT.search(found["cause"])
    assert hint is not None
    # sfn runs as bin/python3, the tests perhaps as bin/python.
    assert shlex.split(hint["command"])[1:] == shlex.split(install_command(["aws"]))[1:]
