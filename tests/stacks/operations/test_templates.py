"""Templates and parameters: what is wrong with them, in CloudFormation's words, and what they contain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.operations.cloudformation import GROUP, template

if TYPE_CHECKING:
    from tests.stacks.operations.cloudformation import CloudFormation


def of(resources: Any = None, **more: Any) -> str:
    return json.dumps({"Resources": {"Logs": {"Type": GROUP}} if resources is None else resources, **more})


def with_value(value: Any, **more: Any) -> str:
    return of({"Logs": {"Type": GROUP, "Properties": {"LogGroupName": value}}, **more})


FORMAT = "Template format error: "


@pytest.mark.parametrize(
    "text, message",
    [
        ("Resources:\n  A: [\n", f"{FORMAT}YAML not well-formed. (line 3, column 1): *"),
        ("{", f"{FORMAT}JSON not well-formed. (line 1, column 2): *"),
        ("[]", f"{FORMAT}unsupported structure."),
        ("just text", f"{FORMAT}unsupported structure."),
        ("{}", f"{FORMAT}At least one Resources member must be defined."),
        (of({"A": {}}), f"{FORMAT}[/Resources/A] Every Resources object must contain a Type member."),
        (
            of(Parameters={"P": {}}),
            f"{FORMAT}[/Parameters/P] Every Parameters object must contain a Type member.",
        ),
        (of(Nope={}, Other={}), "Invalid template property or properties [Nope, Other]"),
        (of(Description="x" * 1025), f"{FORMAT}'Description' length is greater than 1024."),
        (of({"my_logs": {"Type": GROUP}}), f"{FORMAT}Resource name my_logs is non alphanumeric."),
        (of({"A": {"Type": GROUP, "Depends": "B"}}), "Invalid template resource property 'Depends'"),
        (
            of({"A": {"Type": "Queue"}, "B": {"Type": "Terraform::S3::Object"}}),
            f"{FORMAT}Unrecognized resource types: [Queue, Terraform::S3::Object]",
        ),
        (
            with_value({"Ref": "Nope"}),
            f"{FORMAT}Unresolved resource dependencies [Nope] in the Resources block of the template",
        ),
        (
            with_value({"Fn::Sub": "a-${Nope}-${AWS::Region}-${!Literal}"}),
            f"{FORMAT}Unresolved resource dependencies [Nope] in the Resources block of the template",
        ),
        (
            of(Outputs={"O": {"Value": {"Ref": "Nope"}}}),
            f"{FORMAT}Unresolved resource dependencies [Nope] in the Outputs block of the template",
        ),
        (
            of({"A": {"Type": GROUP, "DependsOn": "Nope"}}),
            f"{FORMAT}Unresolved resource dependencies [Nope] in the Resources block of the template",
        ),
        (
            with_value({"Fn::GetAtt": ["Nope", "Arn"]}),
            "Template error: instance of Fn::GetAtt references undefined resource Nope",
        ),
        (
            with_value({"Fn::Sub": "${Nope.Arn}"}),
            "Template error: instance of Fn::GetAtt references undefined resource Nope",
        ),
        (
            of({name: {"Type": GROUP, "DependsOn": other} for name, other in (("A", "B"), ("B", "A"))}),
            "Circular dependency between resources: [A, B]",
        ),
        (of(Outputs={"O": {}}), f"{FORMAT}Output O is malformed. Every output needs a Value."),
        (with_value({"Fn::Nope": 1}), "Template error: Unknown function *"),
        (with_value({"Fn::ImportValue": "nope"}), "No export named nope found"),
    ],
)
def test_a_template_that_is_refused(cloudformation: CloudFormation, text: str, message: str) -> None:
    """Nothing is created, also no stack in review."""
    code, found = cloudformation.refused(
        "CreateChangeSet", StackName="shop", ChangeSetName="a", ChangeSetType="CREATE", TemplateBody=text
    )
    assert code == "ValidationError"
    assert found == message or (message.endswith("*") and found.startswith(message[:-1]))
    assert cloudformation("ListStacks")["StackSummaries"] == []
    assert cloudformation.refused("CreateStack", StackName="shop", TemplateBody=text) == (code, found)


PARAMETERS = {
    "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev"},
    "Name": {"Type": "String", "MinLength": 2, "MaxLength": 4, "Default": "abc"},
    "Count": {"Type": "Number", "MinValue": 1, "MaxValue": 9, "Default": 3},
    "Code": {"Type": "String", "AllowedPattern": "[a-z]+", "Default": "abc"},
    "Exact": {"Type": "String", "AllowedPattern": "x", "ConstraintDescription": "must be x", "Default": "x"},
    "Secret": {"Type": "String", "NoEcho": True, "Default": "s3cret"},
    "Subnets": {"Type": "CommaDelimitedList", "Default": "a, b"},
}


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"Nope": "1", "Other": "2"}, "Parameters: [Nope, Other] do not exist in the template"),
        ({"Stage": "qa"}, "Parameter 'Stage' must be one of AllowedValues"),
        ({"Name": "a"}, "Parameter 'Name' must contain at least 2 characters"),
        ({"Name": "abcde"}, "Parameter 'Name' must contain at most 4 characters"),
        ({"Count": "0"}, "Parameter 'Count' must be a number not less than 1"),
        ({"Count": "10"}, "Parameter 'Count' must be a number not greater than 9"),
        ({"Count": "many"}, "Parameter 'Count' must be a number."),
        ({"Code": "A1"}, "Parameter 'Code' must match pattern [a-z]+"),
        ({"Exact": "y"}, "Parameter Exact failed to satisfy constraint: must be x"),
    ],
)
def test_parameters_that_are_refused(
    cloudformation: CloudFormation, parameters: dict[str, str], message: str
) -> None:
    sent = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    text = of(Parameters=PARAMETERS)
    refused = cloudformation.refused("CreateStack", StackName="shop", TemplateBody=text, Parameters=sent)
    assert refused == ("ValidationError", message)


def test_parameters_without_a_value(cloudformation: CloudFormation) -> None:
    text = of(Parameters={"A": {"Type": "String"}, "B": {"Type": "String"}})
    refused = cloudformation.refused("CreateStack", StackName="shop", TemplateBody=text)
    assert refused == ("ValidationError", "Parameters: [A, B] must have values")


def test_previous_values(cloudformation: CloudFormation) -> None:
    """UsePreviousValue repeats what was sent, also a secret that no description shows."""
    text = of(
        {"Logs": {"Type": GROUP, "Properties": {"LogGroupName": {"Ref": "Secret"}}}}, Parameters=PARAMETERS
    )
    sent = [
        {"ParameterKey": "Secret", "ParameterValue": "group"},
        {"ParameterKey": "Stage", "ParameterValue": "prod"},
    ]
    cloudformation.create(text=text, Parameters=sent)
    previous = [{"ParameterKey": key, "UsePreviousValue": True} for key in PARAMETERS]
    changed = text.replace('"Type": "AWS::Logs::LogGroup",', '"Type": "AWS::Logs::LogGroup", "Metadata": {},')
    cloudformation(
        "UpdateStack", StackName="shop", UsePreviousTemplate=False, TemplateBody=changed, Parameters=previous
    )
    shown = {one["ParameterKey"]: one["ParameterValue"] for one in cloudformation.stack()["Parameters"]}
    assert (shown["Secret"], shown["Stage"], shown["Subnets"]) == ("****", "prod", "a, b")
    (resource,) = cloudformation("ListStackResources", StackName="shop")["StackResourceSummaries"]
    assert resource["PhysicalResourceId"] == "group"


@pytest.mark.parametrize(
    "text", [template("Logs"), "# mine\r\nResources:\r\n  Logs: {Type: AWS::Logs::LogGroup}\r\n"]
)
def test_the_template_comes_back_untouched(cloudformation: CloudFormation, text: str) -> None:
    """cdk compares it with its own to see whether there is anything to deploy."""
    cloudformation.create(text=text)
    assert cloudformation("GetTemplate", StackName="shop", TemplateStage="Original") == {
        "TemplateBody": text,
        "StagesAvailable": ["Original", "Processed"],
    }
    described = cloudformation.change_set(template("Logs", "More"))
    by_change_set = cloudformation("GetTemplate", ChangeSetName=described["ChangeSetId"])
    assert by_change_set["TemplateBody"] == template("Logs", "More")


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Table: {Type: AWS::Serverless::SimpleTable}
"""


