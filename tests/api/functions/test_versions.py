"""Versions of functions and their aliases: what is stored, what is run, and what is refused."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError
from tests.functions.workbench import zip_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.functions.workbench import Workbench

    Call = Callable[..., dict[str, Any]]

ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"


def answering_code(word: str) -> dict[str, bytes]:
    """Returns the code of a function that answers with a word and the version in its context."""
    source = (
        "def handler(event, context): "
        f"return [{word!r}, context.function_version, context.invoked_function_arn]"
    )
    return {"ZipFile": zip_of({"app.py": source})}


def answer(call: Call, name: str = "fn", **request: Any) -> list[str]:
    """Returns the handler's answer, and the version that Invoke reports as executed."""
    answer = call("Invoke", FunctionName=name, **request)
    return [*json.loads(answer["Payload"]), answer["ExecutedVersion"]]


def refusal(call: Call, operation: str, **request: Any) -> tuple[str, int, str]:
    with pytest.raises(ApiError) as refused:
        call(operation, **request)
    return refused.value.code, refused.value.status, refused.value.message


@pytest.fixture
def two_versions(call: Call, create: Call) -> None:
    """A function that returns "one" at its version 1, "two" at 2, and "now" at $LATEST."""
    create(Code=answering_code("one"), Publish=True)
    call("UpdateFunctionCode", FunctionName="fn", Publish=True, **answering_code("two"))
    call("UpdateFunctionCode", FunctionName="fn", **answering_code("now"))


