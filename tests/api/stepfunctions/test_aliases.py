"""Aliases of state machines: create, update, start, list and delete as in AWS."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sfn_cli.api.stepfunctions import qualifiers
from sfn_cli.store.sqlite.stepfunctions import aliases
from tests.api.fakes import MACHINE, OTHER, PASS, ROLE, Caller
from tests.api.refusals import refused

M = MACHINE + "m"
LIVE = M + ":live"


def routing(*weights: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in weights]


FIRST, SECOND = routing((M + ":1", 100)), routing((M + ":2", 100))
BOTH = routing((M + ":1", 80), (M + ":2", 20))


@pytest.fixture
def call(call: Caller) -> Caller:
    """Calls operations; a machine with two versions exists."""
    call.create(publish=True)
    call("UpdateStateMachine", stateMachineArn=M, definition=OTHER, roleArn=ROLE + "2", publish=True)
    return call


def make(
    call: Caller, name: str = "live", routes: list[dict[str, Any]] = FIRST, **more: Any
) -> dict[str, Any]:
    return call("CreateStateMachineAlias", name=name, routingConfiguration=routes, **more)


def test_described(call: Caller) -> None:
    """The fields are in order; a new alias's update date is its creation date (documented)."""
    made = make(call, routes=BOTH, description="to try")
    assert call("DescribeStateMachineAlias", stateMachineAliasArn=LIVE) == {
        "stateMachineAliasArn": LIVE,
        "name": "live",
        "description": "to try",
        "routingConfiguration": BOTH,
        "creationDate": made["creationDate"],
        "updateDate": made["creationDate"],
    }


def test_creating_again_is_idempotent(call: Caller) -> None:
    """The same request returns the same answer.

    Another description or routing is a conflict (recorded).
    """
    first = make(call, description="d")
    assert first["stateMachineAliasArn"] == LIVE
    assert make(call, description="d") == first
    for more in (
        {"description": "other"},
        {},
        {"routes": SECOND, "description": "d"},
        {"routes": BOTH, "description": "d"},
    ):
        with pytest.raises(
            Exception,
            match="an alias with the same name and a different routing configuration already exists",
        ) as error:
            make(call, **more)
        assert getattr(error.value, "code", None) == "ConflictException"


def test_updated(call: Caller) -> None:
    """Given fields change, the others stay; an update that changes nothing keeps the date."""
    made = make(call, description="d")
    first = call("UpdateStateMachineAlias", stateMachineAliasArn=LIVE, description="e")["updateDate"]
    assert first > made["creationDate"]
    assert (
        call(
            "UpdateStateMachineAlias", stateMachineAliasArn=LIVE, description="e", routingConfiguration=FIRST
        )["updateDate"]
        == first
    )
    answer = call("UpdateStateMachineAlias", stateMachineAliasArn=LIVE, routingConfiguration=BOTH)
    second = answer["updateDate"]
    described = call("DescribeStateMachineAlias", stateMachineAliasArn=LIVE)
    assert (described["description"], described["routingConfiguration"], described["updateDate"]) == (
        "e",
        BOTH,
        second,
    )
    call("UpdateStateMachineAlias", stateMachineAliasArn=LIVE, description="")
    assert call("DescribeStateMachineAlias", stateMachineAliasArn=LIVE)["description"] is None


VERSIONS_ONLY = "Routing configuration must contain state machine version ARNs. Received: "
DISTINCT = "Routing configuration must contain distinct state machine version ARNs. Received: "
MISSING = ("ResourceNotFound", "Request references a resource that does not exist.")


