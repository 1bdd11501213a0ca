"""Custom resources: functions of real processes, which respond to their requests."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.app import build_app
from sfn_cli.settings import Settings
from sfn_cli.stacks.deployment.tools import DeployError
from tests.stacks.deployment.conftest import Stacks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # functions run in processes of their own

ROLE = "arn:aws:iam::123456789012:role/r"

PYTHON = """
import cfnresponse

def handler(event, context):
    print(event["RequestType"], event.get("PhysicalResourceId"))
    properties = event["ResourceProperties"]
    if properties.get("Fails") == event["RequestType"]:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "none", reason="no luck")
    elif properties.get("Raises"):
        raise ValueError("broken")
    else:
        data = {"Text": f"{event['RequestType']} {properties['Number']} {properties['Flag']}"}
        cfnresponse.send(event, context, cfnresponse.SUCCESS, data, f"thing-{properties['Name']}")
"""

TLS_PYTHON = """
import json
from http.client import HTTPSConnection
from urllib.parse import urlsplit

def handler(event, context):
    url = urlsplit(event["ResponseURL"])
    names = ("StackId", "RequestId", "LogicalResourceId")
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "tls", "Data": {"Text": "tls"}}
    connection = HTTPSConnection(url.netloc)
    connection.request("PUT", url.path, json.dumps({**answer, **{name: event[name] for name in names}}))
    connection.getresponse().read()
"""

NODE = """
const response = require("cfn-response");
exports.handler = (event, context) => {
    response.send(event, context, response.SUCCESS, { Text: event.ResourceType }, "thing-node");
};
"""

NODE_WITH_PORT_443 = """
const https = require("https");
const { parse } = require("url");
exports.handler = async (event) => {
    const { hostname, path } = parse(event.ResponseURL);
    const { StackId, RequestId, LogicalResourceId } = event;
    const answer = { Status: "SUCCESS", PhysicalResourceId: "port", Data: { Text: "443" } };
    const body = JSON.stringify({ ...answer, StackId, RequestId, LogicalResourceId });
    await new Promise((resolve, reject) => {
        const request = https.request({ hostname, path, port: 443, method: "PUT" }, (response) => {
            response.resume();
            response.on("end", resolve);
        });
        request.on("error", reject);
        request.end(body);
    });
};
"""


def function(source: str, runtime: str = "python3.12") -> dict[str, Any]:
    properties = {
        "Code": {"ZipFile": source},
        "Runtime": runtime,
        "Handler": "index.handler",
        "Timeout": 60,
        "Role": ROLE,
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def thing(type: str = "Custom::Thing", **properties: Any) -> dict[str, Any]:
    return {
        "Type": type,
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]}, **properties},
    }


def template(source: str, thing: dict[str, Any] | None, runtime: str = "python3.12") -> dict[str, Any]:
    things = {"Thing": thing} if thing is not None else {}
    outputs = {"Text": {"Value": {"Fn::GetAtt": ["Thing", "Text"]}}, "Ref": {"Value": {"Ref": "Thing"}}}
    return {
        "Resources": {"Provider": function(source, runtime), **things},
        **({"Outputs": outputs} if thing is not None else {}),
    }


@pytest.fixture
def stacks(home: Path) -> Iterator[Stacks]:
    service = build_app(Settings(home=str(home), region="us-east-1", account_id="123456789012"))
    yield Stacks(service)
    service.close()


def outputs(stacks: Stacks) -> dict[str, str]:
    stored = stacks.service.stacks.find("shop")
    assert stored is not None
    return {output["OutputKey"]: output["OutputValue"] for output in stored.outputs}


def requests(stacks: Stacks) -> list[str]:
    """Returns what the function has printed: the requests."""
    (group,) = stacks.service.log_groups.groups("", 10)
    lines = [event.message.strip() for event in stacks.service.logs.events(group.name, 1000)]
    return [line for line in lines if line.startswith(("Create", "Update", "Delete"))]


def threads_of_functions() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "functions"}


def test_the_life_of_a_custom_resource(stacks: Stacks) -> None:
    """A custom resource is created, changed, replaced and deleted by requests to its function."""
    stacks.deploy(template(PYTHON, thing(Name="a", Number=1, Flag=True)))
    assert outputs(stacks) == {"Text": "Create 1 true", "Ref": "thing-a"}
    stacks.deploy(template(PYTHON, thing(Name="a", Number=2, Flag=False)))
    assert outputs(stacks) == {"Text": "Update 2 false", "Ref": "thing-a"}
    stacks.deploy(template(PYTHON, thing(Name="b", Number=2, Flag=False)))
    assert outputs(stacks) == {"Text": "Update 2 false", "Ref": "thing-b"}
    with pytest.raises(DeployError, match="no luck"):
        stacks.deploy(template(PYTHON, thing(Name="b", Number=3, Flag=False, Fails="Update")))
    assert stacks.status() == "UPDATE_ROLLBACK_COMPLETE"
    stacks.delete()
    assert requests(stacks) == [
        "Create None",
        "Update thing-a",
        "Update thing-a",
        "Delete thing-a",
        "Update thing-b",
        "Update thing-b",
        "Delete thing-b",
    ]


@pytest.mark.parametrize(
    "properties, reason",
    [
        (
            {"Fails": "Create"},
            r"Received response status \[FAILED\] from custom resource. Message returned: no",
        ),
        ({"Raises": True}, "broken"),
    ],
)
def test_failures(stacks: Stacks, properties: dict[str, Any], reason: str) -> None:
    """A failure that is reported, or an error, fails the resource with its reason."""
    with pytest.raises(DeployError, match=reason):
        stacks.deploy(template(PYTHON, thing(Name="a", Number=1, Flag=True, **properties)))


FAILS_TWICE = """
import os, pathlib
import cfnresponse

