"""The texts of a drawing, shortened to fit."""

from __future__ import annotations

import pytest

from sfn_cli.views.graph.graph import EdgeKey, GraphEdge, GraphLevel, GraphNode
from sfn_cli.views.layout.labels import (
    LABEL_LINE_HEIGHT,
    SMALL_SIZE,
    edge_label_lines,
    edge_label_size,
    second_line,
    state_marks,
)
from sfn_cli.views.layout.text_size import shorten_text, text_width


def _edge(*labels: str) -> GraphEdge:
    return GraphEdge(EdgeKey("/A", "/B", "choice"), labels)


LABELS: list[tuple[tuple[str, ...], list[str]]] = [
    ((), []),
    (("$.amount > 1000",), ["$.amount > 1000"]),
    (("Timeout", "ALL"), ["Timeout", "ALL"]),
    (("a", "b", "c"), ["a", "b", "c"]),
    (("a", "b", "c", "d"), ["a", "b", "… 2 more"]),
    (("$.result.status = 1",), ["$.result.status = 1"]),
    (('$.result.NewAccount.Status.State = "FAILED"',), ['$…State = "FAILED"']),
    (("$states.input.order.total > $states.input.limit",), ["$…total > $…limit"]),
    (('$.results[0].job.labels[0].name is "present"',), ['$…name is "present"']),
    (("Organizations.DuplicateOrganizationalUnitException",), ["Organizations.DuplicateOrganiza…"]),
]


@pytest.mark.parametrize("labels, lines", LABELS)
def test_labels_of_an_edge(labels: tuple[str, ...], lines: list[str]) -> None:
    assert edge_label_lines(_edge(*labels)) == lines
    width, height = edge_label_size(_edge(*labels))
    assert width <= 198
    assert height == LABEL_LINE_HEIGHT * len(lines)


@pytest.mark.parametrize(
    "node, line",
    [
        (GraphNode("/A", "A", "Task", "λ Bank"), "λ Bank"),
        (GraphNode("/A", "A", "Choice"), "Choice"),
        (GraphNode("/A", "A", "Map", "inline"), "Map · inline"),
        (GraphNode("/A", "A", "Parallel"), "Parallel"),
    ],
)
def test_second_lines(node: GraphNode, line: str) -> None:
    assert second_line(node) == line


def test_a_folded_state_says_how_many_are_inside() -> None:
    def level(count: int) -> GraphLevel:
        return GraphLevel({f"/{n}": GraphNode(f"/{n}", "S", "Pass") for n in range(count)}, (), "/0")

    parallel = GraphNode("/A", "A", "Parallel", "2 branches", levels=(level(3), level(4)))
    assert second_line(parallel, is_folded=True) == "Parallel · 2 branches · 7 states folded"
    each = GraphNode("/A", "A", "Map", "inline", levels=(level(1),))
    assert second_line(each, is_folded=True) == "Map · inline · 1 state folded"


def test_marks() -> None:
    catches = (("ALL", "Undo"), ("Timeout", "Undo"), ("X", "A handler with a very long name"))
    node = GraphNode("/A", "A", "Task", retries=4, catches_to=catches)
    assert state_marks(node) == ["↻ ≤ 4", "↳ Undo", "↳ A handler with a…"]


def test_text_is_measured_and_shortened() -> None:
    assert text_width("", SMALL_SIZE) == 0
    assert text_width("iiii", 10) < text_width("WWWW", 10) < text_width("WWWW", 10, bold=True)
    assert text_width("支払い", 10) == pytest.approx(32.1)
    assert text_width("e\u0301", 10) == text_width("e", 10)
    for room in range(0, 120, 7):
        short = shorten_text("A text of a certain length", SMALL_SIZE, room)
        assert text_width(short, SMALL_SIZE) <= max(room, text_width("…", SMALL_SIZE))
    assert shorten_text("A text of a certain length", SMALL_SIZE, 60) == "A text of…"