def test_a_template_after_its_transform(cloudformation: CloudFormation) -> None:
    described = cloudformation.change_set(SAM, ChangeSetType="CREATE")
    body = cloudformation("GetTemplate", ChangeSetName=described["ChangeSetId"], TemplateStage="Processed")
    assert json.loads(body["TemplateBody"])["Resources"]["Table"]["Type"] == "AWS::DynamoDB::Table"
    assert cloudformation("GetTemplate", ChangeSetName=described["ChangeSetId"])["TemplateBody"] == SAM


def test_macros_need_a_capability_without_a_change_set(cloudformation: CloudFormation) -> None:
    assert cloudformation.refused("CreateStack", StackName="shop", TemplateBody=SAM) == (
        "InsufficientCapabilitiesException",
        "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
    )


ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
NAMED = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}, "RoleName": "r"}}


@pytest.mark.parametrize(
    "resources, needed",
    [
        ({"A": {"Type": GROUP}}, []),
        ({"A": ROLE}, ["CAPABILITY_IAM"]),
        ({"A": ROLE, "B": NAMED}, ["CAPABILITY_NAMED_IAM"]),
    ],
)
def test_summary(cloudformation: CloudFormation, resources: dict[str, Any], needed: list[str]) -> None:
    text = of(
        resources,
        Description="Mine",
        Metadata={"a": 1},
        Parameters={
            "Stage": {"Type": "String", "AllowedValues": ["dev"], "Default": "dev", "Description": "d"}
        },
    )
    summary = cloudformation("GetTemplateSummary", TemplateBody=text)
    assert summary == {
        "Parameters": [
            {
                "ParameterKey": "Stage",
                "ParameterType": "String",
                "DefaultValue": "dev",
                "NoEcho": False,
                "Description": "d",
                "ParameterConstraints": {"AllowedValues": ["dev"]},
            }
        ],
        "Description": "Mine",
        "Capabilities": needed,
        "CapabilitiesReason": "The following resource(s) require capabilities: [AWS::IAM::Role]"
        if needed
        else None,
        "ResourceTypes": list({one["Type"]: None for one in resources.values()}),
        "Version": "2010-09-09",
        "Metadata": '{"a":1}',
        "DeclaredTransforms": [],
    }
    validated = cloudformation("ValidateTemplate", TemplateBody=text)
    assert validated["Capabilities"] == needed
    if needed:
        refused = cloudformation.refused("CreateStack", StackName="shop", TemplateBody=text)
        assert refused == ("InsufficientCapabilitiesException", f"Requires capabilities : [{needed[0]}]")
    cloudformation.create(text=text, Capabilities=needed)
    assert cloudformation("GetTemplateSummary", StackName="shop") == summary


