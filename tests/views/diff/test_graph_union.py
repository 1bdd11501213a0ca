"""The graph of two definitions, and how their differences are drawn."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.views.diff.graph_union import graph_union
from sfn_cli.views.graph.form_ids import nodes_of
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.svg import draw_svg

PASS = {"Type": "Pass", "End": True}


def _machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states), ""), "States": states}


def _to(name: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Pass", **fields, "Next": name}


def _marked(before: Any, after: Any) -> list[str]:
    """Returns the states of the union and its differing edges, each with its mark."""
    union = graph_union(before, after)
    states = [f"{union.changes.nodes.get(node.path, ' ')} {node.path}" for node in nodes_of(union.level)]
    edges = [f"{mark} {key.source} → {key.target}" for key, mark in union.changes.edges.items()]
    return states + sorted(edges)


def _choice(amount: int) -> dict[str, Any]:
    rule = {"Variable": "$.amount", "NumericGreaterThan": amount, "Next": "B"}
    return _machine(A={"Type": "Choice", "Choices": [rule]}, B=PASS)


def _catching(names: str) -> dict[str, Any]:
    """Returns a machine with several states that have a Catcher to the same one."""
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]
    return _machine(
        **{name: {"Type": "Map", "Catch": catch, "Next": "Undo"} for name in names}, Undo={"Type": "Fail"}
    )


@pytest.mark.parametrize(
    "before, after, marked",
    [
        (_machine(A=_to("B"), B=PASS), _machine(A=_to("B"), B=PASS), ["  /A", "  /B"]),
        (
            _machine(A=_to("B"), B=PASS),
            _machine(A=_to("C"), C={"Type": "Succeed"}, B=PASS),
            ["~ /A", "  /B", "+ /C", "+ /A → /C", "− /A → /B"],
        ),
        (_choice(1), _choice(2), ["~ /A", "  /B", "~ /A → /B"]),
        # A renamed state is one state
        (_machine(A=_to("B"), B=PASS), _machine(A=_to("Z"), Z=PASS), ["  /A", "~ /Z"]),
        # Another start, and nothing on one side
        (
            _machine(A=_to("B"), B=PASS),
            _machine(B=PASS),
            ["− /A", "  /B", "+ / start → /B", "− / start → /A", "− /A → /B"],
        ),
        (_machine(), _machine(A=PASS), ["+ /A", "+ / start → /A", "+ /A → / end"]),
        ([], "text", []),
        # Inside a Map, in a renamed one too
        (
            _machine(M={"Type": "Map", "ItemProcessor": _machine(A=PASS), "End": True}),
            _machine(M={"Type": "Map", "ItemProcessor": _machine(A=_to("B"), B=PASS), "End": True}),
            ["  /M", "~ /M[0]/A", "+ /M[0]/B", "+ /M[0]/A → /M[0]/B"],
        ),
        (
            _machine(M={"Type": "Map", "ItemProcessor": _machine(A=PASS), "End": True}),
            _machine(N={"Type": "Map", "ItemProcessor": _machine(A=PASS), "End": True}),
            ["~ /N", "  /N[0]/A"],
        ),
        # A branch less
        (
            _machine(P={"Type": "Parallel", "Branches": [_machine(A=PASS), _machine(B=PASS)], "End": True}),
            _machine(P={"Type": "Parallel", "Branches": [_machine(A=PASS)], "End": True}),
            ["~ /P", "  /P[0]/A", "− /P[1]/B"],
        ),
        # A handler that is far in one of them only
        (
            _catching("ABCD"),
            _catching("ABCDE"),
            ["  /A", "  /Undo", "  /B", "  /C", "  /D", "+ /E", "+ /E → /Undo", "+ /E → /Undo"],
        ),
    ],
)
def test_union(before: Any, after: Any, marked: list[str]) -> None:
    """The union has the states and edges of both, and marks what differs."""
    assert _marked(before, after) == marked


def test_picture_of_changes() -> None:
    """A change is a mark, a word and a form of line; a picture without changes has none of their rules."""
    union = graph_union(_machine(A=_to("B"), B=PASS), _machine(A=_to("C", Comment=""), C=_to("B"), B=PASS))
    drawn = draw_svg(place(union.level, is_folded=lambda _: False), "M", changes=union.changes)
    for wanted in (
        'class="state added"',
        'class="state changed"',
        'class="edge next removed"',
        'aria-label="C, Pass, added"',
        "<title>A → B, removed</title>",
        ">−</tspan>",
        ".sfn-graph .removed>.box{",
    ):
        assert wanted in drawn
    assert "added" not in draw_svg(place(union.level, is_folded=lambda _: False), "M")
