"""Versions of state machines: publish, describe, start, list and delete as in AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.store.sqlite.stepfunctions import versions
from tests.api.fakes import MACHINE, OTHER, PASS, ROLE, Caller
from tests.api.refusals import refused

M = MACHINE + "m"
THIRD = json.dumps({"StartAt": "R", "States": {"R": {"Type": "Succeed"}}})


PUBLISHED, DESCRIBED_OTHERWISE = (
    (
        "StateMachineAlreadyExists",
        (
            "State Machine Already Exists: "
            f"This state machine was already created with a published version{more}."
        ),
    )
    for more in ("", " using a different description")
)
NOT_THE_SAME: tuple[dict[str, Any], ...] = (
    {"publish": False, "versionDescription": ""},
    {"versionDescription": ""},
    {"versionDescription": "other"},
)


def publish(call: Caller, **more: Any) -> str:
    arn: str = call("PublishStateMachineVersion", stateMachineArn=M, **more)["stateMachineVersionArn"]
    return arn


def listed(call: Caller, machine_arn: str = M) -> list[str]:
    return [
        version["stateMachineVersionArn"]
        for version in call("ListStateMachineVersions", stateMachineArn=machine_arn)["stateMachineVersions"]
    ]


def test_published_as_it_is_created(call: Caller) -> None:
    """The first version has its description; creating again returns the same answer (stackd)."""
    request = {
        "name": "m",
        "definition": PASS,
        "roleArn": ROLE,
        "publish": True,
        "versionDescription": "first",
    }
    created = call("CreateStateMachine", **request)
    assert created["stateMachineVersionArn"] == M + ":1"
    assert call("CreateStateMachine", **request) == created
    assert listed(call) == [M + ":1"]
    assert [refused(call, "CreateStateMachine", **{**request, **other}) for other in NOT_THE_SAME] == [
        PUBLISHED,
        DESCRIBED_OTHERWISE,
        DESCRIBED_OTHERWISE,
    ]


def test_created_again_after_it_was_published(call: Caller) -> None:
    """What is published is compared with version 1, also after updates (stackd).

    The definition is compared with the latest one.
    """
    request = {"name": "m", "definition": PASS, "roleArn": ROLE}
    created = call("CreateStateMachine", **request)
    assert refused(call, "CreateStateMachine", **request, publish=True) == (
        "StateMachineAlreadyExists",
        "State Machine Already Exists: This state machine was already created without a published version.",
    )
    publish(call, description="later")
    later = {"publish": True, "versionDescription": "later"}
    first = {**created, "stateMachineVersionArn": M + ":1"}
    assert refused(call, "CreateStateMachine", **request) == PUBLISHED
    assert call("CreateStateMachine", **request, **later) == first
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER)
    publish(call, description="updated")
    for more in ({}, later):
        assert refused(call, "CreateStateMachine", **request, **more) == (
            "StateMachineAlreadyExists",
            f"State Machine Already Exists: '{M}'",
        )
    request["definition"] = OTHER
    assert refused(call, "CreateStateMachine", **request) == PUBLISHED
    updated = {"publish": True, "versionDescription": "updated"}
    assert refused(call, "CreateStateMachine", **request, **updated) == DESCRIBED_OTHERWISE
    assert call("CreateStateMachine", **request, **later) == first


def test_described(call: Caller) -> None:
    """A version is described with its own date and description, and does not change."""
    call.create(publish=True, versionDescription="first")
    before = call("DescribeStateMachine", stateMachineArn=M)
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER)
    version = call("DescribeStateMachine", stateMachineArn=M + ":1")
    assert version == {**before, "stateMachineArn": M + ":1", "description": "first"}
    assert "description" not in before
    later = publish(call)
    described = call("DescribeStateMachine", stateMachineArn=later)
    assert (described["definition"], described["description"]) == (OTHER, None)
    assert described["creationDate"] > version["creationDate"]


def test_publishing_is_idempotent(call: Caller) -> None:
    """Without another description, a revision gets no other version (recorded).

    An update's revision has another.
    """
    call.create()
    first = call("PublishStateMachineVersion", stateMachineArn=M, description="a")
    for more in ({}, {"description": "a"}):
        assert call("PublishStateMachineVersion", stateMachineArn=M, **more) == first
    unchanged = call("UpdateStateMachine", stateMachineArn=M, definition=PASS, publish=True)
    assert (unchanged["stateMachineVersionArn"], unchanged["revisionId"]) == (M + ":1", None)
    changed = call(
        "UpdateStateMachine", stateMachineArn=M, definition=OTHER, publish=True, versionDescription="c"
    )
    assert changed["stateMachineVersionArn"] == M + ":2"
    assert changed["revisionId"] == call("DescribeStateMachine", stateMachineArn=M + ":2")["revisionId"]
    assert call("DescribeStateMachine", stateMachineArn=M + ":2")["description"] == "c"
    assert call("UpdateStateMachine", stateMachineArn=M, definition=PASS)["stateMachineVersionArn"] is None
    assert listed(call) == [M + ":2", M + ":1"]


def test_another_description_is_another_version(call: Caller) -> None:
    """A version is never edited: the same revision under another description is the next one.

    (moto's test, verified on AWS; AWS returns a version with the new description.)
    """
    call.create(publish=True, versionDescription="first")
    request = {"stateMachineArn": M, "definition": PASS, "publish": True, "versionDescription": "second"}
    second = call("UpdateStateMachine", **request)["stateMachineVersionArn"]
    assert call("UpdateStateMachine", **request)["stateMachineVersionArn"] == second == M + ":2"
    assert publish(call, description="first") == M + ":1"
    assert publish(call) == M + ":2"
    descriptions = [
        call("DescribeStateMachine", stateMachineArn=version)["description"] for version in listed(call)
    ]
    assert descriptions == ["second", "first"]


def test_a_number_is_not_used_again(call: Caller) -> None:
    """A revision whose version was deleted is published under the next number (recorded)."""
    call.create(publish=True)
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER, publish=True)
    assert call("DeleteStateMachineVersion", stateMachineVersionArn=M + ":2") == {}
    assert publish(call) == M + ":3"
    assert listed(call) == [M + ":3", M + ":1"]


def test_only_a_revision_that_is_current(call: Caller) -> None:
    """revisionId protects against a concurrent update; before any update it is INITIAL."""
    call.create()
    assert publish(call, revisionId="INITIAL") == M + ":1"
    revision = call("UpdateStateMachine", stateMachineArn=M, definition=OTHER)["revisionId"]
    assert refused(call, "PublishStateMachineVersion", stateMachineArn=M, revisionId="INITIAL") == (
        "ConflictException",
        (
            "Failed to publish the State Machine version for revision INITIAL. "
            f"The current State Machine revision is {revision}."
        ),
    )
    assert publish(call, revisionId=revision) == M + ":2"


@pytest.mark.parametrize(
    "operation, request_, code, message",
    [
        (
            "PublishStateMachineVersion",
            {"stateMachineArn": "no_arn"},
            "InvalidArn",
            "Invalid Arn: 'Invalid ARN prefix: no_arn'",
        ),
        *(
            (
                operation,
                {"stateMachineArn": arn, **more},
                "StateMachineDoesNotExist",
                f"State Machine Does Not Exist: '{arn}'",
            )
            for operation, more, arns in (
                ("PublishStateMachineVersion", {}, (MACHINE + "gone", M + ":1")),
                ("UpdateStateMachine", {"definition": OTHER}, (M + ":1", M + ":2")),
                (
                    "DescribeStateMachine",
                    {},
                    (M + ":2", M + ":0", M + ":01", M + ":" + "9" * 40, M + ":1:1", M + ":live", M + ":"),
                ),
                ("StartExecution", {}, (M + ":2", MACHINE + "gone:1")),
                ("ListExecutions", {}, (M + ":2",)),
            )
            for arn in arns
        ),
        (
            "DeleteStateMachineVersion",
            {"stateMachineVersionArn": "no_arn"},
            "InvalidArn",
            "Invalid Arn: 'Invalid ARN prefix: no_arn'",
        ),
        (
            "DeleteStateMachineVersion",
            {"stateMachineVersionArn": M},
            "ValidationException",
            f"A state machine version ARN must be specified. Received: {M}",
        ),
        (
            "UpdateStateMachine",
            {"stateMachineArn": M, "definition": OTHER, "versionDescription": "v"},
            "ValidationException",
            "Version description can only be set when publish is true",
        ),
    ],
)
def test_refused(call: Caller, operation: str, request_: dict[str, Any], code: str, message: str) -> None:
    """Each error has AWS's code and message; a version is not a machine that can be changed."""
    call.create(publish=True)
    assert refused(call, operation, **request_) == (code, message)
    assert listed(call) == [M + ":1"]


def test_listed_in_pages(call: Caller) -> None:
    """Versions are listed newest first, each once; a token is valid for its machine."""
    call.create(publish=True)
    for definition in (OTHER, THIRD, PASS, OTHER):
        call("UpdateStateMachine", stateMachineArn=M, definition=definition, publish=True)
    pages = [call("ListStateMachineVersions", stateMachineArn=M, maxResults=2)]
    while token := pages[-1]["nextToken"]:
        pages.append(call("ListStateMachineVersions", stateMachineArn=M, maxResults=2, nextToken=token))
    numbers = [
        int(version["stateMachineVersionArn"][-1])
        for page in pages
        for version in page["stateMachineVersions"]
    ]
    assert numbers == [5, 4, 3, 2, 1]
    other = refused(
        call, "ListStateMachineVersions", stateMachineArn=MACHINE + "n", nextToken=pages[0]["nextToken"]
    )
    assert other == ("InvalidToken", "Invalid Token: 'Invalid token'")


def test_what_is_not_there_is_no_error(call: Caller) -> None:
    """Deleting and listing succeed for a machine or a version that does not exist."""
    call.create(publish=True)
    for arn in (M + ":7", MACHINE + "gone:1"):
        assert call("DeleteStateMachineVersion", stateMachineVersionArn=arn) == {}
    assert listed(call, MACHINE + "gone") == []


def test_an_execution_of_a_version(call: Caller) -> None:
    """An execution runs its version under the machine's name, even after the version is deleted."""
    call.create(publish=True)
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER, roleArn=ROLE + "2")
    arn = call("StartExecution", stateMachineArn=M + ":1", name="e")["executionArn"]
    assert arn == M.replace("stateMachine", "execution") + ":e"
    call("DeleteStateMachineVersion", stateMachineVersionArn=M + ":1")
    described = call("DescribeExecution", executionArn=arn)
    assert (described["stateMachineArn"], described["stateMachineVersionArn"]) == (M, M + ":1")
    assert "stateMachineAliasArn" not in described
    started = call("GetExecutionHistory", executionArn=arn)["events"][0]["executionStartedEventDetails"]
    assert started == {
        "input": "{}",
        "inputDetails": {"truncated": False},
        "roleArn": ROLE,
        "stateMachineVersionArn": M + ":1",
    }
    its_machine = call("DescribeStateMachineForExecution", executionArn=arn)
    assert (its_machine["stateMachineArn"], its_machine["definition"], its_machine["name"]) == (M, PASS, "m")


