"""The one local endpoint of a home: what it answers, whom, and how long."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from sfn_cli.local_endpoint import running_local_endpoint
from sfn_cli.local_endpoint.record import remembered_endpoint
from tests.processes import boto3_client, create_machine, ended, sfn, start_execution, stop_home, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow  # the endpoint and AWS's services take seconds to start

LINE = re.compile(r"export (\w+)='(.*)'")


def shell_variables(home: Path, *options: str, **environment: str) -> dict[str, str]:
    done = sfn(home, "aws", "env", *options, environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(match.groups() for line in done.stdout.splitlines() if (match := LINE.fullmatch(line)))


class Endpoint:
    """An endpoint, and boto3's clients of it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.variables = shell_variables(home)
        self.url = self.variables["AWS_ENDPOINT_URL"]

    def client(self, service: str, **options: Any) -> Any:
        keys = {
            "aws_access_key_id": self.variables["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.variables["AWS_SECRET_ACCESS_KEY"],
        }
        return boto3_client(self.url, service, **{**keys, **options})

    def status(self, path: str, headers: Mapping[str, str], method: str = "GET") -> int:
        try:
            with urlopen(
                Request(self.url + path, headers=dict(headers), method=method), timeout=60
            ) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    home = tmp_path_factory.mktemp("endpoint") / "home"
    yield Endpoint(home)
    stop_home(home)


def test_no_console(endpoint: Endpoint) -> None:
    """The endpoint, which functions call, has no console: /console is a bucket there."""
    assert endpoint.status("/console/", {}) in (403, 404)
    assert endpoint.status("/console/static/console.js", {}) in (403, 404)


def test_every_account_is_the_local_one(endpoint: Endpoint) -> None:
    """A session in another account sees the same resources. Any role can be assumed."""
    endpoint.client("sqs").create_queue(QueueName="orders")
    role = endpoint.client("sts").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/path/deployer", RoleSessionName="me", Tags=[]
    )
    assert role["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/deployer/me"
    keys = role["Credentials"]
    session = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    [url] = endpoint.client("sqs", **session).list_queues()["QueueUrls"]
    assert url == f"{endpoint.url}/123456789012/orders"
    assert endpoint.client("sts", **session).get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError, match="Request ARN is invalid"):
        endpoint.client("sts").assume_role(RoleArn="arn:aws:iam::1:user/no-role", RoleSessionName="me")


def test_tasks_reach_the_stacks_and_the_account(endpoint: Endpoint) -> None:
    """Tasks see CloudFormation and STS as sfn has them, without any setting."""
    template = {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}}}
    endpoint.client("cloudformation").create_stack(StackName="seen", TemplateBody=json.dumps(template))
    stacks = "$.Stacks[?(@.StackName == 'seen')].StackStatus"
    definition = {
        "StartAt": "Stacks",
        "States": {
            "Stacks": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:cloudformation:describeStacks",
                "Parameters": {},
                "ResultSelector": {"status.$": stacks},
                "Next": "Account",
            },
            "Account": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sts:getCallerIdentity",
                "Parameters": {},
                "ResultSelector": {"arn.$": "$.Arn"},
                "ResultPath": "$.caller",
                "End": True,
            },
        },
    }
    machine = create_machine(endpoint.home, "looks", definition)
    output = ended(endpoint.home, start_execution(endpoint.home, machine))["output"]
    assert json.loads(output) == {
        "status": ["CREATE_COMPLETE"],
        "caller": {"arn": "arn:aws:iam::123456789012:root"},
    }


def test_cdk_needs_no_bootstrap(endpoint: Endpoint) -> None:
    """The parameter and the bucket of every qualifier, account and region exist."""
    name = "/cdk-bootstrap/mine/version"
    ssm, s3, bucket = endpoint.client("ssm"), endpoint.client("s3"), "cdk-mine-assets-111122223333-eu-west-1"
    assert int(ssm.get_parameter(Name=name)["Parameter"]["Value"]) >= 6
    assert ssm.get_parameters(Names=[name, "/other"])["InvalidParameters"] == ["/other"]
    assert s3.list_objects_v2(Bucket=bucket, Prefix="a", MaxKeys=1)["KeyCount"] == 0
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-west-1"
    s3.create_bucket(Bucket="cdk-other-assets-111122223333-us-east-1")  # as `cdk bootstrap` does
    ssm.put_parameter(Name=name, Value="31", Type="String")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "31"
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_objects_v2(Bucket="cdk-mine-assets-1-eu-west-1")


