"""A template that was sent as text: SAM's transform, files in S3, and no local paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.readers.sent_template import SentTemplate, TransformError, sent_stack
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.stack import Stack

SAM = "Transform: AWS::Serverless-2016-10-31\n"
FUNCTION = """
  Pay:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: CODE}
"""


def read(text: str, objects: Mapping[str, str] | None = None, **given: str) -> Stack:
    sent = SentTemplate(text, given, "us-east-1", lambda url: (objects or {})[url])
    return sent_stack(sent, "shop", "arn:shop")


def resources(text: str, **more: Any) -> Mapping[str, Any]:
    return read(text, **more).resources


def test_is_a_stack_without_files() -> None:
    stack = read('{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}')
    assert (stack.kind, stack.name, str(stack.folder), stack.files) == (
        "CloudFormation template",
        "shop",
        "arn:shop",
        (),
    )


@pytest.mark.parametrize("uri", ["s3://code/pay.zip", "{Bucket: code, Key: pay.zip}"])
def test_code_of_sam_functions_is_in_s3(uri: str) -> None:
    found = resources(SAM + "Resources:" + FUNCTION.replace("CODE", uri))
    assert found["Pay"]["Type"] == "AWS::Lambda::Function"
    assert found["Pay"]["Properties"]["Code"] == {"S3Bucket": "code", "S3Key": "pay.zip"}


def test_definitions_and_layers_of_sam_are_in_s3() -> None:
    found = resources(
        SAM
        + """
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: s3://code/flow.json, Role: arn:role, DefinitionSubstitutions: {A: b}}
  Tools:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: s3://code/layer.zip}
"""
    )
    flow = found["Flow"]["Properties"]
    assert flow["DefinitionS3Location"] == {"Bucket": "code", "Key": "flow.json"}
    assert flow["DefinitionSubstitutions"] == {"A": "b"}
    layer = next(one for one in found.values() if one["Type"] == "AWS::Lambda::LayerVersion")
    assert layer["Properties"]["Content"] == {"S3Bucket": "code", "S3Key": "layer.zip"}


def test_nested_stacks_and_applications_stay_resources() -> None:
    found = resources(
        SAM
        + """
Resources:
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://s3.amazonaws.com/b/n.yaml}}
  App: {Type: AWS::Serverless::Application, Properties: {Location: https://s3.amazonaws.com/b/a.yaml}}
"""
    )
    assert {one["Type"] for one in found.values()} == {"AWS::CloudFormation::Stack"}
    assert found["App"]["Properties"]["TemplateURL"] == "https://s3.amazonaws.com/b/a.yaml"


@pytest.mark.parametrize("location", ["s3://parts/queue.yaml", "{Ref: Where}"])
def test_includes_are_read_from_s3(location: str) -> None:
    text = """
Parameters: {Where: {Type: String}}
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties: {"Fn::Transform": {Name: AWS::Include, Parameters: {Location: LOCATION}}}
"""
    objects = {"s3://parts/queue.yaml": "DelaySeconds: 3"}
    found = read(text.replace("LOCATION", location), objects, Where="s3://parts/queue.yaml")
    assert found.resources["Q"]["Properties"] == {"DelaySeconds": 3}


@pytest.mark.parametrize(
    "code, reason",
    [
        ("./src", "'CodeUri' is not a valid S3 Uri"),
        ("/etc", "'CodeUri' is not a valid S3 Uri"),
        ("file:src", "'CodeUri' is not a valid S3 Uri"),
    ],
)
def test_a_local_path_is_refused_as_by_cloudformation(code: str, reason: str) -> None:
    """The folder of the server is not a project: no file of this machine is read."""
    with pytest.raises(TransformError) as error:
        read(SAM + "Resources:" + FUNCTION.replace("CODE", code))
    assert error.value.message.startswith(
        "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification "
        "document. Number of errors found: 1. Resource with id [Pay] is invalid."
    )
    assert reason in error.value.message


def test_all_errors_of_the_transform_are_reported() -> None:
    pay = FUNCTION.replace("CODE", "./src")
    with pytest.raises(TransformError) as error:
        read(SAM + "Resources:" + pay + pay.replace("Pay", "Ship"))
    assert "Number of errors found: 2." in error.value.message
    assert "[Pay]" in error.value.message
    assert "[Ship]" in error.value.message


@pytest.mark.parametrize(
    "text, message",
    [
        ("Resources: [", "Invalid YAML"),
        ('{"Resources": ', "Invalid JSON"),
        ("[]", "A template must be an object."),
        ("{}", "The template has no Resources."),
        (json.dumps({"Resources": {"Q": {}}}), 'The resource "Q" must be an object with a Type.'),
    ],
)
def test_an_invalid_template(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        read(text)
    assert error.value.message.startswith(message)
