"""Resources in this store: created, created again, updated and deleted, through its operations."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.table import resource_type
from tests.api.fakes import OTHER, PASS, ROLE
from tests.stacks.resources.conftest import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stacks.resources.conftest import Maker

STATES = "arn:aws:states:us-east-1:123456789012"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"
MACHINE = {"StateMachineName": "Pay", "DefinitionString": PASS, "RoleArn": ROLE}
INLINE = {
    "FunctionName": "price",
    "Runtime": "python3.12",
    "Handler": "index.handler",
    "Role": ROLE,
    "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
}
BASIC = {
    "AuthorizationType": "BASIC",
    "AuthParameters": {"BasicAuthParameters": {"Username": "u", "Password": "p"}},
}


@pytest.mark.parametrize(
    "type, properties, changed, reference, attributes, describe, before, after",
    [
        (
            "AWS::StepFunctions::StateMachine",
            MACHINE,
            {**MACHINE, "DefinitionString": OTHER, "LoggingConfiguration": {
                "Level": "ERROR", "Destinations": [
                    {"CloudWatchLogsLogGroup": {"LogGroupArn": f"{LOGS}:/pay:*:*"}}
                ]}},
            f"{STATES}:stateMachine:Pay",
            {"Arn": f"{STATES}:stateMachine:Pay", "Name": "Pay", "StateMachineRevisionId": "INITIAL"},
            ("stepfunctions", "DescribeStateMachine", {"stateMachineArn": f"{STATES}:stateMachine:Pay"}),
            {"definition": PASS, "type": "STANDARD", "loggingConfiguration": {
                "level": "OFF", "includeExecutionData": False
            }},
            {"definition": OTHER, "loggingConfiguration": {
                "level": "ERROR", "includeExecutionData": False, "destinations": [
                    {"cloudWatchLogsLogGroup": {"logGroupArn": f"{LOGS}:/pay:*"}}
                ]}},
        ),
        (
            "AWS::StepFunctions::Activity",
            {"Name": "paint", "Tags": [{"Key": "a", "Value": "1"}]},
            {"Name": "paint", "Tags": [{"Key": "b", "Value": "2"}]},
            f"{STATES}:activity:paint",
            {"Arn": f"{STATES}:activity:paint", "Name": "paint"},
            ("stepfunctions", "ListTagsForResource", {"resourceArn": f"{STATES}:activity:paint"}),
            {"tags": [{"key": "a", "value": "1"}]},
            {"tags": [{"key": "b", "value": "2"}]},
        ),
        (
            "AWS::Lambda::Function",
            {**INLINE, "Timeout": "20", "Environment": {"Variables": {"COUNT": 5, "OPEN": True}}},
            {**INLINE, "MemorySize": 512, "VpcConfig": {"SubnetIds": ["subnet-1"]}},
            "price",
            {"Arn": f"{LAMBDA}:price"},
            ("lambda", "GetFunctionConfiguration", {"FunctionName": "price"}),
            {"Timeout": 20, "MemorySize": 128, "Environment": {"Variables": {"COUNT": "5", "OPEN": "true"}}},
            {"Timeout": 3, "MemorySize": 512, "Environment": {"Variables": {}}},
        ),
        (
            "AWS::Logs::LogGroup",
            {"LogGroupName": "/pay", "RetentionInDays": "7"},
            {"LogGroupName": "/pay"},
            "/pay",
            {"Arn": f"{LOGS}:/pay:*"},
            ("logs", "FilterLogEvents", {"logGroupName": "/pay"}),
            {"events": []},
            {"events": []},
        ),
        (
            "AWS::Events::Connection",
            {"Name": "bank", **BASIC},
            {"Name": "bank", **BASIC, "Description": "The bank"},
            "bank",
            {"ArnForPolicy": "arn:aws:events:us-east-1:123456789012:connection/bank"},
            ("events", "DescribeConnection", {"Name": "bank"}),
            {"AuthorizationType": "BASIC", "Description": ""},
            {"AuthorizationType": "BASIC", "Description": "The bank"},
        ),
    ],
)  # fmt: skip
def test_life(
    make: Maker,
    type: str,
    properties: dict[str, Any],
    changed: dict[str, Any],
    reference: str,
    attributes: dict[str, str],
    describe: tuple[str, str, dict[str, str]],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """A resource has its properties when it is created, created again, or updated.

    Its names are those predicted; deleting it twice is no error.
    """
    row = resource_type(type)
    service, operation, request = describe

    def described() -> dict[str, Any] | None:
        return make.call(service, operation, **request)

    made = row.create(make(), properties)
    assert (made.reference, made.existed) == (reference, False)
    assert attributes.items() <= made.attributes.items()
    assert row.predict(make().naming, properties).physical_id == made.physical_id
    assert (found := described()) is not None
    assert before.items() <= found.items()

    again = row.create(make(), changed)
    assert (again.reference, again.existed) == (reference, True)
    assert (found := described()) is not None
    assert after.items() <= found.items()

    assert row.update is not None
    assert row.update(make(), made, changed, properties).reference == reference
    assert (found := described()) is not None
    assert before.items() <= found.items()

    row.delete(make(), made, properties)
    row.delete(make(), made, properties)
    if operation != "ListTagsForResource":
        assert described() is None or described() == {}


@pytest.mark.parametrize(
    "type, properties, name",
    [
        ("AWS::StepFunctions::StateMachine", {"DefinitionString": PASS}, f"Thing-{SUFFIX}"),
        ("AWS::StepFunctions::Activity", {}, f"Thing-{SUFFIX}"),
        ("AWS::Lambda::Function", {**INLINE, "FunctionName": None}, f"shop-Thing-{SUFFIX}"),
        ("AWS::Logs::LogGroup", {}, f"shop-Thing-{SUFFIX}"),
        ("AWS::Events::Connection", BASIC, f"shop-Thing-{SUFFIX}"),
    ],
)
def test_generated_names(make: Maker, type: str, properties: dict[str, Any], name: str) -> None:
    """Without a name of its own, a resource has the one that CloudFormation would generate."""
    made = resource_type(type).create(make(), properties)
    assert str(made.reference).rpartition(":")[2] == name


def test_versions_of_machines(make: Maker) -> None:
    """A version is that of a revision; an alias leads to it."""
    machines, versions, aliases = (
        resource_type(f"AWS::StepFunctions::StateMachine{noun}") for noun in ("", "Version", "Alias")
    )
    machine = machines.create(make("Machine"), MACHINE)
    revision = {
        "StateMachineArn": machine.reference,
        "StateMachineRevisionId": machine.attributes["StateMachineRevisionId"],
    }
    first = versions.create(make("Version"), revision)
    assert first.reference == f"{STATES}:stateMachine:Pay:1"
    assert versions.create(make("Version"), revision) == first._replace(existed=True)
    route = {"RoutingConfiguration": [{"StateMachineVersionArn": first.reference, "Weight": "100"}]}
    alias = aliases.create(make("Alias"), {"Name": "live", **route})
    assert alias.reference == f"{STATES}:stateMachine:Pay:live"
    assert aliases.create(make("Alias"), {"Name": "live", **route}).existed

    assert machines.update is not None
    assert aliases.update is not None
    machine = machines.update(make("Machine"), machine, MACHINE, {**MACHINE, "DefinitionString": OTHER})
    second = versions.create(
        make("Version"),
        {**revision, "StateMachineRevisionId": machine.attributes["StateMachineRevisionId"]},
    )
    assert second.reference == f"{STATES}:stateMachine:Pay:2"
    shifted = {
        "Name": "live",
        "DeploymentPreference": {"StateMachineVersionArn": second.reference, "Type": "ALL"},
    }
    aliases.update(make("Alias"), alias, {"Name": "live", **route}, shifted)
    described = make.call("stepfunctions", "DescribeStateMachineAlias", stateMachineAliasArn=alias.reference)
    assert described is not None
    assert described["routingConfiguration"] == [{"stateMachineVersionArn": second.reference, "weight": 100}]
    for row, made in ((versions, first), (aliases, alias), (versions, second), (machines, machine)):
        row.delete(make(), made, {})
        row.delete(make(), made, {})


def test_versions_of_functions(make: Maker, tmp_path: Path) -> None:
    """A version is published again when the function's code has changed, and only then."""
    folder = tmp_path / "price"
    folder.mkdir()
    (folder / "app.py").write_text("def handler(event, context): return 1")
    properties = {**INLINE, "Code": {"CodeDir": str(folder)}}
    functions, versions, aliases = (
        resource_type(f"AWS::Lambda::{noun}") for noun in ("Function", "Version", "Alias")
    )
    functions.create(make("Price"), properties)
    of = {"FunctionName": "price"}
    version = versions.create(make("Version"), of)
    assert version.reference == f"{LAMBDA}:price:1"
    assert version.attributes == {"FunctionArn": f"{LAMBDA}:price:1", "Version": "1"}
    assert versions.update is not None
    assert versions.update(make("Version"), version, of, of) == version._replace(existed=True)
    (folder / "app.py").write_text("def handler(event, context): return 2")
    assert versions.update(make("Version"), version, of, of).attributes["Version"] == "2"

    weighted = {
        "RoutingConfig": {"AdditionalVersionWeights": [{"FunctionVersion": "2", "FunctionWeight": "0.5"}]}
    }
    live = {**of, "Name": "live", "FunctionVersion": "1"}
    alias = aliases.create(make("Alias"), {**live, **weighted})
    assert alias.reference == alias.attributes["AliasArn"] == f"{LAMBDA}:price:live"
    found = make.call("lambda", "GetAlias", FunctionName="price", Name="live")
    assert found is not None
    assert found["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.5}}
    assert aliases.create(make("Alias"), live).existed
    for row, made, own in ((aliases, alias, live), (versions, version, of)):
        row.delete(make(), made, own)
        row.delete(make(), made, own)


@pytest.mark.parametrize(
    "properties, names",
    [
        ({"Code": {"ZipFile": "exports.handler"}, "Runtime": "nodejs20.x"}, ["index.js"]),
        ({"Code": {"ZipFile": "def handler"}, "Runtime": "python3.12"}, ["index.py"]),
        ({"Code": {"Files": {"a.py": "one", "b.py": "two"}}}, ["a.py", "b.py"]),
        ({"Code": {"CodeDir": "built.zip"}}, ["built.py"]),
        ({"Code": {"CodeDir": "single.py"}}, ["single.py"]),
    ],
)
def test_code_as_zip(make: Maker, tmp_path: Path, properties: dict[str, Any], names: list[str]) -> None:
    """Inline code and files become the zip that CloudFormation would upload."""
    from sfn_cli.stacks.resources.local.function_code import function_code

    with zipfile.ZipFile(tmp_path / "built.zip", "w") as archive:
        archive.writestr("built.py", "")
    (tmp_path / "single.py").write_text("def handler")
    if "CodeDir" in properties["Code"]:
        properties = {"Code": {"CodeDir": str(tmp_path / properties["Code"]["CodeDir"])}}
    code = function_code(make(), properties)
    with zipfile.ZipFile(BytesIO(code.members["ZipFile"])) as archive:
        assert archive.namelist() == names


def test_layers(make: Maker, tmp_path: Path) -> None:
    """A layer is a version of its own, which a function names; a new one is published beside it."""
    (tmp_path / "python").mkdir()
    layers, functions = resource_type("AWS::Lambda::LayerVersion"), resource_type("AWS::Lambda::Function")
    content = {"Content": {"CodeDir": str(tmp_path)}, "CompatibleRuntimes": ["python3.12"]}
    layer = layers.create(make("Common"), content)
    assert layer.reference == f"arn:aws:lambda:us-east-1:123456789012:layer:Common-{SUFFIX}:1"
    assert layers.predict(make("Common").naming, content) == layer
    functions.create(make(), {**INLINE, "Layers": [layer.reference]})
    found = make.call("lambda", "GetFunctionConfiguration", FunctionName="price")
    assert found is not None
    assert [used["Arn"] for used in found["Layers"]] == [layer.reference]
    second = layers.create(make("Common"), {**content, "Description": "more"})
    assert second.attributes["LayerVersionArn"] == f"{str(layer.reference)[:-1]}2"
    for made in (layer, layer, second):
        layers.delete(make("Common"), made, content)


def test_code_file_that_changes(make: Maker, tmp_path: Path) -> None:
    """The function of a zip file gets its new content; its fingerprint says that there is one."""
    row = resource_type("AWS::Lambda::Function")
    path = tmp_path / "price.zip"
    properties = {**INLINE, "Code": {"CodeDir": str(path)}}
    assert row.fingerprint is not None
    assert row.update is not None
    seen = set()
    for source in ("one", "two"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("index.py", source)
        made = row.create(make(), properties)
        found = make.call("lambda", "GetFunctionConfiguration", FunctionName="price")
        assert found is not None
        seen.add((found["CodeSha256"], row.fingerprint(properties)))
    assert len(seen) == 2
    before = make.call("lambda", "GetFunctionConfiguration", FunctionName="price")
    row.update(make(), made, properties, properties)
    assert make.call("lambda", "GetFunctionConfiguration", FunctionName="price") == before


@pytest.mark.parametrize("code", [{"ImageUri": "1.dkr.ecr/x:1"}, {}])
def test_image(make: Maker, code: dict[str, str]) -> None:
    """A function that cannot run here is made, with a line that says so, and fails when invoked."""
    properties = {"FunctionName": "scan", "PackageType": "Image", "Code": code, "Role": ROLE}
    resource_type("AWS::Lambda::Function").create(make("Scan"), properties)
    assert make.reports == [
        "Scan: sfn cannot run container images. The function is created, and fails when it is invoked."
    ]
    found = make.call("lambda", "GetFunctionConfiguration", FunctionName="scan")
    assert found is not None
    assert found["Handler"] == "index.handler"


def test_runtime_that_sfn_does_not_have(make: Maker) -> None:
    """A function of another language is made: only its invocations fail."""
    properties = {**INLINE, "Runtime": "java21", "Handler": "shop.Price::handle"}
    assert resource_type("AWS::Lambda::Function").create(make(), properties).reference == "price"


@pytest.mark.parametrize(
    "type, properties, message",
    [
        (
            "AWS::Lambda::Function",
            {**INLINE, "Code": {"CodeDir": "/nowhere/x"}},
            "The code /nowhere/x does not exist",
        ),
        ("AWS::Lambda::Function", {**INLINE, "Code": {}}, "The function has no code"),
        ("AWS::Lambda::Function", {**INLINE, "Handler": None}, "Runtime and Handler are mandatory"),
        ("AWS::Lambda::Function", {**INLINE, "Timeout": "soon"}, "Invalid type for parameter Timeout"),
        (
            "AWS::StepFunctions::StateMachine",
            {"StateMachineName": "Pay"},
            "The state machine has no definition",
        ),
        ("AWS::StepFunctions::StateMachine", {"DefinitionString": "{}"}, "Invalid State Machine Definition"),
        (
            "AWS::StepFunctions::StateMachine",
            {**MACHINE, "LoggingConfiguration": "ALL"},
            "LoggingConfiguration must",
        ),
        ("AWS::Lambda::Function", {**INLINE, "Code": "here"}, "Code must be an object."),
        (
            "AWS::Lambda::Alias",
            {"RoutingConfig": {"AdditionalVersionWeights": [1]}},
            "must be a list of objects.",
        ),
        ("AWS::Events::Connection", {"Name": "bank"}, "Missing required parameter"),
    ],
)
def test_refusals(make: Maker, type: str, properties: dict[str, Any], message: str) -> None:
    """What cannot be made is one line that says why."""
    with pytest.raises(ResourceError) as refused:
        resource_type(type).create(make(), properties)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_unusable_role(make: Maker) -> None:
    """A role that is none is replaced by the deploy's: roles are not checked here."""
    made = resource_type("AWS::StepFunctions::StateMachine").create(make(), {**MACHINE, "RoleArn": "to come"})
    found = make.call("stepfunctions", "DescribeStateMachine", stateMachineArn=made.reference)
    assert found is not None
    assert found["roleArn"] == ROLE
    assert json.loads(found["definition"])["StartAt"] == "P"
