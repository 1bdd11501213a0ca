"""Nested stacks are inlined into their parent, and references to them are rewritten."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.stacks.readers.nested_stacks import inline_nested_stacks

NESTED: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String", "Default": "dev"}, "Queue": {"Type": "String"}},
    "Mappings": {"Sizes": {"dev": {"Memory": 128}}},
    "Conditions": {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
}


def inlined(resources: dict[str, Any], nested: dict[str, Any], **sections: Any) -> dict[str, Any]:
    inner = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"Parameters": {"Queue": {"Fn::GetAtt": ["Q", "Arn"]}}},
    }
    return inline_nested_stacks({"Resources": {"Inner": inner, **resources}, **sections}, lambda *_: nested)


@pytest.mark.parametrize(
    "inside, becomes",
    [
        ({"Ref": "Topic"}, {"Ref": "InnerTopic"}),
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Queue"}, {"Fn::GetAtt": ["Q", "Arn"]}),
        ({"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}),
        ({"Fn::GetAtt": ["Topic", "TopicName"]}, {"Fn::GetAtt": ["InnerTopic", "TopicName"]}),
        ({"Fn::GetAtt": "Topic.TopicName"}, {"Fn::GetAtt": ["InnerTopic", "TopicName"]}),
        ({"Fn::If": ["Live", {"Ref": "Topic"}, 1]}, {"Fn::If": ["InnerLive", {"Ref": "InnerTopic"}, 1]}),
        ({"Condition": "Live"}, {"Condition": "InnerLive"}),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]},
         {"Fn::FindInMap": ["InnerSizes", "dev", "Memory"]}),
        ({"Fn::Sub": "${Topic.TopicName}-${AWS::Region}-${!x}"},
         {"Fn::Sub": "${InnerTopic.TopicName}-${AWS::Region}-${!x}"}),
        ({"Fn::Sub": "${Queue}/${Stage}"},
         {"Fn::Sub": ["${Queue}/${Stage}", {"Queue": {"Fn::GetAtt": ["Q", "Arn"]}, "Stage": "dev"}]}),
        ({"Fn::Sub": ["${a}${Topic}", {"a": {"Ref": "Topic"}}]},
         {"Fn::Sub": ["${a}${InnerTopic}", {"a": {"Ref": "InnerTopic"}}]}),
    ],
)  # fmt: skip
def test_references_inside(inside: Any, becomes: Any) -> None:
    """References in a nested template are renamed, or replaced with the parent's arguments."""
    nested = {**NESTED, "Resources": {**NESTED["Resources"], "R": {"Type": "T", "Properties": {"P": inside}}}}
    assert inlined({}, nested)["Resources"]["InnerR"]["Properties"]["P"] == becomes


@pytest.mark.parametrize(
    "outside, becomes",
    [
        ({"Fn::GetAtt": ["Inner", "Outputs.Arn"]}, {"Ref": "InnerTopic"}),
        ({"Fn::GetAtt": "Inner.Outputs.Arn"}, {"Ref": "InnerTopic"}),
        ({"Fn::Sub": "a ${Inner.Outputs.Arn}"},
         {"Fn::Sub": ["a ${InnerOutputsArn}", {"InnerOutputsArn": {"Ref": "InnerTopic"}}]}),
        ({"Fn::Join": ["", [{"Fn::GetAtt": ["Inner", "Outputs.Arn"]}]]},
         {"Fn::Join": ["", [{"Ref": "InnerTopic"}]]}),
    ],
)  # fmt: skip
def test_references_to_outputs(outside: Any, becomes: Any) -> None:
    """A reference to an output is replaced with the output's value."""
    found = inlined(
        {"R": {"Type": "T", "Properties": {"P": outside}}}, NESTED, Outputs={"O": {"Value": outside}}
    )
    assert found["Resources"]["R"]["Properties"]["P"] == becomes
    assert found["Outputs"]["O"]["Value"] == becomes


def test_dependencies() -> None:
    """DependsOn a nested stack becomes DependsOn all its resources."""
    nested = {"Resources": {"A": {"Type": "T"}, "B": {"Type": "T", "DependsOn": "A"}}}
    found = inlined({"R": {"Type": "T", "DependsOn": ["Inner", "S"]}, "S": {"Type": "T"}}, nested)[
        "Resources"
    ]
    assert found["R"]["DependsOn"] == ["InnerA", "InnerB", "S"]
    assert found["InnerB"]["DependsOn"] == ["InnerA"]


def test_passed_from_one_to_another() -> None:
    """A nested stack's argument may be the output of another nested stack."""
    stack = {"Type": "AWS::CloudFormation::Stack"}
    first = {"Resources": {"T": {"Type": "T"}}, "Outputs": {"Arn": {"Value": {"Ref": "T"}}}}
    second = {"Parameters": {"P": {}}, "Resources": {"U": {"Type": "U", "Properties": {"T": {"Ref": "P"}}}}}
    passes = {"Properties": {"Parameters": {"P": {"Fn::GetAtt": ["One", "Outputs.Arn"]}}}}
    template = {"Resources": {"One": stack, "Two": {**stack, **passes}}}
    found = inline_nested_stacks(template, lambda name, _: {"One": first, "Two": second}[name])["Resources"]
    assert found == {"OneT": {"Type": "T"}, "TwoU": {"Type": "U", "Properties": {"T": {"Ref": "OneT"}}}}


def test_a_template_elsewhere() -> None:
    """A nested stack without a local template is left unchanged."""
    template = {"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack"}}}
    assert inline_nested_stacks(template, lambda *_: None) == template
