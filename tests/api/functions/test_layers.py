"""Layers: publish, list and delete, and what a function finds of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError
from tests.functions.workbench import zip_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., dict[str, Any]]

ARN = "arn:aws:lambda:us-east-1:123456789012:layer:shared"
LAST = "arn:aws:lambda:us-east-1:123456789012:layer:last"
OTHER = "arn:aws:lambda:us-east-1:999999999999:layer:shared"
HANDLER = {"ZipFile": zip_of({"app.py": "import one\ndef handler(event, context): return one.VALUE\n"})}


def one(value: str) -> dict[str, bytes]:
    return {"ZipFile": zip_of({"python/one.py": f"VALUE = {value!r}\n"})}


def answer(call: Call, name: str = "fn") -> Any:
    return json.loads(call("Invoke", FunctionName=name)["Payload"])


def refusal(call: Call, operation: str, **request: Any) -> tuple[str, int, str]:
    with pytest.raises(ApiError) as refused:
        call(operation, **request)
    return refused.value.code, refused.value.status, refused.value.message


def test_versions(call: Call) -> None:
    """Each publish creates a version; a number is never reused."""
    published = call(
        "PublishLayerVersion",
        LayerName="shared",
        Content=one("a"),
        Description="first",
        CompatibleRuntimes=["python3.12"],
    )
    assert (published["LayerArn"], published["LayerVersionArn"]) == (ARN, f"{ARN}:1")
    assert (published["Version"], published["Description"]) == (1, "first")
    call("PublishLayerVersion", LayerName=ARN, Content=one("b"))
    call("DeleteLayerVersion", LayerName="shared", VersionNumber=2)
    call("DeleteLayerVersion", LayerName="shared", VersionNumber=2)
    assert call("PublishLayerVersion", LayerName="shared", Content=one("c"))["Version"] == 3
    versions = call("ListLayerVersions", LayerName="shared")["LayerVersions"]
    assert [version["Version"] for version in versions] == [3, 1]
    (listed,) = call("ListLayers")["Layers"]
    assert (listed["LayerName"], listed["LatestMatchingVersion"]["Version"]) == ("shared", 3)
    found = call("GetLayerVersion", LayerName="shared", VersionNumber=1)
    assert found == published
    code, status, message = refusal(call, "GetLayerVersion", LayerName="shared", VersionNumber=2)
    assert (code, status) == ("ResourceNotFoundException", 404)
    assert f"{ARN}:2" in message


def test_pages(call: Call) -> None:
    """Markers lead to older versions."""
    for value in "abc":
        call("PublishLayerVersion", LayerName="shared", Content=one(value))
    first = call("ListLayerVersions", LayerName="shared", MaxItems=2)
    rest = call("ListLayerVersions", LayerName="shared", Marker=first["NextMarker"])
    numbers = [version["Version"] for page in (first, rest) for version in page["LayerVersions"]]
    assert numbers == [3, 2, 1]


def test_a_function_finds_its_layers(call: Call, create: Call) -> None:
    """The last layer wins; a deleted version stays with the functions that have it."""
    for value in "ab":
        call("PublishLayerVersion", LayerName="shared", Content=one(value))
    call("PublishLayerVersion", LayerName="last", Content=one("c"))
    created = create(Code=HANDLER, Layers=[f"{ARN}:1"])
    assert [layer["Arn"] for layer in created["Layers"]] == [f"{ARN}:1"]
    assert answer(call) == "a"
    call("UpdateFunctionConfiguration", FunctionName="fn", Layers=[f"{ARN}:2", f"{LAST}:1"])
    assert answer(call) == "c"
    call("UpdateFunctionConfiguration", FunctionName="fn", Layers=[f"{LAST}:1", f"{ARN}:2"])
    assert answer(call) == "b"
    call("DeleteLayerVersion", LayerName="shared", VersionNumber=2)
    assert answer(call) == "b"
    code, _, message = refusal(call, "UpdateFunctionConfiguration", FunctionName="fn", Layers=[f"{ARN}:2"])
    assert (code, message) == ("InvalidParameterValueException", f"Layer version {ARN}:2 does not exist.")


def test_a_folder_as_a_layer(call: Call, create: Call, tmp_path: Path) -> None:
    """The folder is used in place: edits take effect immediately.

    Further folders come after it.
    """
    for name, value in (("layer", "1"), ("more", "2")):
        (tmp_path / name / "python").mkdir(parents=True)
        (tmp_path / name / "python" / f"{name}.py").write_text(f"VALUE = {value}\n")
    content = {"CodeDir": str(tmp_path / "layer"), "PackageDirs": [str(tmp_path / "more")]}
    call("PublishLayerVersion", LayerName="shared", Content=content)
    source = "import layer, more\ndef handler(event, context): return [layer.VALUE, more.VALUE]\n"
    create(Code={"ZipFile": zip_of({"app.py": source})}, Layers=[f"{ARN}:1"])
    assert answer(call) == [1, 2]
    (tmp_path / "layer" / "python" / "layer.py").write_text("VALUE = 33\n")
    assert answer(call) == [33, 2]


def test_layers_of_other_accounts(call: Call, create: Call) -> None:
    """A public one is accepted; any other must exist here under the same name."""
    foreign = "arn:aws:lambda:eu-west-1:017000801446:layer:{}:22"
    create(Layers=[foreign.format("AWSLambdaPowertoolsPython")])
    assert answer(call) == {}
    create(FunctionName="other", Code=HANDLER, Layers=[foreign.format("unknown")])
    code, _, message = refusal(call, "Invoke", FunctionName="other")
    assert code == "ResourceNotFoundException"
    assert "--layer-name unknown" in message
    call("PublishLayerVersion", LayerName="unknown", Content=one("here"))
    assert answer(call, "other") == "here"


@pytest.mark.parametrize(
    "arns, message",
    [
        (["shared"], "1 validation error detected: Value '[shared]' at 'layers' failed to satisfy"),
        ([f"{ARN}:1"], f"Layer version {ARN}:1 does not exist."),
        # Recorded (LocalStack, 2025-11-25).
        (
            [f"{OTHER}:1", f"{OTHER}:2"],
            (
                "Two different versions of the same layer are not allowed to be referenced in the same "
                f"function. {OTHER}:1 and {OTHER}:2 are versions of the same layer."
            ),
        ),
        (
            [f"{OTHER}:1"] * 2,
            (
                "Two different versions of the same layer are not allowed to be referenced in the same "
                f"function. {OTHER}:1 and {OTHER}:1 are versions of the same layer."
            ),
        ),
        ([f"{ARN}:1"] * 6, "Cannot reference more than 5 layers."),
    ],
)
def test_layers_that_a_function_cannot_have(create: Call, arns: list[str], message: str) -> None:
    """They are refused as in AWS."""
    with pytest.raises(ApiError) as refused:
        create(Layers=arns)
    assert message in refused.value.message


def test_packages_of_code(call: Call, create: Call, tmp_path: Path) -> None:
    """PackageDirs come after the code; a version has those of the time it was published."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.py").write_text(f"VALUE = {name!r}\n")
    create(Code={**HANDLER, "PackageDirs": [str(tmp_path / "first")]}, Publish=True)
    assert "PackageDirs" not in call("GetFunction", FunctionName="fn")["Configuration"]
    call("UpdateFunctionCode", FunctionName="fn", **HANDLER, PackageDirs=[str(tmp_path / "second")])
    assert (answer(call), answer(call, "fn:1")) == ("second", "first")
    code, _, message = refusal(
        call, "UpdateFunctionCode", FunctionName="fn", **HANDLER, PackageDirs=["/no/such"]
    )
    assert code == "InvalidParameterValueException"
    assert message.endswith("an existing folder: /no/such")