@pytest.mark.usefixtures("two_versions")
def test_what_is_run(call: Call) -> None:
    """A qualifier selects a version, in a parameter or in the ARN.

    The handler, Invoke and the log show which version ran.
    """
    call("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="2")
    assert answer(call) == ["now", "$LATEST", ARN, "$LATEST"]
    assert answer(call, Qualifier="$LATEST") == ["now", "$LATEST", f"{ARN}:$LATEST", "$LATEST"]
    assert answer(call, "fn:1") == ["one", "1", f"{ARN}:1", "1"]
    assert answer(call, f"{ARN}:2") == ["two", "2", f"{ARN}:2", "2"]
    assert answer(call, Qualifier="live") == answer(call, f"{ARN}:live") == ["two", "2", f"{ARN}:live", "2"]
    tail = base64.b64decode(call("Invoke", FunctionName="fn:1", LogType="Tail")["LogResult"]).decode()
    assert re.match(r"START RequestId: \S+ Version: 1\n", tail)


def test_the_streams_of_a_version(bench: Workbench, call: Call, create: Call) -> None:
    """A log stream's name contains the version that wrote it."""
    create(Publish=True)
    bench.invoke(name="fn:1")
    bench.invoke(name="fn")
    assert [re.sub(r".*/(\[.*\]).*", r"\1", stream) for _, stream, _, _ in bench.logged[::4]] == [
        "[1]",
        "[$LATEST]",
    ]


def test_publishing(call: Call, create: Call) -> None:
    """A version has its own number and ARN, and never changes.

    Publishing an unchanged function creates no version.
    """
    latest = create(Description="first", Timeout=5)
    one = call(
        "PublishVersion",
        FunctionName="fn",
        Description="one",
        CodeSha256=latest["CodeSha256"],
        RevisionId=latest["RevisionId"],
    )
    changed = {
        "Version": "1",
        "FunctionArn": f"{ARN}:1",
        "Description": "one",
        "RevisionId": one["RevisionId"],
    }
    assert one == {**latest, **changed}
    assert one["RevisionId"] != latest["RevisionId"]
    assert call("PublishVersion", FunctionName="fn") == one
    call("UpdateFunctionConfiguration", FunctionName="fn", Timeout=6)
    two = call("PublishVersion", FunctionName="fn")
    assert (two["Version"], two["Timeout"], two["Description"]) == ("2", 6, "first")
    assert call("GetFunctionConfiguration", FunctionName="fn:1") == one
    assert (
        call("UpdateFunctionCode", FunctionName="fn", Publish=True, **answering_code("x"))["FunctionArn"]
        == f"{ARN}:3"
    )


def test_numbers_are_not_used_again(call: Call, create: Call) -> None:
    """This holds after the version, or the function, was deleted."""
    create(Publish=True)
    call("DeleteFunction", FunctionName="fn", Qualifier="1")
    call("DeleteFunction", FunctionName="fn", Qualifier="1")  # gone: no error (recorded, 2025-11-25)
    assert call("PublishVersion", FunctionName="fn")["Version"] == "2"
    call("DeleteFunction", FunctionName="fn")
    assert create(Publish=True)["Version"] == "3"
    assert [
        version["Version"] for version in call("ListVersionsByFunction", FunctionName="fn")["Versions"]
    ] == ["$LATEST", "3"]


def test_a_folder_is_published_as_it_is_then(call: Call, create: Call, tmp_path: Path) -> None:
    """A version of a function in a folder stores a copy.

    The folder may then change or be deleted.
    """
    folder = tmp_path / "code"
    (folder / "lib").mkdir(parents=True)
    (folder / "app.py").write_text("import lib.word\ndef handler(event, context): return lib.word.IT")
    (folder / "lib" / "word.py").write_text("IT = 'then'")
    create(Code={"CodeDir": str(folder)})
    one = call("PublishVersion", FunctionName="fn")
    assert call("PublishVersion", FunctionName="fn") == one
    (folder / "lib" / "word.py").write_text("IT = 'now'")
    assert [call("Invoke", FunctionName=name)["Payload"] for name in ("fn", "fn:1")] == [b'"now"', b'"then"']
    two = call("PublishVersion", FunctionName="fn")
    assert (two["Version"], two["CodeSha256"] == one["CodeSha256"]) == ("2", False)
    assert call("GetFunction", FunctionName="fn:2")["Code"] == {"RepositoryType": "S3"}


def test_file_modes_are_published(call: Call, create: Call, tmp_path: Path) -> None:
    """The copy of a folder has the modes of its files."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "bootstrap").write_text("#!/bin/sh\nexit 5\n")
    (folder / "bootstrap").chmod(0o755)
    create(Code={"CodeDir": str(folder)}, Runtime="provided.al2023", Publish=True)
    assert b"exit status 5" in call("Invoke", FunctionName="fn:1")["Payload"]


@pytest.mark.usefixtures("two_versions")
def test_lists(call: Call) -> None:
    """Versions of one function, or of all, are listed page by page."""
    first = call("ListVersionsByFunction", FunctionName="fn", MaxItems=2)
    rest = call("ListVersionsByFunction", FunctionName="fn", MaxItems=2, Marker=first["NextMarker"])
    listed = [version["FunctionArn"] for version in [*first["Versions"], *rest["Versions"]]]
    assert listed == [f"{ARN}:$LATEST", f"{ARN}:1", f"{ARN}:2"]
    assert [
        function["FunctionArn"] for function in call("ListFunctions", FunctionVersion="ALL")["Functions"]
    ] == listed
    assert [function["FunctionArn"] for function in call("ListFunctions")["Functions"]] == [ARN]


@pytest.mark.usefixtures("two_versions")
def test_an_alias(call: Call) -> None:
    """An alias is created, read, updated and deleted.

    The function's ARN has the qualifier of the request.
    """
    made = call("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1", Description="of the shop")
    assert made == {
        "AliasArn": f"{ARN}:live",
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "of the shop",
        "RevisionId": made["RevisionId"],
    }
    assert call("GetAlias", FunctionName="fn", Name="live") == made
    configuration = call("GetFunction", FunctionName="fn", Qualifier="live")["Configuration"]
    assert (configuration["FunctionArn"], configuration["Version"]) == (f"{ARN}:live", "1")
    call("CreateAlias", FunctionName="fn", Name="dev", FunctionVersion="$LATEST")
    moved = call(
        "UpdateAlias", FunctionName="fn", Name="live", FunctionVersion="2", RevisionId=made["RevisionId"]
    )
    assert (moved["FunctionVersion"], moved["Description"]) == ("2", "of the shop")
    assert answer(call, "fn:live")[0] == "two"
    assert [alias["Name"] for alias in call("ListAliases", FunctionName="fn")["Aliases"]] == ["dev", "live"]
    assert [
        alias["Name"] for alias in call("ListAliases", FunctionName="fn", FunctionVersion="2")["Aliases"]
    ] == ["live"]
    page = call("ListAliases", FunctionName="fn", MaxItems=1)
    assert call("ListAliases", FunctionName="fn", Marker=page["NextMarker"])["Aliases"] == [moved]
    for _ in range(2):  # that there is none is no error
        assert call("DeleteAlias", FunctionName="fn", Name="live") == {}


@pytest.mark.usefixtures("two_versions")
def test_weights(call: Call) -> None:
    """An alias may point to two versions: each invocation runs one of them.

    Weights stay until they are removed.
    """
    call(
        "CreateAlias",
        FunctionName="fn",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}},
    )
    assert answer(call, "fn:live")[0] == "two"
    call(
        "UpdateAlias", FunctionName="fn", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
    )
    drawn = {answer(call, "fn:live")[0] for _ in range(64)}
    assert drawn == {"one", "two"}
    assert call("UpdateAlias", FunctionName="fn", Name="live", Description="")["RoutingConfig"] == {
        "AdditionalVersionWeights": {"2": 0.5}
    }
    assert "RoutingConfig" not in call(
        "UpdateAlias", FunctionName="fn", Name="live", RoutingConfig={"AdditionalVersionWeights": {}}
    )


NOT_FOUND = "ResourceNotFoundException", 404
INVALID = "InvalidParameterValueException", 400
CONFLICT = "ResourceConflictException", 409
STALE = "PreconditionFailedException", 412
STALE_MESSAGE = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
)
REFUSED = [
    ("Invoke", {"Qualifier": "9"}, *NOT_FOUND, f"Function not found: {ARN}:9"),
    ("Invoke", {"Qualifier": "gone"}, *NOT_FOUND, f"Function not found: {ARN}:gone"),
    (
        "Invoke",
        {"FunctionName": "fn:gone", "InvocationType": "DryRun"},
        *NOT_FOUND,
        f"Function not found: {ARN}:gone",
    ),
    (
        "Invoke",
        {"FunctionName": "fn:1", "Qualifier": "2"},
        *INVALID,
        "The derived qualifier from the function name does not match the specified qualifier.",
    ),
    ("GetFunction", {"Qualifier": "9"}, *NOT_FOUND, f"Function not found: {ARN}:9"),
    ("GetAlias", {"Name": "gone"}, *NOT_FOUND, f"Cannot find alias arn: {ARN}:gone"),
    ("UpdateAlias", {"Name": "gone"}, *NOT_FOUND, f"Alias not found: {ARN}:gone"),
    ("CreateAlias", {"Name": "live", "FunctionVersion": "1"}, *CONFLICT, f"Alias already exists: {ARN}:live"),
    ("CreateAlias", {"Name": "other", "FunctionVersion": "9"}, *NOT_FOUND, f"Function not found: {ARN}:9"),
    ("UpdateAlias", {"Name": "live", "RevisionId": "old"}, *STALE, STALE_MESSAGE),
    (
        "UpdateAlias",
        {
            "Name": "live",
            "FunctionVersion": "$LATEST",
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}},
        },
        *INVALID,
        "$LATEST is not supported for an alias pointing to more than 1 version",
    ),
    (
        "UpdateAlias",
        {"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1, "2": 0.1}}},
        *INVALID,
        "Number of items in AdditionalVersionWeights cannot be greater than 1",
    ),
    (
        "UpdateAlias",
        {"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}},
        *INVALID,
        "Invalid function version 2. Function version 2 is already included in routing configuration.",
    ),
    ("PublishVersion", {"RevisionId": "old"}, *STALE, STALE_MESSAGE),
    (
        "PublishVersion",
        {"FunctionName": "gone"},
        *NOT_FOUND,
        f"Function not found: {ARN.removesuffix('fn')}gone",
    ),
    (
        "DeleteFunction",
        {"Qualifier": "$LATEST"},
        *INVALID,
        "$LATEST version cannot be deleted without deleting the function.",
    ),
    ("DeleteFunction", {"Qualifier": "live"}, *INVALID, "Deletion of aliases is not currently supported."),
    (
        "DeleteFunction",
        {"Qualifier": "2"},
        *CONFLICT,
        "Version 2 cannot be deleted: aliases point to it (live).",
    ),
    (
        "UpdateFunctionConfiguration",
        {"FunctionName": "fn:1", "Timeout": 9},
        *NOT_FOUND,
        f"Function not found: {ARN}:1",
    ),
]


@pytest.mark.usefixtures("two_versions")
def test_what_is_refused(call: Call) -> None:
    """The messages and statuses are Lambda's; nothing changes."""
    call("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="2")
    before = call("ListAliases", FunctionName="fn"), call("ListVersionsByFunction", FunctionName="fn")
    for operation, request, *refused in REFUSED:
        assert refusal(call, operation, **{"FunctionName": "fn", **request}) == tuple(refused), operation
    assert (
        call("ListAliases", FunctionName="fn"),
        call("ListVersionsByFunction", FunctionName="fn"),
    ) == before


def test_other_code_than_meant(call: Call, create: Call) -> None:
    """CodeSha256 protects against publishing code that another client has uploaded."""
    sha = create()["CodeSha256"]
    assert refusal(call, "PublishVersion", FunctionName="fn", CodeSha256="other") == (
        *INVALID,
        (
            f"CodeSHA256 (other) is different from current CodeSHA256 in $LATEST ({sha}). "
            "Please try again with the CodeSHA256 in $LATEST."
        ),
    )


def test_the_clients_context(call: Call, create: Call) -> None:
    """The client context reaches the handler if it is the base64 of an object."""
    source = (
        "def handler(event, context): "
        "c = context.client_context; return [c.client.app_title, c.custom, c.env]"
    )
    create(Code={"ZipFile": zip_of({"app.py": source})})
    context = base64.b64encode(
        json.dumps({"client": {"app_title": "shop"}, "custom": {"a": 1}}).encode()
    ).decode()
    assert call("Invoke", FunctionName="fn", ClientContext=context)["Payload"] == b'["shop", {"a": 1}, null]'
    assert refusal(call, "Invoke", FunctionName="fn", ClientContext="e30") == (
        "InvalidRequestContentException",
        400,
        "Client context must be a valid Base64-encoded JSON object.",
    )
