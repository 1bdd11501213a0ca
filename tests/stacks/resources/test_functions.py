"""Functions with their versions, aliases, layers and code, in this store."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.resources.local.function_code import function_code
from sfn_cli.stacks.resources.table import resource_type
from tests.api.fakes import ROLE
from tests.stacks.resources.conftest import INLINE, SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stacks.resources.conftest import Maker

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"


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
    for row, created, own in ((aliases, alias, live), (versions, version, of)):
        row.delete(make(), created, own)
        row.delete(make(), created, own)


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
    with zipfile.ZipFile(tmp_path / "built.zip", "w") as archive:
        archive.writestr("built.py", "")
    (tmp_path / "single.py").write_text("def handler")
    if "CodeDir" in properties["Code"]:
        properties = {"Code": {"CodeDir": str(tmp_path / properties["Code"]["CodeDir"])}}
    code = function_code(make(), properties)
    with zipfile.ZipFile(BytesIO(code.members["ZipFile"])) as archive:
        assert archive.namelist() == names


def test_layers(make: Maker, tmp_path: Path) -> None:
    """A layer is a version that a function names; a change publishes another version."""
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
    for created in (layer, layer, second):
        layers.delete(make("Common"), created, content)


def test_code_file_that_changes(make: Maker, tmp_path: Path) -> None:
    """A change of a function's zip file is detected by its fingerprint and deployed."""
    row = resource_type("AWS::Lambda::Function")
    path = tmp_path / "price.zip"
    properties = {**INLINE, "Code": {"CodeDir": str(path)}}
    assert row.fingerprint is not None
    assert row.update is not None
    seen = set()
    for source in ("one", "two"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("index.py", source)
        created = row.create(make(), properties)
        found = make.call("lambda", "GetFunctionConfiguration", FunctionName="price")
        assert found is not None
        seen.add((found["CodeSha256"], row.fingerprint(properties)))
    assert len(seen) == 2
    before = make.call("lambda", "GetFunctionConfiguration", FunctionName="price")
    row.update(make(), created, properties, properties)
    assert make.call("lambda", "GetFunctionConfiguration", FunctionName="price") == before


@pytest.mark.parametrize("code", [{"ImageUri": "1.dkr.ecr/x:1"}, {}])
def test_image(make: Maker, code: dict[str, str]) -> None:
    """A function that cannot run locally is created with a note, and fails when invoked."""
    properties = {"FunctionName": "scan", "PackageType": "Image", "Code": code, "Role": ROLE}
    resource_type("AWS::Lambda::Function").create(make("Scan"), properties)
    assert make.reports == [
        "Scan: sfn cannot run container images. The function is created, but invoking it fails."
    ]
    found = make.call("lambda", "GetFunctionConfiguration", FunctionName="scan")
    assert found is not None
    assert found["Handler"] == "index.handler"


@pytest.mark.parametrize("name", ["dist", "price.zip"])
def test_code_that_does_not_exist_yet(make: Maker, tmp_path: Path, name: str) -> None:
    """A function of an app without its code is created with a note; a later deploy adds the code."""
    row = resource_type("AWS::Lambda::Function")
    path = tmp_path / name
    properties = {**INLINE, "Code": {"CodeDir": str(path), "MayBeMissing": True}}
    assert row.update is not None
    created = row.create(make("Price"), properties)
    assert created.is_incomplete
    assert row.update(make("Price"), created, properties, properties).is_incomplete
    assert make.reports == 2 * [
        f"Price: The code {path} does not exist. The function is created, but invoking it fails."
    ]
    if name == "dist":
        path.mkdir()
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("index.py", "")
    assert not row.update(make("Price"), created, properties, properties).is_incomplete
    found = make.call("lambda", "GetFunctionConfiguration", FunctionName="price")
    assert found is not None
    assert (found["Runtime"], found["Handler"]) == (INLINE["Runtime"], INLINE["Handler"])
    assert len(make.reports) == 2


def test_runtime_that_sfn_does_not_have(make: Maker) -> None:
    """A function in an unsupported language is created: only its invocations fail."""
    properties = {**INLINE, "Runtime": "java21", "Handler": "shop.Price::handle"}
    assert resource_type("AWS::Lambda::Function").create(make(), properties).reference == "price"