def handler(event, context):
    print(event["RequestType"])
    tries = pathlib.Path(event["ResourceProperties"]["Tries"])
    with tries.open("a") as file:
        file.write(".")
    if tries.stat().st_size < 3:
        {failure}
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {{"Text": "at last"}}, "thing")
"""


@pytest.mark.parametrize("failure", ["raise ValueError('broken')", "os._exit(1)"])
def test_invocations_that_fail(stacks: Stacks, tmp_path: Path, failure: str) -> None:
    """Lambda retries an invocation that fails, twice unless the function's settings say otherwise."""
    stack = template(FAILS_TWICE.format(failure=failure), thing(Tries=str(tmp_path / "tries")))
    stacks.deploy(stack)
    assert (outputs(stacks)["Text"], requests(stacks)) == ("at last", ["Create"] * 3)


def test_retries_of_a_function(stacks: Stacks, tmp_path: Path) -> None:
    stack = template(FAILS_TWICE.format(failure="os._exit(1)"), thing(Tries=str(tmp_path / "tries")))
    settings = {"FunctionName": {"Ref": "Provider"}, "Qualifier": "$LATEST", "MaximumRetryAttempts": 1}
    stack["Resources"]["Settings"] = {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": settings}
    stack["Resources"]["Thing"]["DependsOn"] = "Settings"
    with pytest.raises(DeployError, match="exit status 1"):
        stacks.deploy(stack)
    assert requests(stacks) == ["Create", "Create", "Delete"]


@pytest.mark.parametrize(
    "source, runtime, text",
    [
        (TLS_PYTHON, "python3.12", "tls"),
        (NODE, "nodejs20.x", "Custom::Thing"),
        (NODE_WITH_PORT_443, "nodejs20.x", "443"),
    ],
)
def test_ways_to_respond(stacks: Stacks, source: str, runtime: str, text: str) -> None:
    """A function responds as AWS's module does, or with TLS to port 443 of the URL's host."""
    stacks.deploy(template(source, thing(), runtime))
    assert outputs(stacks)["Text"] == text


def test_deploys_share_the_functions_of_their_process(stacks: Stacks) -> None:
    """All deploys of a process use the same functions' processes, which end with it."""
    before = threads_of_functions()
    for number in (1, 2):
        stacks.deploy(template(PYTHON, thing(Name="a", Number=number, Flag=True)))
    (thread,) = threads_of_functions() - before
    stacks.service.close()
    assert not thread.is_alive()


def test_a_stack_without_its_service(stacks: Stacks) -> None:
    """A custom resource without a ServiceToken is refused."""
    broken = {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"Name": "a"}}
    with pytest.raises(DeployError, match="ServiceToken"):
        stacks.deploy({"Resources": {"Thing": broken}})
