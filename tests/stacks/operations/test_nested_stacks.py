"""Nested stacks and functions, whose templates and code are in the local S3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import local_client, stop_services
from tests.stacks.operations.cloudformation import GROUP, CloudFormation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # the local AWS services are started

URL = "https://s3.amazonaws.com/templates/{}.json"


class Templates:
    """Templates in the local S3, and the operations of CloudFormation."""

    def __init__(self, home: Path) -> None:
        self.call = CloudFormation(home)
        self._s3 = local_client(home, "s3")
        self._s3.create_bucket(Bucket="templates")

    def put(self, name: str, **resources: Any) -> None:
        self._s3.put_object(Bucket="templates", Key=f"{name}.json", Body=nested(resources))

    def events(self, arn: str) -> list[tuple[str, str]]:
        found = self.call("DescribeStackEvents", StackName=arn)["StackEvents"]
        return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in found][::-1]


def nested(resources: dict[str, Any]) -> str:
    return json.dumps(
        {
            "Parameters": {"Days": {"Type": "Number", "Default": 1}, "Names": {"Type": "CommaDelimitedList"}},
            "Resources": resources,
            "Outputs": {"Name": {"Value": {"Ref": "Log"}}, "Names": {"Value": {"Ref": "AWS::StackName"}}},
        }
    )


def group(name: str) -> dict[str, Any]:
    return {"Type": GROUP, "Properties": {"LogGroupName": name, "RetentionInDays": {"Ref": "Days"}}}


def parent(url: str, days: int = 1, **more: Any) -> str:
    properties = {"TemplateURL": URL.format(url), "Parameters": {"Days": days, "Names": ["a", "b"]}}
    return json.dumps(
        {
            "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}, **more},
            "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Child", "Outputs.Name"]}}},
        }
    )


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    home = tmp_path_factory.mktemp("home")
    yield Templates(home)
    stop_services(home)


def child_of(call: CloudFormation, stack: str = "shop") -> str:
    resource = call("DescribeStackResource", StackName=stack, LogicalResourceId="Child")
    arn: str = resource["StackResourceDetail"]["PhysicalResourceId"]
    return arn


def test_the_life_of_a_nested_stack(templates: Templates) -> None:
    """A nested stack has its own events and outputs, and is updated and deleted with its parent."""
    call = templates.call
    templates.put("first", Log=group("/nested"))
    root = call.create(text=parent("first"))
    child = child_of(call)
    described = call.stack(child)
    assert described["StackName"].startswith("shop-Child-")
    assert (described["ParentId"], described["RootId"]) == (root, root)
    assert {one["OutputKey"]: one["OutputValue"] for one in call.stack()["Outputs"]} == {"Name": "/nested"}
    call("UpdateStack", StackName="shop", TemplateBody=parent("first", 3))
    (log,) = call.service.log_groups.groups("", 10)
    assert (log.name, log.retention_days) == ("/nested", 3)
    assert ("Child", "UPDATE_COMPLETE") in templates.events(root)
    call("DeleteStack", StackName="shop")
    assert call.service.log_groups.groups("", 10) == []
    assert [templates.events(arn)[-1][1] for arn in (root, child)] == ["DELETE_COMPLETE"] * 2


def test_a_nested_stack_that_fails(templates: Templates) -> None:
    """A failure in a nested stack fails its parent, and both are rolled back."""
    call = templates.call
    templates.put("good", Log=group("/nested"))
    templates.put("bad", Log=group("/nested"), Bad={**group("no good name!"), "DependsOn": "Log"})
    root = call.create(text=parent("bad"))
    assert call.stack(root)["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = [
        event["ResourceStatusReason"]
        for event in call("DescribeStackEvents", StackName=root)["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert failed[0].startswith("Embedded stack arn:aws:cloudformation:")
    assert "was not successfully created: The following resource(s) failed to create: [Bad]." in failed[0]
    assert call.service.log_groups.groups("", 10) == []
    call("DeleteStack", StackName="shop")
    root = call.create(text=parent("good"))
    call("UpdateStack", StackName="shop", TemplateBody=parent("bad", 5))
    assert call.stack(root)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert call.stack(child_of(call))["StackStatus"].endswith("_COMPLETE")
    (log,) = call.service.log_groups.groups("", 10)
    assert (log.name, log.retention_days) == ("/nested", 1)
    call("DeleteStack", StackName="shop")


def test_a_template_that_does_not_exist(templates: Templates) -> None:
    """A nested stack whose template is missing fails with S3's reason."""
    call = templates.call
    root = call.create(text=parent("missing"))
    (reason,) = (
        event["ResourceStatusReason"]
        for event in call("DescribeStackEvents", StackName=root)["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    )
    assert "S3 error: The specified key does not exist." in reason


def test_code_that_does_not_exist(templates: Templates) -> None:
    """A function whose code is not in S3 fails the deploy, as on AWS."""
    call = templates.call
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::123456789012:role/r",
            "Code": {"S3Bucket": "templates", "S3Key": "missing.zip"},
        },
    }
    root = call.create("coded", json.dumps({"Resources": {"Price": function}}))
    assert call.stack(root)["StackStatus"] == "ROLLBACK_COMPLETE"
    (reason,) = (
        event["ResourceStatusReason"]
        for event in call("DescribeStackEvents", StackName=root)["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    )
    assert reason.startswith("Error occurred while GetObject. s3://templates/missing.zip does not exist")