def test_executions_by_version(call: Caller) -> None:
    """A version's list has the executions started by it; the machine's list has all.

    An unqualified execution has no version.
    """
    call.create(publish=True)
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER, publish=True)
    for name, qualifier in (("a", ":1"), ("b", ":2"), ("c", ""), ("d", ":1")):
        call("StartExecution", stateMachineArn=M + qualifier, name=name)
    for qualifier, names in (("", "dcba"), (":1", "da"), (":2", "b")):
        rows = call("ListExecutions", stateMachineArn=M + qualifier)["executions"]
        assert "".join(row["name"] for row in rows) == names
        assert {row["stateMachineArn"] for row in rows} == {M}
    rows = call("ListExecutions", stateMachineArn=M)["executions"]
    assert [row.get("stateMachineVersionArn") for row in rows] == [M + ":1", None, M + ":2", M + ":1"]
    first = call("ListExecutions", stateMachineArn=M + ":1", maxResults=1)
    second = call("ListExecutions", stateMachineArn=M + ":1", maxResults=1, nextToken=first["nextToken"])
    assert [row["name"] for row in second["executions"]] == ["a"]
    assert (
        refused(call, "ListExecutions", stateMachineArn=M, nextToken=first["nextToken"])[0] == "InvalidToken"
    )


