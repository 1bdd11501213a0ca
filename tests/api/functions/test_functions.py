"""The operations of Lambda, with functions that are actually run."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError
from tests.functions.workbench import ECHO, ROLE, RUNTIME, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., dict[str, Any]]

ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"


def test_a_new_function(call: Call, create: Call) -> None:
    """CreateFunction and GetFunctionConfiguration return Lambda's defaults."""
    content = zip_of(ECHO)
    answer = create(Code={"ZipFile": content}, Environment={"Variables": {"KEY": "b"}}, Timeout=10)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", answer["LastModified"])
    assert {
        member: value
        for member, value in answer.items()
        if member not in ("LastModified", "RevisionId", "Architectures")
    } == {
        "FunctionName": "fn",
        "FunctionArn": ARN,
        "Runtime": RUNTIME,
        "Role": ROLE,
        "Handler": "app.handler",
        "CodeSize": len(content),
        "Description": "",
        "Timeout": 10,
        "MemorySize": 128,
        "CodeSha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
        "Version": "$LATEST",
        "Environment": {"Variables": {"KEY": "b"}},
        "TracingConfig": {"Mode": "PassThrough"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/fn"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    }
    assert call("GetFunctionConfiguration", FunctionName=ARN) == answer
    assert call("ListFunctions") == {"Functions": [answer]}
    assert call("GetFunction", FunctionName="fn")["Configuration"] == answer


def test_defaults(create: Call) -> None:
    """The timeout is three seconds, the memory 128 MB."""
    answer = create()
    assert (answer["Timeout"], answer["MemorySize"]) == (3, 128)


@pytest.mark.parametrize(
    "request_, code, message",
    [
        ({"Code": {}}, "InvalidParameterValueException", "Please provide a source for function code."),
        (
            {"Code": {"ZipFile": b"no zip"}},
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        (
            {"Code": {"ZipFile": zip_of({})}},
            "InvalidParameterValueException",
            "Uploaded file must be a non-empty zip",
        ),
        (
            {"Code": {"ZipFile": zip_of({"../x": ""})}},
            "InvalidParameterValueException",
            "The zip has an entry outside the function's folder: ../x",
        ),
        (
            {"Code": {"CodeDir": "/no/such/folder"}},
            "InvalidParameterValueException",
            "The code folder must be the absolute path of an existing folder: /no/such/folder",
        ),
        (
            {"Code": {"S3Bucket": "bucket"}},
            "InvalidParameterValueException",
            "Please provide both S3Bucket and S3Key for the function's code.",
        ),
        (
            {"Code": {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/price:1"}},
            "InvalidParameterValueException",
            "ImageUri is not supported: a function's code must be a zip or a folder.",
        ),
        (
            {"without": "Handler"},
            "InvalidParameterValueException",
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ),
    ],
)
def test_a_function_that_is_refused(create: Call, request_: dict[str, Any], code: str, message: str) -> None:
    """An invalid request is refused with an error that says what is wrong."""
    with pytest.raises(ApiError) as refused:
        create(**request_)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_a_name_that_is_taken(create: Call) -> None:
    """The message is AWS's: "Function already exist"."""
    create()
    with pytest.raises(ApiError) as refused:
        create()
    assert (refused.value.code, refused.value.message, refused.value.status) == (
        "ResourceConflictException",
        "Function already exist: fn",
        409,
    )


@pytest.mark.parametrize(
    "operation",
    ["GetFunction", "GetFunctionConfiguration", "DeleteFunction", "UpdateFunctionConfiguration"],
)
def test_no_such_function(call: Call, operation: str) -> None:
    """Operations report this in the same words; Invoke adds :$LATEST (test_refusals.py)."""
    with pytest.raises(ApiError) as refused:
        call(operation, FunctionName="fn")
    assert (refused.value.code, refused.value.message, refused.value.status) == (
        "ResourceNotFoundException",
        f"Function not found: {ARN}",
        404,
    )


def test_updates(call: Call, create: Call, tmp_path: Path) -> None:
    """Each update changes the given fields and the revision; the next invocation uses them."""
    first = create(Description="kept")
    second = call("UpdateFunctionConfiguration", FunctionName="fn", Timeout=20, MemorySize=256)
    assert (second["Timeout"], second["MemorySize"], second["Description"]) == (20, 256, "kept")
    third = call(
        "UpdateFunctionCode",
        FunctionName="fn",
        ZipFile=zip_of({"app.py": "def handler(event, context): return 3"}),
    )
    assert third["CodeSha256"] != first["CodeSha256"]
    assert len({answer["RevisionId"] for answer in (first, second, third)}) == 3
    assert call("Invoke", FunctionName="fn")["Payload"] == b"3"
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "app.py").write_text("def handler(event, context): return 4")
    call("UpdateFunctionCode", FunctionName="fn", CodeDir=str(folder))
    assert call("Invoke", FunctionName="fn")["Payload"] == b"4"
    assert call("GetFunction", FunctionName="fn")["Code"] == {
        "RepositoryType": "Folder",
        "Location": f"file://{folder}",
    }


def test_a_revision_that_is_not_the_latest(call: Call, create: Call) -> None:
    """RevisionId protects against a concurrent update; a dry run changes nothing."""
    revision = create()["RevisionId"]
    call("UpdateFunctionCode", FunctionName="fn", ZipFile=zip_of({"x": ""}), DryRun=True)
    assert call("GetFunctionConfiguration", FunctionName="fn")["RevisionId"] == revision
    call("UpdateFunctionConfiguration", FunctionName="fn", RevisionId=revision, Timeout=4)
    with pytest.raises(ApiError) as refused:
        call("UpdateFunctionConfiguration", FunctionName="fn", RevisionId=revision, Timeout=5)
    assert refused.value.code == "PreconditionFailedException"
    assert call("GetFunctionConfiguration", FunctionName="fn")["Timeout"] == 4


def test_pages(call: Call, create: Call) -> None:
    """ListFunctions lists by name; a marker leads to the next page."""
    for name in ("c", "a", "b"):
        create(FunctionName=name)
    page = call("ListFunctions", MaxItems=2)
    assert [function["FunctionName"] for function in page["Functions"]] == ["a", "b"]
    rest = call("ListFunctions", MaxItems=2, Marker=page["NextMarker"])
    assert [function["FunctionName"] for function in rest["Functions"]] == ["c"]
    assert "NextMarker" not in rest


def test_delete(call: Call, create: Call) -> None:
    """A deleted function does not exist, and its name can be used again."""
    create()
    assert call("DeleteFunction", FunctionName="fn") == {"StatusCode": 204}
    assert call("ListFunctions") == {"Functions": []}
    create()


@pytest.mark.parametrize(
    "request_, answer",
    [
        ({"Payload": b'{"a": 1}'}, {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": b'{"a": 1}'}),
        ({}, {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": b"{}"}),
        ({"InvocationType": "DryRun"}, {"StatusCode": 204, "Payload": b""}),
        (
            {"Qualifier": "$LATEST", "Payload": b"1"},
            {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": b"1"},
        ),
    ],
)
def test_invoke(call: Call, create: Call, request_: dict[str, Any], answer: dict[str, Any]) -> None:
    """The response is what the handler returned, unchanged."""
    create()
    assert call("Invoke", FunctionName="fn", **request_) == answer


def test_invoke_with_the_tail_of_the_log(call: Call, create: Call) -> None:
    """LogResult is the base64 of the end of the log."""
    create()
    tail = base64.b64decode(call("Invoke", FunctionName="fn", LogType="Tail")["LogResult"]).decode()
    assert [line.split(" ")[0] for line in tail.splitlines()] == ["START", "hello", "END", "REPORT"]


def test_invoke_with_a_response_stream(call: Call, create: Call) -> None:
    """The events are what the handler returned, and how it ended."""
    source = "def handler(event, context):\n    if event: raise ValueError('no')\n    return b'\\xffa'\n"
    create(Code={"ZipFile": zip_of({"app.py": source})})
    answer = call("InvokeWithResponseStream", FunctionName="fn", LogType="Tail")
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert answer["EventStream"]["PayloadChunk"] == {"Payload": b"\xffa"}
    assert list(answer["EventStream"]["InvokeComplete"]) == ["LogResult"]
    failed = call("InvokeWithResponseStream", FunctionName="fn", Payload=b"1")["EventStream"]
    assert list(failed) == ["InvokeComplete"]
    assert failed["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert '"errorType": "ValueError"' in failed["InvokeComplete"]["ErrorDetails"]


def test_invoke_a_function_that_fails(call: Call, create: Call) -> None:
    """The call succeeds; FunctionError says that the function failed."""
    create(Handler="app.gone")
    answer = call("Invoke", FunctionName="fn")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert b'"errorType": "Runtime.HandlerNotFound"' in answer["Payload"]


@pytest.mark.parametrize(
    "request_, code, status",
    [
        ({"Payload": b"{"}, "InvalidRequestContentException", 400),
        ({"Payload": b"\xff"}, "InvalidRequestContentException", 400),
        ({"Payload": b'"' + b"x" * 6_291_456 + b'"'}, "RequestTooLargeException", 413),
        (
            {"Payload": b'"' + b"x" * 1_048_576 + b'"', "InvocationType": "Event"},
            "RequestTooLargeException",
            413,
        ),
        ({"Qualifier": "7"}, "ResourceNotFoundException", 404),
    ],
)
def test_invoke_that_is_refused(
    call: Call, create: Call, request_: dict[str, Any], code: str, status: int
) -> None:
    """The payload is not JSON or too large, or the version does not exist."""
    create()
    with pytest.raises(ApiError) as refused:
        call("Invoke", FunctionName="fn", **request_)
    assert (refused.value.code, refused.value.status) == (code, status)


def test_invoke_without_an_interpreter(call: Call, create: Call) -> None:
    """The error names the missing interpreter and says how to install it."""
    create(Runtime="java21")
    with pytest.raises(ApiError) as refused:
        call("Invoke", FunctionName="fn")
    assert (refused.value.code, refused.value.status) == ("InvalidRuntimeException", 502)
    assert refused.value.message.startswith(
        "sfn does not support the runtime java21: it runs handlers in Python and Node.js."
    )


def test_a_zip_that_would_be_too_large(create: Call) -> None:
    """The unpacked size is checked before the zip is unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as entry:
        for _ in range(251):
            entry.write(bytes(1 << 20))
    with pytest.raises(ApiError, match="Unzipped size must be smaller than 262144000 bytes"):
        create(Code={"ZipFile": content.getvalue()})


def test_tags(call: Call, create: Call) -> None:
    """Tags are not part of a function: its revision does not change."""
    create(Tags={"a": "1"})
    before = call("GetFunctionConfiguration", FunctionName="fn")
    call("TagResource", Resource=ARN, Tags={"b": "2", "c": "3"})
    call("UntagResource", Resource=ARN, TagKeys=["a", "c", "never"])
    assert call("ListTags", Resource=ARN) == {"Tags": {"b": "2"}}
    assert call("GetFunction", FunctionName="fn")["Tags"] == {"b": "2"}
    assert call("GetFunctionConfiguration", FunctionName="fn") == before


@pytest.mark.parametrize(
    "operation, request_, code",
    [
        (
            "TagResource",
            {"Resource": ARN, "Tags": {f"k{number}": "v" for number in range(51)}},
            "InvalidParameterValueException",
        ),
        ("TagResource", {"Resource": ARN + "2", "Tags": {"a": "1"}}, "ResourceNotFoundException"),
        ("UntagResource", {"Resource": ARN + "2", "TagKeys": ["a"]}, "ResourceNotFoundException"),
        ("ListTags", {"Resource": ARN + "2"}, "ResourceNotFoundException"),
        ("GetPolicy", {"FunctionName": "fn"}, "ResourceNotFoundException"),
        ("GetPolicy", {"FunctionName": "gone"}, "ResourceNotFoundException"),
        ("GetFunctionConcurrency", {"FunctionName": "gone"}, "ResourceNotFoundException"),
        ("GetFunctionCodeSigningConfig", {"FunctionName": "gone"}, "ResourceNotFoundException"),
    ],
)
def test_missing_tags_and_policies(
    call: Call, create: Call, operation: str, request_: dict[str, Any], code: str
) -> None:
    """The errors are AWS's."""
    create()
    with pytest.raises(ApiError) as error:
        call(operation, **request_)
    assert error.value.code == code
    assert call("ListTags", Resource=ARN) == {"Tags": {}}
