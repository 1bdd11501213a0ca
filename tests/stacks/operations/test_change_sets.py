"""Change sets: planned before the request is answered, and executed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.operations.cloudformation import GROUP, template

if TYPE_CHECKING:
    from tests.stacks.operations.cloudformation import CloudFormation

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
TAGS = [{"Key": "stage", "Value": "dev"}]


def test_the_first_change_set_makes_a_stack_in_review(cloudformation: CloudFormation) -> None:
    """The stack has its tags, an event and no template: sam, aws and cdk look for each of these."""
    described = cloudformation.change_set(template("Logs"), ChangeSetType="CREATE", Tags=TAGS)
    assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    stack = cloudformation.stack()
    assert (stack["StackStatus"], stack["Tags"], stack["Outputs"]) == ("REVIEW_IN_PROGRESS", TAGS, [])
    (event,) = cloudformation("DescribeStackEvents", StackName="shop")["StackEvents"]
    assert (event["ResourceStatus"], event["ResourceStatusReason"], event["LogicalResourceId"]) == (
        "REVIEW_IN_PROGRESS",
        "User Initiated",
        "shop",
    )
    assert cloudformation("GetTemplate", StackName="shop")["TemplateBody"] == ""
    assert described["Changes"] == [
        {
            "Type": "Resource",
            "ResourceChange": {
                "Action": "Add",
                "LogicalResourceId": "Logs",
                "ResourceType": GROUP,
                "Scope": [],
                "Details": [],
            },
        }
    ]


def test_execution_ends_before_the_answer(cloudformation: CloudFormation) -> None:
    """The first poll of every tool finds the stack complete."""
    described = cloudformation.change_set(template("Logs"), ChangeSetType="CREATE")
    cloudformation("ExecuteChangeSet", StackName="shop", ChangeSetName="next")
    stack = cloudformation.stack()
    assert (stack["StackStatus"], stack["StackId"]) == ("CREATE_COMPLETE", described["StackId"])
    assert stack["ChangeSetId"] == described["ChangeSetId"]
    executed = cloudformation("DescribeChangeSet", ChangeSetName=described["ChangeSetId"])
    assert (executed["Status"], executed["ExecutionStatus"]) == ("CREATE_COMPLETE", "EXECUTE_COMPLETE")


def test_an_executed_change_set_is_known_by_its_arn_only(cloudformation: CloudFormation) -> None:
    cloudformation.change_set(template("Logs"), ChangeSetType="CREATE")
    cloudformation("ExecuteChangeSet", StackName="shop", ChangeSetName="next")
    assert cloudformation("ListChangeSets", StackName="shop")["Summaries"] == []
    refused = cloudformation.refused("DescribeChangeSet", StackName="shop", ChangeSetName="next")
    assert refused == ("ChangeSetNotFound", "ChangeSet [next] does not exist")
    assert cloudformation.change_set(template("Logs", "More"))["ChangeSetName"] == "next"


@pytest.mark.parametrize(
    "more, is_change",
    [
        ({}, False),
        ({"Tags": TAGS}, False),
        ({"Tags": []}, True),
        ({"Tags": [{"Key": "stage", "Value": "prod"}]}, True),
        ({"Parameters": [{"ParameterKey": "Size", "ParameterValue": "S"}]}, False),
        ({"Parameters": [{"ParameterKey": "Size", "UsePreviousValue": True}]}, False),
        ({"Parameters": [{"ParameterKey": "Size", "ParameterValue": "L"}]}, True),
        ({"NotificationARNs": []}, True),
    ],
)
def test_what_counts_as_a_change(
    cloudformation: CloudFormation, more: dict[str, Any], is_change: bool
) -> None:
    """An empty change set is FAILED, which is no error; tags and parameters alone are a change."""
    text = template("Logs", Parameters={"Size": {"Type": "String", "Default": "S"}})
    cloudformation.create(text=text, Tags=TAGS)
    described = cloudformation.change_set(text, **more)
    if is_change:
        assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    else:
        assert (described["Status"], described["StatusReason"]) == ("FAILED", NO_CHANGES)
        assert described["ExecutionStatus"] == "UNAVAILABLE"
        assert cloudformation.refused("ExecuteChangeSet", ChangeSetName=described["ChangeSetId"]) == (
            "InvalidChangeSetStatus",
            f"ChangeSet [{described['ChangeSetId']}] cannot be executed in its current status of [FAILED]",
        )


def test_only_resources_that_change_are_listed(cloudformation: CloudFormation) -> None:
    cloudformation.create(text=template("Kept", "Gone"))
    described = cloudformation.change_set(template("Kept", "New"))
    found = {
        change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"]["Action"]
        for change in described["Changes"]
    }
    assert found == {"New": "Add", "Gone": "Remove"}


def test_execution_deletes_the_other_change_sets(cloudformation: CloudFormation) -> None:
    """They were planned for what the stack no longer is."""
    cloudformation.create()
    other = cloudformation.change_set(template("Logs", "More"), name="other")
    described = cloudformation.change_set(template("Logs", "Most"), name="one")
    cloudformation("ExecuteChangeSet", ChangeSetName=described["ChangeSetId"], ClientRequestToken="t")
    refused = cloudformation.refused("DescribeChangeSet", ChangeSetName=other["ChangeSetId"])
    assert refused == ("ChangeSetNotFound", f"ChangeSet [{other['ChangeSetId']}] does not exist")
    # The same token is the same request, another one is refused.
    assert (
        cloudformation("ExecuteChangeSet", ChangeSetName=described["ChangeSetId"], ClientRequestToken="t")
        == {}
    )
    code, message = cloudformation.refused("ExecuteChangeSet", ChangeSetName=described["ChangeSetId"])
    assert code == "InvalidChangeSetStatus"
    assert message.endswith("cannot be executed in its current execution status of [EXECUTE_COMPLETE]")


def test_deleting_a_change_set(cloudformation: CloudFormation) -> None:
    """A change set that does not exist is deleted already; of no stack, it is an error."""
    cloudformation.create()
    described = cloudformation.change_set(template("Logs", "More"))
    by_arn = {"StackName": described["StackId"], "ChangeSetName": described["ChangeSetId"]}
    assert cloudformation("DeleteChangeSet", **by_arn) == {}
    assert cloudformation("DeleteChangeSet", **by_arn) == {}
    assert cloudformation("DeleteChangeSet", StackName="shop", ChangeSetName="unknown") == {}
    assert cloudformation.refused("DeleteChangeSet", StackName="none", ChangeSetName="next") == (
        "ValidationError",
        "Stack [none] does not exist",
    )
    assert cloudformation.refused("DescribeChangeSet", **by_arn)[0] == "ChangeSetNotFound"


@pytest.mark.parametrize(
    "stack, more, error",
    [
        ("none", {}, ("ValidationError", "Stack [none] does not exist")),
        (
            "shop",
            {"ChangeSetType": "CREATE"},
            (
                "ValidationError",
                "Stack [shop] already exists and cannot be created again with the changeSet [next].",
            ),
        ),
        ("shop", {"ChangeSetName": "taken"}, ("AlreadyExistsException", "ChangeSet [taken] already exists")),
        (
            "shop",
            {"ChangeSetType": "IMPORT"},
            ("ValidationError", "sfn does not support change sets of the type IMPORT."),
        ),
    ],
)
def test_a_change_set_that_is_refused(
    cloudformation: CloudFormation, stack: str, more: dict[str, Any], error: tuple[str, str]
) -> None:
    cloudformation.create()
    cloudformation.change_set(template("Logs", "More"), name="taken")
    request = {"StackName": stack, "ChangeSetName": "next", "TemplateBody": template("Logs"), **more}
    assert cloudformation.refused("CreateChangeSet", **request) == error


def test_an_aborted_first_try_can_be_repeated(cloudformation: CloudFormation) -> None:
    """sam and aws send CREATE again for a stack in review; the same token is the same request."""
    first = cloudformation.change_set(template("Logs"), name="a", ChangeSetType="CREATE", ClientToken="t")
    again = cloudformation.change_set(template("Logs"), name="a", ChangeSetType="CREATE", ClientToken="t")
    other = cloudformation.change_set(template("Logs"), name="b", ChangeSetType="CREATE")
    assert first["ChangeSetId"] == again["ChangeSetId"] != other["ChangeSetId"]
    assert first["StackId"] == other["StackId"]


def test_a_failed_transform_is_a_failed_change_set(cloudformation: CloudFormation) -> None:
    text = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Pay: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.12, CodeUri: ./src}}
"""
    described = cloudformation.change_set(text, ChangeSetType="CREATE")
    assert described["Status"] == "FAILED"
    assert described["StatusReason"].startswith(
        "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification"
    )


@pytest.mark.parametrize("is_sam", [False, True])
def test_capabilities(cloudformation: CloudFormation, is_sam: bool) -> None:
    """AWS answers at once for a plain template, and by a failed change set for one with a transform."""
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    more = {"Transform": "AWS::Serverless-2016-10-31"} if is_sam else {}
    text = template("Logs", **more).replace('"Logs"', '"Role": ' + str(role).replace("'", '"') + ', "Logs"')
    message = "Requires capabilities : [CAPABILITY_IAM]"
    request = {"StackName": "shop", "ChangeSetName": "a", "ChangeSetType": "CREATE", "TemplateBody": text}
    if is_sam:
        assert cloudformation.change_set(text, name="a", ChangeSetType="CREATE")["StatusReason"] == message
    else:
        refused = cloudformation.refused("CreateChangeSet", **request)
        assert refused == ("InsufficientCapabilitiesException", message)
    for number, capability in enumerate(("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")):
        described = cloudformation.change_set(
            text, name=f"b{number}", ChangeSetType="CREATE", Capabilities=[capability]
        )
        assert described["Status"] == "CREATE_COMPLETE"