def test_the_same_name_by_a_version(call: Caller) -> None:
    """Names belong to the machine: a name that one of its versions has used is taken."""
    call.create(publish=True)
    first = call("StartExecution", stateMachineArn=M + ":1", name="e", input="1")
    assert call("StartExecution", stateMachineArn=M + ":1", name="e", input="1") == first
    assert (
        refused(call, "StartExecution", stateMachineArn=M, name="e", input="2")[0] == "ExecutionAlreadyExists"
    )


def test_deleting_the_machine(call: Caller) -> None:
    """A machine's versions are deleted with it; until its executions end, all are DELETING.

    The versions of the next machine with this name start at 1.
    """
    call.create(publish=True)
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER, publish=True)
    execution = call("StartExecution", stateMachineArn=M + ":1")["executionArn"]
    call("DeleteStateMachine", stateMachineArn=M)
    assert call("DescribeStateMachine", stateMachineArn=M + ":1")["status"] == "DELETING"
    for operation, more in (("PublishStateMachineVersion", {}), ("StartExecution", {})):
        assert refused(call, operation, stateMachineArn=M, **more)[0] == "StateMachineDeleting"
    assert refused(call, "StartExecution", stateMachineArn=M + ":1")[0] == "StateMachineDeleting"
    call("StopExecution", executionArn=execution)
    assert refused(call, "DescribeStateMachine", stateMachineArn=M + ":1")[0] == "StateMachineDoesNotExist"
    assert listed(call) == []
    assert call("DescribeExecution", executionArn=execution)["stateMachineVersionArn"] == M + ":1"
    call.create(definition=THIRD, publish=True)
    assert listed(call) == [M + ":1"]
    assert call("DescribeStateMachine", stateMachineArn=M + ":1")["definition"] == THIRD


def test_a_thousand_at_most(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request over the quota changes nothing, not even the machine.

    Publishing an already published revision adds no version.
    """
    assert versions.MAX_VERSIONS == 1000
    monkeypatch.setattr(versions, "MAX_VERSIONS", 2)
    call.create(publish=True)
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER, publish=True)
    expected = ("ServiceQuotaExceededException", "A state machine has at most 2 versions.")
    assert refused(call, "UpdateStateMachine", stateMachineArn=M, definition=THIRD, publish=True) == expected
    assert call("DescribeStateMachine", stateMachineArn=M)["definition"] == OTHER
    assert publish(call) == M + ":2"
    call("UpdateStateMachine", stateMachineArn=M, definition=THIRD)
    assert refused(call, "PublishStateMachineVersion", stateMachineArn=M) == expected
    call("DeleteStateMachineVersion", stateMachineVersionArn=M + ":1")
    assert publish(call) == M + ":3"