@pytest.mark.parametrize("operation", ["CreateStateMachineAlias", "UpdateStateMachineAlias"])
@pytest.mark.parametrize(
    "routes, code, message",
    [
        (routing((M, 100)), "ValidationException", f"{VERSIONS_ONLY}[{M}]"),
        (routing((M, 50), (M, 50)), "ValidationException", f"{VERSIONS_ONLY}[{M}, {M}]"),
        (routing((M + ":1", 50), (LIVE, 50)), "ValidationException", f"{VERSIONS_ONLY}[{M}:1, {LIVE}]"),
        (routing((M + ":1", 50), (M + ":1", 50)), "ValidationException", f"{DISTINCT}[{M}:1, {M}:1]"),
        (
            routing((M + ":1", 70), (M + ":2", 29)),
            "ValidationException",
            "Sum of routing configuration weights must equal 100. Received: [70, 29]",
        ),
        (
            routing((M + ":1", 99)),
            "ValidationException",
            "Sum of routing configuration weights must equal 100. Received: [99]",
        ),
        (
            routing((M + ":1", 50), (MACHINE + "n:1", 50)),
            "ValidationException",
            (
                f"Routing configuration must contain versions of the same state machine. Received: [{M}:1, "
                f"{MACHINE}n:1]"
            ),
        ),
        (routing((M + ":3", 100)), *MISSING),
        (routing(("no_arn", 100)), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: no_arn'"),
        (
            routing((M + ":1", 101)),
            "ValidationException",
            (
                "1 validation error detected: "
                "Value '101' at 'routingConfiguration.1.member.weight' failed to satisfy constraint: "
                "Member must have value less than or equal to 100"
            ),
        ),
        (
            routing((M + ":1", 50), (M + ":2", 30), (M + ":3", 20)),
            "ValidationException",
            (
                "1 validation error detected: Value '["
                f"RoutingConfigurationListItem(stateMachineVersionArn={M}:1, weight=50), "
                f"RoutingConfigurationListItem(stateMachineVersionArn={M}:2, weight=30), "
                f"RoutingConfigurationListItem(stateMachineVersionArn={M}:3, weight=20)"
                "]' at 'routingConfiguration' failed to satisfy constraint: "
                "Member must have length less than or equal to 2"
            ),
        ),
    ],
)
def test_refused_routes(
    call: Caller, operation: str, routes: list[dict[str, Any]], code: str, message: str
) -> None:
    """Each refusal has AWS's code and message, and does not change the alias."""
    make(call, description="d")
    which = {"name": "new"} if operation == "CreateStateMachineAlias" else {"stateMachineAliasArn": LIVE}
    assert refused(call, operation, routingConfiguration=routes, **which) == (code, message)
    assert [
        alias["stateMachineAliasArn"]
        for alias in call("ListStateMachineAliases", stateMachineArn=M)["stateMachineAliases"]
    ] == [LIVE]
    assert call("DescribeStateMachineAlias", stateMachineAliasArn=LIVE)["routingConfiguration"] == FIRST


@pytest.mark.parametrize("name", ["123", "two words", "!a", "a@"])
def test_refused_names(call: Caller, name: str) -> None:
    """A name of digits alone could be a version's."""
    code, message = refused(call, "CreateStateMachineAlias", name=name, routingConfiguration=FIRST)
    assert code == "ValidationException"
    assert message.startswith(
        f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
        "Member must satisfy regular"
    )


@pytest.mark.parametrize(
    "operation, more",
    [
        ("DescribeStateMachineAlias", {}),
        ("UpdateStateMachineAlias", {"description": "d"}),
        ("UpdateStateMachineAlias", {"routingConfiguration": FIRST}),
    ],
)
@pytest.mark.parametrize("arn", [M + ":gone", MACHINE + "gone:live", M + ":1", M])
def test_what_is_not_there(call: Caller, operation: str, more: dict[str, Any], arn: str) -> None:
    """A missing alias always gets the same error (recorded).

    With another machine's versions, routing errors are reported first.
    """
    expected = MISSING
    if more == {"routingConfiguration": FIRST} and arn.startswith(MACHINE + "gone"):
        received = f"Received: [{M}:1]"
        expected = (
            "ValidationException",
            f"Routing configuration must contain versions of the same state machine. {received}",
        )
    assert refused(call, operation, stateMachineAliasArn=arn, **more) == expected


def test_an_update_of_nothing(call: Caller) -> None:
    """An update needs at least one field."""
    make(call)
    assert refused(call, "UpdateStateMachineAlias", stateMachineAliasArn=LIVE)[0] == "ValidationException"


def test_listed(call: Caller) -> None:
    """All aliases of a machine, or those that point to a version, are listed in pages."""
    for name, routes in (("b", FIRST), ("a", SECOND), ("c", BOTH)):
        make(call, name, routes)

    def names(arn: str) -> str:
        rows = call("ListStateMachineAliases", stateMachineArn=arn)["stateMachineAliases"]
        return "".join(row["stateMachineAliasArn"][-1] for row in rows)

    assert [names(arn) for arn in (M, M + ":1", M + ":2")] == ["abc", "bc", "ac"]
    first = call("ListStateMachineAliases", stateMachineArn=M, maxResults=2)
    second = call("ListStateMachineAliases", stateMachineArn=M, maxResults=2, nextToken=first["nextToken"])
    assert [row["stateMachineAliasArn"][-1] for row in second["stateMachineAliases"]] == ["c"]
    assert (
        refused(call, "ListStateMachineAliases", stateMachineArn=M + ":1", nextToken=first["nextToken"])[0]
        == "InvalidToken"
    )
    assert (
        refused(call, "ListStateMachineAliases", stateMachineArn=MACHINE + "gone")[0]
        == "StateMachineDoesNotExist"
    )
    assert refused(call, "ListStateMachineAliases", stateMachineArn=M + ":9") == MISSING


def test_an_execution_of_an_alias(call: Caller) -> None:
    """An execution belongs to the alias, and to the version it pointed to at the start."""
    make(call)
    arn = call("StartExecution", stateMachineArn=LIVE, name="e")["executionArn"]
    call("StartExecution", stateMachineArn=M + ":1", name="f")
    call("UpdateStateMachineAlias", stateMachineAliasArn=LIVE, routingConfiguration=SECOND)
    call("StartExecution", stateMachineArn=LIVE, name="g")
    described = call("DescribeExecution", executionArn=arn)
    expected = {"stateMachineArn": M, "stateMachineAliasArn": LIVE, "stateMachineVersionArn": M + ":1"}
    assert described.items() >= expected.items()
    started = call("GetExecutionHistory", executionArn=arn)["events"][0]["executionStartedEventDetails"]
    assert (started["stateMachineAliasArn"], started["stateMachineVersionArn"], started["roleArn"]) == (
        LIVE,
        M + ":1",
        ROLE,
    )
    for qualifier, names in ((":live", "ge"), (":1", "fe"), (":2", "g"), ("", "gfe")):
        rows = call("ListExecutions", stateMachineArn=M + qualifier)["executions"]
        assert "".join(row["name"] for row in rows) == names
    assert call("ListExecutions", stateMachineArn=LIVE)["executions"][1].items() >= expected.items()
    assert call("DescribeStateMachineForExecution", executionArn=arn)["definition"] == PASS
    call("DeleteStateMachineAlias", stateMachineAliasArn=LIVE)
    assert call("DescribeExecution", executionArn=arn)["stateMachineAliasArn"] == LIVE
    assert refused(call, "StartExecution", stateMachineArn=LIVE) == (
        "StateMachineDoesNotExist",
        f"State Machine Does Not Exist: '{LIVE}'",
    )


@pytest.mark.parametrize(
    "weights, expected",
    [
        ((100, 0), {1: 10_000}),
        ((0, 100), {2: 10_000}),
        ((80, 20), {1: 8000, 2: 2000}),
        ((1, 99), {1: 100, 2: 9900}),
    ],
)
def test_drawn_by_weight(call: Caller, weights: tuple[int, int], expected: dict[int, int]) -> None:
    """Each execution's version is drawn from its seed: the same seed draws the same one.

    Over many executions, the shares are near the weights.
    """
    make(call, routes=routing((M + ":1", weights[0]), (M + ":2", weights[1])))
    machine = qualifiers.find_qualified_machine(call.service, LIVE)
    assert machine is not None
    drawn = [qualifiers.choose_qualified_version(machine, f"seed {number}") for number in range(10_000)]
    assert drawn == [
        qualifiers.choose_qualified_version(machine, f"seed {number}") for number in range(10_000)
    ]
    counts = Counter(at.version.number for at in drawn if at.version)
    assert counts.keys() == expected.keys()
    assert all(abs(counts[number] - count) < 150 for number, count in expected.items())
    assert {(at.version.number, at.revision.definition) for at in drawn if at.version} <= {
        (1, PASS),
        (2, OTHER),
    }


def test_a_version_that_an_alias_points_to_stays(call: Caller) -> None:
    """It stays until the alias points elsewhere (recorded)."""
    make(call)
    make(call, "beta", BOTH)
    assert refused(call, "DeleteStateMachineVersion", stateMachineVersionArn=M + ":1") == (
        "ConflictException",
        (
            "Version to be deleted must not be referenced by an alias. "
            "Current list of aliases referencing this version: [beta, live]"
        ),
    )
    call("DeleteStateMachineAlias", stateMachineAliasArn=M + ":beta")
    call("UpdateStateMachineAlias", stateMachineAliasArn=LIVE, routingConfiguration=SECOND)
    call("DeleteStateMachineVersion", stateMachineVersionArn=M + ":1")
    assert refused(call, "DescribeStateMachine", stateMachineArn=M + ":1")[0] == "StateMachineDoesNotExist"
    assert refused(call, "CreateStateMachineAlias", name="new", routingConfiguration=FIRST) == MISSING


def test_deleting_the_machine(call: Caller) -> None:
    """The aliases of a deleted machine are deleted with it, whatever their versions."""
    make(call, routes=BOTH)
    execution = call("StartExecution", stateMachineArn=LIVE)["executionArn"]
    call("DeleteStateMachine", stateMachineArn=M)
    for operation, request in (
        ("UpdateStateMachineAlias", {"stateMachineAliasArn": LIVE, "description": "d"}),
        ("CreateStateMachineAlias", {"name": "new", "routingConfiguration": FIRST}),
        ("ListStateMachineAliases", {"stateMachineArn": M}),
        ("StartExecution", {"stateMachineArn": LIVE}),
    ):
        assert refused(call, operation, **request)[0] == "StateMachineDeleting"
    call("StopExecution", executionArn=execution)
    assert refused(call, "DescribeStateMachineAlias", stateMachineAliasArn=LIVE) == MISSING
    call.create(publish=True)
    assert call("ListStateMachineAliases", stateMachineArn=M)["stateMachineAliases"] == []
    assert make(call)["stateMachineAliasArn"] == LIVE


@pytest.mark.parametrize("arn", [M + ":gone", MACHINE + "gone:live", M + ":1"])
def test_deleting_what_is_not_there(call: Caller, arn: str) -> None:
    """Deleting an alias that does not exist succeeds (LocalStack 2025-04, stackd 2026-09)."""
    assert call("DeleteStateMachineAlias", stateMachineAliasArn=arn) == {}
    assert refused(call, "DeleteStateMachineAlias", stateMachineAliasArn=M) == MISSING


def test_an_alias_is_described_as_a_machine(call: Caller) -> None:
    """An alias is described under its own ARN, as its first version.

    It has no tags, and cannot be updated or deleted as a machine.
    """
    make(call, routes=BOTH)
    described = call("DescribeStateMachine", stateMachineArn=LIVE)
    assert (described["stateMachineArn"], described["definition"]) == (LIVE, PASS)
    assert refused(call, "ListTagsForResource", resourceArn=LIVE) == (
        "ResourceNotFound",
        f"Resource not found: '{LIVE}'",
    )
    assert (
        refused(call, "UpdateStateMachine", stateMachineArn=LIVE, definition=PASS)[0]
        == "StateMachineDoesNotExist"
    )
    assert refused(call, "DeleteStateMachine", stateMachineArn=LIVE)[0] == "ValidationException"


def test_a_hundred_at_most(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused; creating an existing one again adds none."""
    assert aliases.MAX_ALIASES == 100
    monkeypatch.setattr(aliases, "MAX_ALIASES", 1)
    made = make(call)
    expected = ("ServiceQuotaExceededException", "A state machine has at most 1 aliases.")
    assert refused(call, "CreateStateMachineAlias", name="more", routingConfiguration=FIRST) == expected
    assert make(call) == made
