"""Layouts of the examples, real projects' definitions and unusual ones, checked by their coordinates."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.layout.folding import folding_rule
from sfn_cli.views.layout.place import DOT_SIZE, STATE_HEIGHT, place
from tests.conformance.workflows import needs_workflows
from tests.views.definitions import (
    chain_definition,
    example_definitions,
    odd_definition,
    workflow_definitions,
)
from tests.views.layout.geometry import faults_of, levels_of

EXAMPLES = example_definitions()


def _place(definition: dict[str, Any]) -> Any:
    return place(graph_of(definition), is_folded=lambda _: False)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_laid_out_without_a_fault(name: str) -> None:
    assert not +faults_of(_place(EXAMPLES[name]))


@pytest.mark.slow
@needs_workflows
def test_definitions_of_real_projects_are_laid_out_without_a_fault() -> None:
    definitions = workflow_definitions()
    assert len(definitions) > 100
    faults = {name: +faults_of(_place(definition)) for name, definition in definitions.items()}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.slow
@needs_workflows
def test_every_level_of_real_projects_begins_at_its_top() -> None:
    late = [
        (name, level.level.start)
        for name, definition in workflow_definitions().items()
        for level in levels_of(_place(definition))
        if level.boxes[level.level.start].y > min(box.y for box in level.boxes.values()) + 1
    ]
    assert late == []


def test_a_loop_to_the_first_state_of_a_branch_leaves_it_on_top() -> None:
    check = {"Type": "Choice", "Choices": [{"Condition": "{% $done %}", "Next": "Done"}], "Default": "Wait"}
    states = {
        "Check": {"Type": "Task", "Next": "IsDone"},
        "IsDone": check,
        "Wait": {"Type": "Wait", "Seconds": 5, "Next": "Check"},
        "Done": {"Type": "Pass", "End": True},
    }
    branches = [{"StartAt": "Check", "States": states}]
    poll = {"StartAt": "Poll", "States": {"Poll": {"Type": "Parallel", "Branches": branches, "End": True}}}
    placed = _place(poll)
    assert not +faults_of(placed)
    ((_, branch),) = placed.inner["/Poll"]
    rows = sorted(branch.boxes, key=lambda path: branch.boxes[path].y)
    assert rows[:2] == ["/Poll[0]/Check", "/Poll[0]/IsDone"]
    assert branch.boxes["/Poll[0]/Check"].y == 0


@pytest.mark.slow
def test_odd_machines_have_no_more_faults_than_were_counted() -> None:
    """200 machines with 6,888 states and random transitions can be drawn."""
    faults: Counter[str] = Counter()
    for seed in range(200):
        source = random.Random(seed)
        faults.update(faults_of(_place(odd_definition(source, source.randint(1, 25)))))
    most = Counter({"crossings": 240, "labels over labels": 12, "shared lines": 2})
    assert +faults <= most


def test_places_are_tenths_of_pixels_and_do_not_depend_on_hashes() -> None:
    program = (
        "import random\n"
        "from sfn_cli.views.graph.definition import graph_of\n"
        "from sfn_cli.views.layout.place import place\n"
        "from tests.views.definitions import odd_definition\n"
        "for seed in range(20):\n"
        "    print(place(graph_of(odd_definition(random.Random(seed), 20)), is_folded=lambda _: False))\n"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first
    assert first == second
    for level in levels_of(_place(odd_definition(random.Random(1), 20))):
        numbers = [number for box in level.boxes.values() for number in box]
        numbers += [number for edge in level.edges for point in edge.points for number in point]
        assert all(number == round(number, 1) for number in [*numbers, level.width, level.height])


def test_boxes_of_states_have_room_for_their_text() -> None:
    placed = _place(EXAMPLES["payment"])
    assert placed.boxes["/ start"][2:] == (DOT_SIZE, DOT_SIZE)
    assert placed.boxes["/Reserve"][2:] == (132, STATE_HEIGHT)
    assert placed.boxes["/Approve"].width > 132  # λ AskManager · token
    around, ((corner, inside),) = placed.boxes["/Undo"], placed.inner["/Undo"]
    assert corner.x + inside.width < around.width
    assert corner.y + inside.height < around.height
    name = "A name of eighty characters takes more room than a box of a state may ever have."
    one = _place({"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}})
    assert one.boxes[f"/{name}"].width == 300


def test_the_happy_path_is_straight() -> None:
    boxes = _place(EXAMPLES["payment"]).boxes
    centres = {path: round(box.x + box.width / 2) for path, box in boxes.items()}
    assert centres["/ start"] == centres["/Reserve"] == centres["/Authorise"] == centres["/IsLarge"]
    assert centres["/Capture"] == centres["/Ship"] == centres["/ end"]


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"StartAt": "A"},
        {"States": {}},
        {"StartAt": "A", "States": {"A": None}},
        {"StartAt": "\ud800", "States": {"\ud800": {"Type": "Pass", "Next": "\udfff"}}},
        {"StartAt": "A", "States": {"A": {"Type": "Parallel", "Branches": [{}, {"States": {}}, 7]}}},
        {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"Next": "A"}], "Default": "A"}}},
    ],
)
def test_a_broken_definition_is_laid_out_as_far_as_it_goes(definition: dict[str, Any]) -> None:
    assert not +faults_of(_place(definition))


def _nested_machine() -> dict[str, Any]:
    """Returns two Parallels of 160 states each; one of these is a Map with nine states."""
    branches = [chain_definition(10) for _ in range(15)]
    each = {"Type": "Map", "ItemProcessor": chain_definition(9), "End": True}
    branches.append({"StartAt": "Each", "States": {"Each": each}})
    states = {
        "One": {"Type": "Parallel", "Branches": branches, "Next": "Other"},
        "Other": {"Type": "Parallel", "Branches": branches, "End": True},
    }
    return {"StartAt": "One", "States": json.loads(json.dumps(states))}


@pytest.mark.parametrize(
    "open_paths, opened",
    [
        ([], set()),
        (["/One"], {"/One"}),
        (["/One[15]/Each"], {"/One", "/One[15]/Each"}),
        (["/Other[15]/Each[0]/S3"], {"/Other", "/Other[15]/Each"}),
    ],
)
def test_a_large_machine_is_folded_but_on_the_given_paths(open_paths: list[str], opened: set[str]) -> None:
    graph = graph_of(_nested_machine())
    assert graph.state_count() == 322
    placed = place(graph, is_folded=folding_rule(graph, open_paths))
    assert {path for level in levels_of(placed) for path in level.inner} == opened


def test_nothing_of_a_smaller_machine_is_folded() -> None:
    graph = graph_of(_nested_machine()["States"]["One"]["Branches"][15])
    assert not any(map(folding_rule(graph), graph.nodes.values()))


def test_many_catches_of_one_handler_do_not_cost_a_layout() -> None:
    graph = graph_of(chain_definition(1_000, handler="Handler"))
    placed = place(graph, is_folded=lambda _: False)
    assert len(placed.boxes) == 1_003
    assert not any(edge.edge.key.kind == "catch" for edge in placed.edges)


def test_what_cannot_be_laid_out_in_bounds_is_refused() -> None:
    source = random.Random(1)
    states = {
        f"S{number}": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.a", "Next": f"S{source.randrange(400)}"} for _ in range(8)],
        }
        for number in range(400)
    }
    with pytest.raises(UsageError, match=r"too large for a picture: .*--format text"):
        _place({"StartAt": "S0", "States": states})