def test_cloud_control(endpoint: Endpoint) -> None:
    """cdk's hotswap deploy updates a definition with a JSON patch."""
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    arn = create_machine(endpoint.home, "Hot", definition)
    control, states = endpoint.client("cloudcontrol"), endpoint.client("stepfunctions")
    machine = {"TypeName": "AWS::StepFunctions::StateMachine", "Identifier": arn}

    def patch(*steps: Any) -> Any:
        return control.update_resource(**machine, PatchDocument=json.dumps(steps))["ProgressEvent"]

    changed = json.dumps({**definition, "Comment": "changed"})
    step = {"op": "replace", "path": "/DefinitionString", "value": changed}
    assert patch(step)["OperationStatus"] == "SUCCESS"
    assert states.describe_state_machine(stateMachineArn=arn)["definition"] == changed
    properties = json.loads(control.get_resource(**machine)["ResourceDescription"]["Properties"])
    assert (properties["StateMachineName"], properties["DefinitionString"]) == ("Hot", changed)
    for refused, code in (
        ({"op": "replace", "path": "/StateMachineName", "value": "x"}, "NotUpdatableException"),
        ({"op": "replace", "path": "/None", "value": "x"}, "InvalidRequestException"),
        ({**step, "value": "{}"}, "InvalidDefinition"),
    ):
        with pytest.raises(ClientError, match=code):
            patch(refused)


@pytest.mark.parametrize(
    "service, operation, request_, code",
    [
        ("cloudcontrol", "get_resource", {"TypeName": "AWS::Lambda::Url", "Identifier": "x"},
         "ResourceNotFoundException"),
        ("cloudcontrol", "list_resources", {"TypeName": "AWS::Lambda::Url"}, "UnknownOperationException"),
        ("cloudtrail", "list_channels", {}, "UnknownOperationException"),
        ("cloudformation", "describe_publisher", {}, "InvalidAction"),
        ("events", "list_endpoints", {}, "UnknownOperationException"),
        ("lambda", "list_code_signing_configs", {}, "UnknownOperationException"),
        ("sts", "get_web_identity_token", {"Audience": ["a"], "SigningAlgorithm": "RS256"},
         "UnknownOperationException"),
        ("ecr", "describe_repositories", {"repositoryNames": ["none"]}, "RepositoryNotFoundException"),
        ("ec2", "describe_trunk_interface_associations", {}, "UnknownOperationException"),
        ("braket", "search_jobs", {"filters": []}, "UnknownOperationException"),
        ("route53domains", "list_prices", {}, "UnknownOperationException"),
        ("arc-region-switch", "list_plans", {}, "UnknownOperationException"),
    ],
)  # fmt: skip
def test_unknown_operations(
    endpoint: Endpoint, service: str, operation: str, request_: dict[str, Any], code: str
) -> None:
    """What neither sfn nor moto has is refused in the client's protocol, with a status of 4xx."""
    with pytest.raises(ClientError) as caught:
        getattr(endpoint.client(service), operation)(**request_)
    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert 400 <= response["ResponseMetadata"]["HTTPStatusCode"] < 500


def test_what_is_empty(endpoint: Endpoint) -> None:
    """Services that tools only look into."""
    assert endpoint.client("cloudtrail").lookup_events()["Events"] == []
    assert endpoint.client("xray").get_trace_summaries(StartTime=0, EndTime=1)["TraceSummaries"] == []


def test_private_objects(endpoint: Endpoint) -> None:
    """A request that is not signed gets S3's own error, and public objects."""
    s3 = endpoint.client("s3")
    s3.create_bucket(Bucket="letters")
    s3.put_object(Bucket="letters", Key="private", Body=b"x")
    s3.put_object(Bucket="letters", Key="public", Body=b"x", ACL="public-read")
    assert endpoint.status("/letters/public", {}) == 200
    assert endpoint.status("/letters/private", {}, "HEAD") == 403
    with pytest.raises(HTTPError) as caught:
        urlopen(endpoint.url + "/letters/private", timeout=60)
    denied = caught.value
    assert (denied.code, denied.headers["Content-Type"]) == (403, "application/xml")
    assert b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message>" in denied.read()


