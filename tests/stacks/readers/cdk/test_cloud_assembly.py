"""Cloud assemblies become stacks with local code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.cdk.cloud_assembly import read_cloud_assembly
from tests.stacks.readers.cdk.assemblies import asset, function, machine, write_assembly, write_json

if TYPE_CHECKING:
    from pathlib import Path


def read_only_stack(folder: Path) -> Any:
    (stack,) = read_cloud_assembly(folder, folder.parent).stacks
    return stack


def test_a_stack(tmp_path: Path) -> None:
    """A stack has its template's name and resources, without the CDK's own additions."""
    write_assembly(
        tmp_path / "cdk.out",
        {
            "Orders": {
                "Parameters": {"BootstrapVersion": {"Type": "String"}, "Stage": {"Type": "String"}},
                "Rules": {"CheckBootstrapVersion": {}},
                "Conditions": {"CDKMetadataAvailable": {"Fn::Equals": [1, 1]}},
                "Resources": {
                    "Flow": machine("Orders/Flow/Resource"),
                    "CDKMetadata": {"Type": "AWS::CDK::Metadata"},
                },
            }
        },
    )
    stack = read_only_stack(tmp_path / "cdk.out")
    assert (stack.kind, stack.name, stack.folder) == ("CDK app", "Orders", tmp_path)
    assert list(stack.resources) == ["Flow"]
    assert (list(stack.template["Parameters"]), stack.template["Conditions"]) == (["Stage"], {})
    assert "Rules" not in stack.template
    assert stack.place(("Resources", "Flow")).line == 22
    assert {path.name for path in stack.files} == {
        "manifest.json",
        "Orders.template.json",
        "Orders.assets.json",
    }


@pytest.mark.parametrize("written", ["asset.1a", "asset.1a.zip", "../functions/price", "/somewhere/price"])
def test_code_lies_here(tmp_path: Path, written: str) -> None:
    """A function's code, a layer's content, a definition and files for a bucket have local paths."""
    resources = {
        "Price": function(asset("1a")),
        "Layer": {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": asset("1a")}},
        "Flow": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"DefinitionS3Location": {"Bucket": {"Fn::Sub": "b"}, "Key": "1a.zip"}},
        },
        "Files": {"Type": "Custom::CDKBucketDeployment", "Properties": {"SourceObjectKeys": ["1a.zip"]}},
        "Other": function({"S3Bucket": "mine", "S3Key": "2b.zip"}),
        "Inline": function({"ZipFile": "print(1)"}),
    }
    folder = write_assembly(tmp_path / "cdk.out", {"A": {"Resources": resources}}, assets={"1a": written})
    found = {name: resource["Properties"] for name, resource in read_only_stack(folder).resources.items()}
    path = str((tmp_path / "cdk.out" / written).resolve())
    assert found["Price"]["Code"] == {"CodeDir": path}
    assert found["Layer"]["Content"] == {"CodeDir": path}
    assert found["Flow"] == {"DefinitionUri": path}
    assert found["Files"]["Sources"] == [path]
    assert found["Other"]["Code"] == {"S3Bucket": "mine", "S3Key": "2b.zip"}
    assert found["Inline"]["Code"] == {"ZipFile": "print(1)"}


def test_assets_of_version_1(tmp_path: Path) -> None:
    """CDK version 1 names an asset by parameters, which are replaced with values."""
    key = {"Fn::Split": ["||", {"Ref": "AssetKey"}]}
    code = {
        "S3Bucket": {"Ref": "AssetBucket"},
        "S3Key": {"Fn::Join": ["", [{"Fn::Select": [0, key]}, {"Fn::Select": [1, key]}]]},
    }
    template = {
        "Parameters": {name: {"Type": "String"} for name in ("AssetBucket", "AssetKey", "AssetHash")},
        "Resources": {
            "Price": function(code),
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Bucket": {"Ref": "AssetBucket"}}},
        },
    }
    folder = write_assembly(tmp_path / "cdk.out", {"A": template})
    manifest = json.loads((folder / "manifest.json").read_text())
    data = {"path": "asset.1a", "id": "1a", "packaging": "zip", "s3BucketParameter": "AssetBucket"}
    data |= {"s3KeyParameter": "AssetKey", "artifactHashParameter": "AssetHash"}
    manifest["artifacts"]["A"]["metadata"] = {"/A": [{"type": "aws:cdk:asset", "data": data}]}
    write_json(folder / "manifest.json", manifest)
    stack = read_only_stack(folder)
    assert stack.template["Parameters"] == {}
    assert stack.resources["Price"]["Properties"]["Code"] == {"CodeDir": str(folder / "asset.1a")}
    assert stack.resources["Policy"]["Properties"] == {"Bucket": "cdk-assets"}


def test_asset_of_metadata(tmp_path: Path) -> None:
    """An asset that is in no manifest is found by the resource's metadata."""
    code = function(
        {"S3Bucket": "b", "S3Key": "k"}, **{"aws:asset:path": "asset.1a", "aws:asset:property": "Code"}
    )
    folder = write_assembly(tmp_path / "cdk.out", {"A": {"Resources": {"Price": code}}})
    (found,) = read_only_stack(folder).resources.values()
    assert found["Properties"]["Code"] == {"CodeDir": str(folder / "asset.1a")}


