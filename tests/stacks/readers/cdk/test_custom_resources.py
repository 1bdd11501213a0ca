"""Only functions that serve nothing but custom resources are left out."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.stacks.readers.cdk.custom_resources import PROVIDER, without_providers

FUNCTION: dict[str, Any] = {"Type": "AWS::Lambda::Function", "Properties": {}}


def arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def custom(token: Any, **properties: Any) -> dict[str, Any]:
    return {"Type": "Custom::S3AutoDeleteObjects", "Properties": {"ServiceToken": token, **properties}}


@pytest.mark.parametrize(
    "others, is_left_out",
    [
        ({"C": custom(arn("F"))}, True),
        ({"C": {**custom(arn("F")), "Type": "AWS::CloudFormation::CustomResource"}}, True),
        ({"C": custom(arn("F")), "P": {"Type": "AWS::IAM::Policy", "Properties": {"R": arn("F")}}}, True),
        ({"C": custom(arn("F")), "S": {"Type": "T", "Properties": {"D": {"Fn::Sub": "x ${F.Arn}"}}}}, False),
        ({"C": custom(arn("F"), Calls={"Ref": "F"})}, False),
        ({}, False),
        # The CDK's provider framework calls the app's handler.
        ({"C": custom(arn("G")), "G": {**FUNCTION, "Properties": {"Environment": arn("F")}}}, True),
        ({"C": {"Type": "T", "Properties": {"Target": arn("F")}}}, False),
    ],
)  # fmt: skip
def test_providers(others: dict[str, Any], is_left_out: bool) -> None:
    """A function is left out if only custom resources, or functions that are left out, use it."""
    found = without_providers({"F": FUNCTION, **others})
    assert found["F"]["Type"] == (PROVIDER if is_left_out else FUNCTION["Type"])
    assert found.keys() == {"F", *others}


def test_layers_of_providers() -> None:
    """A layer that only such a function uses is left out too."""
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {}}
    provider = {"Type": "AWS::Lambda::Function", "Properties": {"Layers": [{"Ref": "L"}]}}
    found = without_providers({"L": layer, "F": provider, "C": custom(arn("F"))})
    assert [resource["Type"] for resource in found.values()] == [
        PROVIDER,
        PROVIDER,
        "Custom::S3AutoDeleteObjects",
    ]
