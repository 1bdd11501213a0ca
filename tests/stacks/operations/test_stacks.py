"""Creating, changing and deleting stacks, and the words with which CloudFormation refuses."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.operations.cloudformation import GROUP, template

if TYPE_CHECKING:
    from tests.stacks.operations.cloudformation import CloudFormation

BAD = json.dumps(
    {
        "Resources": {
            "Logs": {"Type": GROUP, "Properties": {"RetentionInDays": 7}},
            "Bad": {
                "Type": "AWS::StepFunctions::StateMachine",
                "DependsOn": "Logs",
                "Properties": {"DefinitionString": "{}", "RoleArn": "arn:aws:iam::123456789012:role/r"},
            },
        }
    }
)
"""A template whose second resource fails."""


def statuses(cloudformation: CloudFormation, name: str) -> list[tuple[str, str]]:
    """Returns the events of a stack, oldest first: the logical id and the status."""
    events = cloudformation("DescribeStackEvents", StackName=name)["StackEvents"]
    times = [event["Timestamp"] for event in events]
    assert times == sorted(set(times), reverse=True)
    return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(events)]


def test_a_stack_is_created_before_the_answer(cloudformation: CloudFormation) -> None:
    text = template("Logs", Outputs={"Name": {"Value": {"Ref": "Logs"}, "Export": {"Name": "logs"}}})
    arn = cloudformation.create(text=text, ClientRequestToken="t", EnableTerminationProtection=True)
    stack = cloudformation.stack()
    assert (stack["StackStatus"], stack["StackId"]) == ("CREATE_COMPLETE", arn)
    assert stack["Outputs"][0]["ExportName"] == "logs"
    assert statuses(cloudformation, "shop") == [
        ("shop", "CREATE_IN_PROGRESS"),
        ("Logs", "CREATE_IN_PROGRESS"),
        ("Logs", "CREATE_IN_PROGRESS"),  # Resource creation Initiated
        ("Logs", "CREATE_COMPLETE"),
        ("shop", "CREATE_COMPLETE"),
    ]
    assert cloudformation("GetTemplate", StackName="shop")["TemplateBody"] == text
    assert cloudformation("ListExports")["Exports"] == [
        {"ExportingStackId": arn, "Name": "logs", "Value": stack["Outputs"][0]["OutputValue"]}
    ]


def test_the_same_token_is_the_same_request(cloudformation: CloudFormation) -> None:
    """Clients send a request again if they do not get the answer."""
    arn = cloudformation.create(ClientRequestToken="t")
    assert cloudformation.create(ClientRequestToken="t") == arn
    request = {"StackName": "shop", "TemplateBody": template("Logs"), "ClientRequestToken": "other"}
    assert cloudformation.refused("CreateStack", **request) == (
        "AlreadyExistsException",
        "Stack [shop] already exists",
    )
    update = {"StackName": "shop", "TemplateBody": template("Logs", "More"), "ClientRequestToken": "u"}
    assert cloudformation("UpdateStack", **update) == {"StackId": arn}
    assert cloudformation("UpdateStack", **update) == {"StackId": arn}
    update["ClientRequestToken"] = "v"
    assert cloudformation.refused("UpdateStack", **update) == (
        "ValidationError",
        "No updates are to be performed.",
    )


def test_a_failed_creation_is_rolled_back(cloudformation: CloudFormation) -> None:
    arn = cloudformation.create(text=BAD)
    stack = cloudformation.stack()
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    found = statuses(cloudformation, "shop")
    assert ("Bad", "CREATE_FAILED") in found
    assert ("shop", "ROLLBACK_IN_PROGRESS") in found
    assert found[-1] == ("shop", "ROLLBACK_COMPLETE")
    message = f"Stack:{arn} is in ROLLBACK_COMPLETE state and can not be updated."
    update = {"StackName": "shop", "TemplateBody": template("Logs")}
    assert cloudformation.refused("UpdateStack", **update) == ("ValidationError", message)
    assert cloudformation.refused("CreateChangeSet", ChangeSetName="a", **update) == (
        "ValidationError",
        message,
    )
    assert cloudformation("DeleteStack", StackName="shop") == {}
    assert cloudformation.create() != arn


def test_a_failed_update_returns_to_what_was(cloudformation: CloudFormation) -> None:
    """Also to the template, tags and parameters, which the next update compares with."""
    cloudformation.create(Tags=[{"Key": "stage", "Value": "dev"}])
    before = cloudformation.stack()
    cloudformation("UpdateStack", StackName="shop", TemplateBody=BAD, Tags=[])
    stack = cloudformation.stack()
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stack["Tags"] == before["Tags"]
    assert cloudformation("GetTemplate", StackName="shop")["TemplateBody"] == template("Logs")
    cloudformation("UpdateStack", StackName="shop", TemplateBody=template("Logs", "More"))
    assert cloudformation.stack()["StackStatus"] == "UPDATE_COMPLETE"


@pytest.mark.parametrize("more", [{"DisableRollback": True}, {"OnFailure": "DO_NOTHING"}])
def test_without_rollback(cloudformation: CloudFormation, more: dict[str, Any]) -> None:
    """What was created stays, and an update repairs the stack."""
    cloudformation.create(text=BAD, **more)
    assert cloudformation.stack()["StackStatus"] == "CREATE_FAILED"
    resources = cloudformation("DescribeStackResources", StackName="shop")["StackResources"]
    assert "Logs" in [one["LogicalResourceId"] for one in resources]
    cloudformation("UpdateStack", StackName="shop", TemplateBody=template("Logs"))
    assert cloudformation.stack()["StackStatus"].endswith("_COMPLETE")


def test_a_stack_that_failed_in_place_can_be_rolled_back(cloudformation: CloudFormation) -> None:
    cloudformation.create()
    cloudformation("UpdateStack", StackName="shop", TemplateBody=BAD, DisableRollback=True)
    assert cloudformation.stack()["StackStatus"] == "UPDATE_FAILED"
    cloudformation("RollbackStack", StackName="shop")
    assert cloudformation.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert cloudformation.refused("RollbackStack", StackName="shop")[0] == "ValidationError"


def test_on_failure_delete(cloudformation: CloudFormation) -> None:
    arn = cloudformation.create(text=BAD, OnFailure="DELETE")
    assert cloudformation.stack(arn)["StackStatus"] == "DELETE_COMPLETE"


def test_a_deleted_stack_is_known_by_its_arn(cloudformation: CloudFormation) -> None:
    """cdk polls the ARN until it sees DELETE_COMPLETE; others wait for "does not exist" by name."""
    arn = cloudformation.create()
    assert cloudformation("DeleteStack", StackName="shop") == {}
    stack = cloudformation.stack(arn)
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert stack["DeletionTime"] >= stack["CreationTime"]
    assert statuses(cloudformation, arn)[-1] == ("shop", "DELETE_COMPLETE")
    (summary,) = cloudformation("ListStacks")["StackSummaries"]
    assert (summary["StackId"], summary["StackStatus"]) == (arn, "DELETE_COMPLETE")
    assert cloudformation("ListStacks", StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"] == []
    assert cloudformation("DeleteStack", StackName=arn) == {}
    assert cloudformation("DeleteStack", StackName="shop") == {}


def test_a_stack_in_review_is_deleted(cloudformation: CloudFormation) -> None:
    """cdk diff makes a stack in review, and deletes it."""
    described = cloudformation.change_set(template("Logs"), ChangeSetType="CREATE")
    cloudformation("DeleteStack", StackName="shop")
    assert cloudformation.stack(described["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_termination_protection(cloudformation: CloudFormation) -> None:
    cloudformation.create()
    cloudformation("UpdateTerminationProtection", StackName="shop", EnableTerminationProtection=True)
    assert cloudformation.refused("DeleteStack", StackName="shop") == (
        "ValidationError",
        "Stack [shop] cannot be deleted while TerminationProtection is enabled",
    )
    cloudformation("UpdateStack", StackName="shop", TemplateBody=template("Logs", "More"))
    assert cloudformation.stack()["EnableTerminationProtection"] is True
    cloudformation("UpdateTerminationProtection", StackName="shop", EnableTerminationProtection=False)
    assert cloudformation("DeleteStack", StackName="shop", RetainResources=[]) == {}


ID, BRACKETS = "Stack with id none does not exist", "Stack [none] does not exist"
UPDATE = {"TemplateBody": template("Logs")}


@pytest.mark.parametrize(
    "operation, more, message",
    [
        ("DescribeStacks", {}, ID),
        ("GetTemplate", {}, ID),
        ("GetTemplateSummary", {}, ID),
        ("ListStackResources", {}, ID),
        ("DescribeStackResources", {}, ID),
        ("DescribeStackResource", {"LogicalResourceId": "Logs"}, "Stack 'none' does not exist"),
        ("DescribeStackEvents", {}, BRACKETS),
        ("DescribeEvents", {}, BRACKETS),
        ("UpdateStack", UPDATE, BRACKETS),
        ("CreateChangeSet", {"ChangeSetName": "a", **UPDATE}, BRACKETS),
        ("DescribeChangeSet", {"ChangeSetName": "a"}, BRACKETS),
        ("ExecuteChangeSet", {"ChangeSetName": "a"}, BRACKETS),
        ("ListChangeSets", {}, BRACKETS),
        ("UpdateTerminationProtection", {"EnableTerminationProtection": True}, BRACKETS),
        ("CancelUpdateStack", {}, BRACKETS),
        ("ContinueUpdateRollback", {}, BRACKETS),
        ("RollbackStack", {}, BRACKETS),
        ("SetStackPolicy", {"StackPolicyBody": "{}"}, BRACKETS),
        ("GetStackPolicy", {}, BRACKETS),
        ("DetectStackDrift", {}, BRACKETS),
        ("DescribeStackResourceDrifts", {}, BRACKETS),
    ],
)
def test_a_stack_that_does_not_exist(
    cloudformation: CloudFormation, operation: str, more: dict[str, Any], message: str
) -> None:
    """Tools compare these words."""
    refused = cloudformation.refused(operation, StackName="none", **more)
    assert refused == ("ValidationError", message)


@pytest.mark.parametrize(
    "operation, more, message",
    [
        ("CancelUpdateStack", {}, "CancelUpdateStack cannot be called from current stack status"),
        (
            "ContinueUpdateRollback",
            {},
            r"Stack \[shop\] is in CREATE_COMPLETE state and can not be continued for rollback.*",
        ),
        ("DeleteStack", {"RetainResources": ["Logs"]}, r"Invalid operation on stack \[arn:.*"),
        (
            "DetectStackDrift",
            {},
            "sfn does not detect drift: it does not compare resources with their templates. A deploy does.",
        ),
        ("DescribeStackResource", {"LogicalResourceId": "X"}, "Resource X does not exist for stack shop"),
        (
            "SetStackPolicy",
            {"StackPolicyBody": "nope"},
            "Error validating stack policy: Invalid stack policy",
        ),
        ("DescribeStackEvents", {"NextToken": "x"}, "Invalid NextToken"),
        (
            "UpdateStack",
            {},
            "Either Template URL or Template Body must be specified.",
        ),
        (
            "UpdateStack",
            {"UsePreviousTemplate": True},
            "No updates are to be performed.",
        ),
    ],
)
def test_what_is_refused(
    cloudformation: CloudFormation, operation: str, more: dict[str, Any], message: str
) -> None:
    cloudformation.create()
    code, text = cloudformation.refused(operation, StackName="shop", **more)
    assert code == "ValidationError"
    assert text == message or re.fullmatch(message, text)


@pytest.mark.parametrize("name", ["a b", "1shop", "arn:aws:cloudformation:x", "a" * 129])
def test_a_name_that_is_not_valid(cloudformation: CloudFormation, name: str) -> None:
    code, message = cloudformation.refused("CreateStack", StackName=name, TemplateBody=template("Logs"))
    assert code in ("ValidationError", "ValidationException")
    assert "validation error detected" in message


def test_stack_policies_are_stored(cloudformation: CloudFormation) -> None:
    cloudformation.create()
    assert cloudformation("GetStackPolicy", StackName="shop") == {"StackPolicyBody": None}
    cloudformation("SetStackPolicy", StackName="shop", StackPolicyBody='{"Statement": []}')
    assert cloudformation("GetStackPolicy", StackName="shop") == {"StackPolicyBody": '{"Statement": []}'}


def test_resources(cloudformation: CloudFormation) -> None:
    """By name, by logical id, and by the physical id of one of them."""
    text = template("Logs", "More").replace('"Properties"', '"Metadata": {"a": 1}, "Properties"', 1)
    arn = cloudformation.create(text=text)
    detail = cloudformation("DescribeStackResource", StackName="shop", LogicalResourceId="Logs")
    found = detail["StackResourceDetail"]
    assert (found["StackId"], found["ResourceType"], found["Metadata"]) == (arn, GROUP, '{"a":1}')
    physical_id = found["PhysicalResourceId"]
    for request in ({"PhysicalResourceId": physical_id}, {"StackName": arn}):
        resources = cloudformation("DescribeStackResources", **request)["StackResources"]
        assert [one["LogicalResourceId"] for one in resources] == ["Logs", "More"]
    assert cloudformation.refused("DescribeStackResources", PhysicalResourceId="x") == (
        "ValidationError",
        "Stack for x does not exist",
    )


def test_events_are_paged(cloudformation: CloudFormation) -> None:
    cloudformation.create(text=template(*(f"Logs{number}" for number in range(60))))
    first = cloudformation("DescribeStackEvents", StackName="shop")
    second = cloudformation("DescribeStackEvents", StackName="shop", NextToken=first["NextToken"])
    events = [*first["StackEvents"], *second["StackEvents"]]
    assert second["NextToken"] is None
    assert (len(first["StackEvents"]), len(events)) == (100, 182)
    assert len({event["EventId"] for event in events}) == 182