PAGES = [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-origin"}]
LIST = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines"}


@pytest.mark.parametrize("headers", [*PAGES, {"Host": "evil.example"}], ids=str)
@pytest.mark.parametrize(
    "method, path, target",
    [
        ("POST", "/", LIST),
        ("GET", "/2015-03-31/functions/", {}),
        ("POST", "/?Action=ListStacks&Version=2010-05-15", {}),
        ("GET", "/bucket/key", {}),
        ("POST", "/moto-api/reset", {}),
    ],
)
def test_web_pages(
    endpoint: Endpoint, method: str, path: str, target: dict[str, str], headers: dict[str, str]
) -> None:
    """No page, not even one of the endpoint itself, reaches operations."""
    assert endpoint.status(path, {**target, **headers}, method) == 403


@pytest.mark.parametrize(
    "method, path, headers, status",
    [
        ("GET", "/a", {}, 200),
        ("POST", "/", LIST, 403),
        ("POST", "/gateway/M", {}, 404),
        ("POST", "/_apis/a/b", {}, 404),
        ("POST", "/", {"Content-Type": "application/x-www-form-urlencoded"}, 403),
        ("GET", "/2015-03-31/functions/", {}, 404),
    ],
)
def test_names_below_localhost_are_buckets(
    endpoint: Endpoint, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    s3 = endpoint.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="a", Body=b"x", ACL="public-read")
    port = endpoint.url.rpartition(":")[2]
    found = endpoint.status(path, {"Host": f"photos.localhost:{port}", **headers}, method)
    assert found == status or (status == 404 and 400 <= found < 500)


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("curl") is None,
    reason="another user cannot be played",
)
def test_another_user(endpoint: Endpoint) -> None:
    """Another user's connection is closed unanswered, whatever it asks for."""
    for path in ("/", "/bucket/key", "/_apis/a/b", "/gateway/M"):
        ask = ["curl", "-sS", endpoint.url + path]
        assert subprocess.run(ask, user=65534, capture_output=True).stdout == b""
        assert subprocess.run(ask, capture_output=True).stdout != b""


def test_variables_of_deploy_tools(endpoint: Endpoint) -> None:
    """The shim is added to NODE_OPTIONS, once."""
    found = shell_variables(endpoint.home, "--shim", NODE_OPTIONS="--no-warnings")
    assert found.keys() >= {"AWS_REGION", "AWS_DEFAULT_REGION", "SAM_CLI_POLL_DELAY"}
    assert {found["AWS_ENDPOINT_URL"], found["SFN_AWS_ENDPOINT"]} == {endpoint.url}
    options = found["NODE_OPTIONS"]
    assert re.fullmatch(r"--no-warnings --require \S+/sdk_endpoints\.cjs", options)
    assert shell_variables(endpoint.home, "--shim", NODE_OPTIONS=options)["NODE_OPTIONS"] == options
    assert "NODE_OPTIONS" not in endpoint.variables


def test_status_and_stop(home: Path) -> None:
    """`sfn aws stop` stops the endpoint; the next one has the same URL."""
    assert "not running" in sfn(home, "aws", "status").stdout
    first = sfn(home, "aws", "endpoint").stdout.strip()
    assert f"Local endpoint       {first}\n" in sfn(home, "aws", "status").stdout
    assert sfn(home, "aws", "stop").stderr == ""
    assert running_local_endpoint(str(home)) is None
    assert sfn(home, "aws", "stop").stderr != ""
    assert sfn(home, "aws", "endpoint").stdout.strip() == first


def test_an_idle_endpoint_ends(home: Path) -> None:
    """Without requests and without a worker, it ends, and leaves its address."""
    url = sfn(home, "aws", "endpoint", environment={"SFN_AWS_IDLE_SECONDS": "0.5"}).stdout.strip()
    until(lambda: running_local_endpoint(str(home)) is None, "the end of the endpoint")
    record = remembered_endpoint(str(home))
    assert record is not None
    assert (record.address.url, record.state) == (url, "ended")


def test_a_killed_endpoint_without_a_worker(home: Path) -> None:
    """Its guardian replaces it, and connections wait. If both are killed, the next command does."""
    url = sfn(home, "aws", "endpoint").stdout.strip()
    first = remembered_endpoint(str(home))
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    with urlopen(url, timeout=60) as answer:
        assert "sfn" in json.load(answer)
    second = remembered_endpoint(str(home))
    assert second is not None
    assert (second.address, second.pid != first.pid) == (first.address, True)
    os.killpg(os.getpgid(second.pid), signal.SIGKILL)
    until(lambda: running_local_endpoint(str(home)) is None, "the end of the endpoint")
    assert sfn(home, "aws", "endpoint").stdout.strip() == url