def test_stacks_in_order_of_dependencies(tmp_path: Path) -> None:
    """A stack comes after those that it depends on, whatever the order in the manifest."""
    names = ("Api", "Data", "Network", "Alone")
    stacks = {name: {"Resources": {"Flow": machine(f"{name}/Flow")}} for name in names}
    folder = write_assembly(tmp_path / "cdk.out", stacks, dependencies={"Api": ["Data"], "Data": ["Network"]})
    app = read_cloud_assembly(folder, tmp_path)
    assert [stack.name for stack in app.stacks] == ["Network", "Data", "Api", "Alone"]
    assert app.dependencies == {"Network": (), "Data": ("Network",), "Api": ("Data",), "Alone": ()}


def test_stages(tmp_path: Path) -> None:
    """The stacks of a Stage are in a nested assembly."""
    folder = write_assembly(tmp_path / "cdk.out", {"Top": {"Resources": {"Flow": machine("Top/Flow")}}})
    write_assembly(folder / "assembly-Dev", {"Dev-Orders": {"Resources": {"Price": function(asset("1a"))}}},
                   assets={"1a": "../asset.1a"})  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["Dev"] = {
        "type": "cdk:cloud-assembly",
        "properties": {"directoryName": "assembly-Dev"},
    }
    write_json(folder / "manifest.json", manifest)
    top, dev = read_cloud_assembly(folder, tmp_path).stacks
    assert (top.name, dev.name) == ("Top", "Dev-Orders")
    assert dev.resources["Price"]["Properties"]["Code"] == {"CodeDir": str(folder / "asset.1a")}


def test_nested_stacks(tmp_path: Path) -> None:
    """A nested stack, whose template is an asset, is inlined into its parent."""
    nested = {
        "Parameters": {"Table": {"Type": "String"}},
        "Resources": {"Price": {**function(asset("1a")), "Condition": "Big"}},
        "Conditions": {"Big": {"Fn::Equals": [{"Ref": "Table"}, "big"]}},
        "Outputs": {"PriceArn": {"Value": {"Fn::GetAtt": ["Price", "Arn"]}}},
    }
    write_json(tmp_path / "cdk.out" / "Nested.template.json", nested)
    url = {
        "Fn::Join": [
            "",
            ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/", {"Fn::Sub": "b"}, "/2b.zip"],
        ]
    }
    resources = {
        "Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        "Inner": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": url, "Parameters": {"Table": {"Ref": "Orders"}}},
        },
        "Flow": machine("A/Flow/Resource", Resource={"Fn::GetAtt": ["Inner", "Outputs.PriceArn"]}),
    }
    folder = write_assembly(
        tmp_path / "cdk.out",
        {"A": {"Resources": resources}},
        assets={"1a": "asset.1a", "2b": "Nested.template.json"},
    )
    url["Fn::Join"][1][-1] = "/2b.zip"
    stack = read_only_stack(folder)
    assert set(stack.resources) == {"Orders", "InnerPrice", "Flow"}
    assert stack.resources["InnerPrice"]["Condition"] == "InnerBig"
    assert stack.resources["InnerPrice"]["Properties"]["Code"] == {"CodeDir": str(folder / "asset.1a")}
    assert stack.template["Conditions"] == {"InnerBig": {"Fn::Equals": [{"Ref": "Orders"}, "big"]}}
    assert stack.resources["Flow"]["Properties"]["Resource"] == {"Fn::GetAtt": ["InnerPrice", "Arn"]}


def test_lookups_are_noted(tmp_path: Path) -> None:
    """Missing lookups at AWS have made-up values, and a note says so."""
    missing = [{"key": "k", "provider": "vpc-provider"}, {"key": "l", "provider": "vpc-provider"}]
    folder = write_assembly(tmp_path / "cdk.out", {"A": {"Resources": {}}}, missing=missing)
    (note,) = read_cloud_assembly(folder, tmp_path).notes
    assert note.startswith("The app looks up vpc-provider at AWS. Values that are not in")


@pytest.mark.parametrize(
    "file, text, message",
    [
        ("manifest.json", "{", "manifest.json:1:2: Invalid JSON: "),
        ("manifest.json", "[]", "manifest.json:1:1: The file must contain a JSON object."),
        ("manifest.json", "{}", "cdk.out contains no stacks."),
        ("A.template.json", None, "A.template.json: No such file"),
        ("A.template.json", "[]", "A.template.json is not a template."),
        ("A.template.json", '{"Resources": ', "A.template.json:1:15: Invalid JSON"),
        ("A.assets.json", None, "A.assets.json: No such file"),
    ],
)
def test_damaged_assemblies(tmp_path: Path, file: str, text: str | None, message: str) -> None:
    """The error names a missing or damaged file."""
    folder = write_assembly(tmp_path / "cdk.out", {"A": {"Resources": {}}})
    (folder / file).unlink()
    if text is not None:
        (folder / file).write_text(text)
    with pytest.raises(UsageError) as raised:
        read_cloud_assembly(folder, tmp_path)
    assert message in str(raised.value)
