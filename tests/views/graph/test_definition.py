"""The graph of a definition: its order, its edges, and the valid parts of an invalid definition."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.dot import dot_of
from sfn_cli.views.graph.graph import END, MISSING, START, EdgeKey, GraphLevel
from sfn_cli.views.graph.mermaid import mermaid_of
from sfn_cli.views.graph.text import graph_lines
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.svg import draw_svg
from tests.views.definitions import chain_definition, example_definitions, odd_definition

EXAMPLES = example_definitions()


def _edges(level: GraphLevel) -> list[str]:
    return [
        f"{key.source} {key.kind} {key.target}: {' | '.join(labels)}".rstrip(": ")
        for key, labels in level.edges
    ]


def test_states_are_in_reading_order_with_their_edges() -> None:
    level = graph_of(EXAMPLES["payment"])
    assert level.start == START
    assert list(level.nodes) == [
        START, "/Reserve", "/Authorise", "/IsLarge", "/Approve", "/Capture", "/Ship", END, "/Undo",
        "/NotPaid",
    ]  # fmt: skip
    assert _edges(level) == [
        "/ start start /Reserve",
        "/Reserve next /Authorise",
        "/Authorise next /IsLarge",
        "/Authorise catch /Undo: ALL",
        "/IsLarge choice /Approve: $amount > 1000",
        "/IsLarge choice /Capture: otherwise",
        "/Approve next /Capture",
        "/Approve catch /Undo: Timeout | ALL",
        "/Capture next /Ship",
        "/Capture catch /Undo: ALL",
        "/Ship end / end",
        "/Ship catch /Undo: ALL",
        "/Undo next /NotPaid",
    ]


def test_the_levels_inside_have_paths_of_their_own() -> None:
    verify = graph_of(EXAMPLES["signup"]).nodes["/Verify"]
    assert [list(level.nodes) for level in verify.levels] == [
        ["/Verify[0]/SendMail"],
        [
            "/Verify[1]/ChooseReader",
            "/Verify[1]/NoReader",
            "/Verify[1]/ReadMail",
            "/Verify[1]/FollowLink",
            "/Verify[1]/FollowedBefore",
        ],
    ]
    assert [level.start for level in verify.levels] == ["/Verify[0]/SendMail", "/Verify[1]/ChooseReader"]
    each = graph_of(EXAMPLES["parallel"]).nodes["/Look"].levels[2].nodes["/Look[2]/Each"]
    assert list(each.levels[0].nodes) == ["/Look[2]/Each[0]/Label"]


def test_several_ways_between_the_same_states_are_one_edge() -> None:
    rules = [{"Variable": "$.a", "NumericEquals": number, "Next": "B"} for number in (1, 2, 2)]
    choice = {"Type": "Choice", "Choices": rules, "Default": "B"}
    level = graph_of({"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}})
    assert _edges(level) == ["/ start start /A", "/A choice /B: $.a = 1 | $.a = 2 | otherwise"]


def test_retries_are_counted_over_all_retriers() -> None:
    retry = [
        {"ErrorEquals": ["A", "B"], "MaxAttempts": 5},
        {"ErrorEquals": ["C"]},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0},
        {"ErrorEquals": 7, "MaxAttempts": "x"},
    ]
    task = {"Type": "Task", "Retry": retry, "End": True}
    node = graph_of({"StartAt": "A", "States": {"A": task}}).nodes["/A"]
    assert node.retries == 8
    assert [(retrier.errors, retrier.attempts) for retrier in node.retriers] == [
        (["A", "B"], 5),
        (["C"], 3),
        (["ALL"], 0),
        ([], 0),
    ]
    without = graph_of({"StartAt": "A", "States": {"A": {"Type": "Task", "Retry": [], "End": True}}})
    assert without.nodes["/A"].retries is None


@pytest.mark.parametrize("count, is_far", [(4, False), (5, True)])
def test_a_handler_of_many_states_has_marks_in_place_of_edges(count: int, is_far: bool) -> None:
    level = graph_of(chain_definition(count, handler="Undo"))
    catches = [edge for edge in level.edges if edge.key.kind == "catch"]
    marks = [node.catches_to for node in level.nodes.values() if node.catches_to]
    assert len(catches) == (0 if is_far else count)
    assert marks == ([(("ALL", "Undo"),)] * count if is_far else [])
    # The forms with their own layout always have the edges.
    assert mermaid_of(level).count("--> Undo: catch ALL") == count
    assert dot_of(level, "x").count("-> Undo [") == count
    text = ["".join(span.text for span in line) for line in graph_lines(level, "x", width=80)]
    assert sum("catch ALL" in line and "→ Undo" in line for line in text) == count


def test_a_target_that_is_not_defined_is_a_node_of_its_own() -> None:
    level = graph_of({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Ghost"}}})
    assert EdgeKey("/A", "/Ghost", "next") in [edge.key for edge in level.edges]
    assert (level.nodes["/Ghost"].type, level.nodes["/Ghost"].detail) == (MISSING, "not defined")


@pytest.mark.parametrize(
    "definition, paths",
    [
        ({}, []),
        ([], []),
        ({"StartAt": 7, "States": {"A": {"Type": "Pass"}}}, ["/A"]),
        ({"StartAt": "B", "States": []}, [START, "/B"]),
        ({"StartAt": "A", "States": {"A": None, "B": 7}}, [START, "/A", "/B"]),
        ({"StartAt": "A", "States": {"A": {"Next": ["B"], "Catch": {"Next": "B"}}}}, [START, "/A"]),
        ({"StartAt": "A", "States": {"A": {"Choices": [None, {"Next": 7}], "Default": {}}}}, [START, "/A"]),
        ({"StartAt": "A", "States": {"A": {"Type": "Nonsense", "End": True}}}, [START, "/A", END]),
        ({"StartAt": "A", "States": {"A": {"Branches": {"States": {}}, "ItemProcessor": []}}}, [START, "/A"]),
        ({"StartAt": " start", "States": {" start": {"Type": "Pass"}}}, ["/ start"]),
    ],
)
def test_a_broken_definition_is_drawn_as_far_as_it_can_be_read(definition: Any, paths: list[str]) -> None:
    level = graph_of(definition)
    assert list(level.nodes) == paths
    _write_all_forms(level)


@pytest.mark.slow
def test_no_damage_to_a_definition_stops_a_drawing() -> None:
    """A machine with any 5 values replaced can be drawn, tried 300 times."""
    rubbish: list[Any] = [
        None,
        True,
        7,
        -1.5,
        "",
        "x\ny",
        [],
        [[]],
        {},
        {"a": {}},
        "{% $x %}",
        "${A.B}",
        ["x"],
    ]
    for seed in range(300):
        source = random.Random(seed)
        definition = json.loads(json.dumps(odd_definition(source, source.randint(1, 12))))
        for _ in range(5):
            _replace_one_value(definition, source, rubbish)
        level = graph_of(definition)
        _write_all_forms(level)
        assert draw_svg(place(level, is_folded=lambda _: False), "x")


def test_machines_nested_without_end_are_cut() -> None:
    definition: dict[str, Any] = chain_definition(1)
    for _ in range(200):
        states = {"Each": {"Type": "Map", "ItemProcessor": definition, "End": True}}
        definition = {"StartAt": "Each", "States": states}
    level = graph_of(definition)
    assert level.state_count() == 61
    _write_all_forms(level)


def _write_all_forms(level: GraphLevel) -> None:
    assert mermaid_of(level)
    assert dot_of(level, "x")
    for width in (0, 20, 80):
        assert graph_lines(level, "x", width=width)


def _replace_one_value(value: Any, source: random.Random, rubbish: list[Any]) -> None:
    """Descends at random, and replaces the value there with an invalid one."""
    while isinstance(value, dict | list) and value:
        key = source.choice(list(value) if isinstance(value, dict) else range(len(value)))
        inner = value[key]
        if not (isinstance(inner, dict | list) and inner) or source.random() < 0.2:
            value[key] = source.choice(rubbish)
            return
        value = inner