def test_capabilities_are_given_with_each_request(cloudformation: CloudFormation) -> None:
    cloudformation.create(text=of({"A": ROLE}), Capabilities=["CAPABILITY_IAM"])
    update = {"StackName": "shop", "TemplateBody": of({"A": ROLE, "B": ROLE})}
    message = "Requires capabilities : [CAPABILITY_IAM]"
    assert cloudformation.refused("UpdateStack", **update) == ("InsufficientCapabilitiesException", message)


def test_transforms_are_declared_before_they_run(cloudformation: CloudFormation) -> None:
    validated = cloudformation("ValidateTemplate", TemplateBody=SAM)
    assert validated["DeclaredTransforms"] == ["AWS::Serverless-2016-10-31"]
    assert validated["Capabilities"] == ["CAPABILITY_AUTO_EXPAND"]
    refused = cloudformation.refused("ValidateTemplate", TemplateBody=with_value({"Ref": "Nope"}))
    assert refused[1].startswith(FORMAT)


def test_a_type_says_which_changes_replace_a_resource(cloudformation: CloudFormation) -> None:
    """cdk reads this before it changes a state machine without a deploy."""
    described = cloudformation("DescribeType", Type="RESOURCE", TypeName="AWS::StepFunctions::StateMachine")
    schema = json.loads(described["Schema"])
    assert "/properties/StateMachineName" in schema["createOnlyProperties"]
    assert schema["primaryIdentifier"] == ["/properties/Arn"]
    assert cloudformation("DescribeType", Arn=described["Arn"])["TypeName"] == described["TypeName"]
    assert cloudformation.refused("DescribeType", Type="RESOURCE", TypeName="AWS::No::Type") == (
        "TypeNotFoundException",
        "The type 'AWS::No::Type' cannot be found.",
    )


def test_a_body_that_is_too_long(cloudformation: CloudFormation) -> None:
    code, message = cloudformation.refused(
        "CreateStack", StackName="shop", TemplateBody=of(Metadata={"a": "x" * 51_200})
    )
    assert (code, "less than or equal to 51200" in message) == ("ValidationError", True)


def test_imports(cloudformation: CloudFormation) -> None:
    cloudformation.create(text=of(Outputs={"O": {"Value": "v", "Export": {"Name": "e"}}}))
    message = "Export 'e' is not imported by any stack."
    assert cloudformation.refused("ListImports", ExportName="e") == ("ValidationError", message)
    cloudformation.create("user", with_value({"Fn::ImportValue": "e"}))
    assert cloudformation("ListImports", ExportName="e")["Imports"] == ["user"]
