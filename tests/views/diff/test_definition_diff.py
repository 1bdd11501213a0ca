"""The differences between two definitions."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.views.diff.definition_diff import diff_definitions

PASS = {"Type": "Pass", "End": True}
PAY = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Ship"}
MACHINE: dict[str, Any] = {"StartAt": "Pay", "States": {"Pay": PAY, "Ship": PASS}}


def _each(processor: Any, field: str = "ItemProcessor") -> dict[str, Any]:
    return {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": True, field: processor}}}


@pytest.mark.parametrize(
    "before, after, marks",
    [
        (MACHINE, MACHINE, ["  /Pay", "  /Ship"]),
        (
            MACHINE,
            {**MACHINE, "States": {"Pay": {**PAY, "Retry": []}, "Ship": PASS}},
            ["~ /Pay Retry", "  /Ship"],
        ),
        (
            MACHINE,
            {
                "StartAt": "Pay",
                "States": {"Pay": {**PAY, "Next": "Pack"}, "Pack": {"Type": "Succeed"}, "Ship": PASS},
            },
            ["~ /Pay Next", "+ /Pack", "  /Ship"],
        ),
        # A renamed state: transitions to it do not differ
        (
            MACHINE,
            {"StartAt": "Pay", "States": {"Pay": {**PAY, "Next": "Send"}, "Send": PASS}},
            ["  /Pay", "~ /Send (was Ship)"],
        ),
        (
            MACHINE,
            {"StartAt": "Charge", "States": {"Charge": {**PAY, "Next": "Send"}, "Send": PASS}},
            ["~ /Charge (was Pay)", "~ /Send (was Ship)"],
        ),
        # Two candidates: none was renamed
        (
            {"StartAt": "A", "States": {"A": PASS, "B": PASS}},
            {"StartAt": "A", "States": {"A": PASS, "C": PASS, "D": PASS}},
            ["  /A", "− /B", "+ /C", "+ /D"],
        ),
        # Inside a Map
        (_each(MACHINE), _each(MACHINE, "Iterator"), ["  /Each", "  /Each[0]/Pay", "  /Each[0]/Ship"]),
        (
            _each(MACHINE),
            _each({**MACHINE, "ProcessorConfig": {"Mode": "INLINE"}, "States": {"Pay": PAY}}),
            ["~ /Each ItemProcessor.ProcessorConfig", "  /Each[0]/Pay", "− /Each[0]/Ship"],
        ),
        (
            {"StartAt": "A", "States": {"A": PASS}},
            _each(MACHINE),
            ["− /A", "+ /Each", "+ /Each[0]/Pay", "+ /Each[0]/Ship"],
        ),
        # Invalid definitions
        ({"States": 7}, {"States": {"A": "text", "B": None}}, ["+ /A", "+ /B"]),
        ([], "text", []),
    ],
)  # fmt: skip
def test_states(before: Any, after: Any, marks: list[str]) -> None:
    """Each state of either definition has a mark and its changed fields."""
    shown = []
    for state in diff_definitions(before, after).states:
        fields = ",".join(change.path for change in state.changes)
        former = f"(was {state.former_name})" if state.former_name else ""
        shown.append(" ".join(part for part in (f"{state.mark or ' '} {state.path}", fields, former) if part))
    assert shown == marks


def test_edges_and_machine() -> None:
    """Fields of the machine itself are compared, and so are the edges."""
    after = {
        "StartAt": "Pay",
        "TimeoutSeconds": 9,
        "States": {
            "Pay": {**PAY, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Ship"}]},
            "Ship": PASS,
        },
    }
    found = diff_definitions(MACHINE, after)
    assert [change.path for change in found.changes] == ["TimeoutSeconds"]
    assert [tuple(edge) for edge in found.added_edges] == [("", "Pay", "Ship", "catch")]
    assert not found.removed_edges
    assert not found.is_equal
    assert diff_definitions(MACHINE, MACHINE).is_equal
