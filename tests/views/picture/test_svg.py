"""Pictures: well-formed for any names, readable without colour, the same bytes for the same input."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.run import graph_run
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.svg import draw_live_svg, draw_svg, draw_svg_of_page
from sfn_cli.views.statuses import LOOKS
from tests.views.recorded import NAMES, recorded, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.graph.graph import GraphRun
    from sfn_cli.views.layout.placed import PlacedLevel

SVG = "{http://www.w3.org/2000/svg}"


def placed(definition: Mapping[str, Any], *, is_folded: bool = False) -> PlacedLevel:
    return place(graph_of(definition), is_folded=lambda _: is_folded)


def run_of(name: str) -> tuple[PlacedLevel, GraphRun]:
    """Returns the placed graph of a recorded execution, and its run."""
    definition = recorded(name)["definition"]
    return placed(definition), graph_run(fold_execution(source_of(name)), graph_of(definition))


def states_of(svg: str) -> dict[str, ElementTree.Element]:
    """Returns the groups of states by their ids."""
    root = ElementTree.fromstring(svg)
    return {
        group.attrib["id"]: group
        for group in root.iter(f"{SVG}g")
        if "state" in group.get("class", "").split()
    }


def texts_of(group: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in group.iter(f"{SVG}text")]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=()), min_size=1, max_size=80),
        min_size=2,
        max_size=3,
        unique=True,
    )
)
def test_any_name(names: list[str]) -> None:
    """Names with any characters, in states, errors and rules, result in XML with unique ids."""
    first, *others = names
    definition = {
        "StartAt": first,
        "States": {
            first: {
                "Type": "Choice",
                "Choices": [{"Condition": f"{{% {name} %}}", "Next": name} for name in others],
                "Default": others[0],
            },
            **{
                name: {"Type": "Task", "Resource": name, "Catch": [{"ErrorEquals": names, "Next": first}]}
                for name in others
            },
        },
    }
    svg = draw_svg(placed(definition), first)
    ids = [element.attrib["id"] for element in ElementTree.fromstring(svg).iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert not [one for one in ids if re.search(r"\s", one)]
    assert len(states_of(svg)) == len(names)


@pytest.mark.parametrize("name", NAMES)
def test_every_state_can_be_read(name: str) -> None:
    """Each state has its name as text and its full description as a title, and can be focused."""
    where, run = run_of(name)
    states = states_of(draw_svg(where, name, run=run))
    for state_id, state in states.items():
        title = state.findtext(f"{SVG}title")
        assert title is not None and title == state.get("aria-label")
        assert title.split(", ")[0] == state_id.rpartition("/")[2]
        assert state.get("tabindex") == "0"
    shown = {path: state for path, state in states.items() if path in run.nodes}
    assert len(shown) == len(run.nodes)
    for path, state in shown.items():
        look = LOOKS[run.nodes[path].status]
        assert f", {look.word}" in str(state.get("aria-label"))
        assert look.colour in str(state.get("class")).split()
        assert sum("mark" in str(part.get("class")).split() for part in state) == 1


@pytest.mark.parametrize("name", ["order-declined", "map-running"])
def test_nothing_that_a_page_would_refuse(name: str) -> None:
    """There are no style attributes, scripts or URLs, which a strict policy would not allow."""
    where, run = run_of(name)
    for theme in ("auto", "light", "dark"):
        svg = draw_svg(where, name, run=run, theme=theme)
        assert not re.search(r"\sstyle=|<script|href|\son\w+=|url\((?!#)", svg)
        assert ("var(" in svg) is (theme == "auto")
    assert "<style>" not in draw_svg_of_page(where, name, run=run)


@pytest.mark.parametrize("name", NAMES)
def test_fragments(name: str) -> None:
    """Each state, edge and label of a live page is a part of its picture, with one id."""
    where, run = run_of(name)
    live = draw_live_svg(where, name, run=run, address=lambda path: f"?state={path}", selected=None)
    assert live.fragments and all(fragment in live.svg for fragment in live.fragments.values())
    for id, fragment in live.fragments.items():
        assert f' id="{id}"' in fragment.partition(">")[0]
    assert states_of(draw_svg(where, name, run=run)).keys() <= live.fragments.keys()


def test_a_selected_state_of_a_live_page() -> None:
    """States of a live page are links, of which the selected one is marked."""
    where, run = run_of("payment")
    live = draw_live_svg(where, "x", run=run, address=lambda path: f"?state={path}", selected="/Reserve")
    root = ElementTree.fromstring(live.svg)
    links = {link.get("href"): link for link in root.iter(f"{SVG}a")}
    assert "?state=/Authorise" in links
    assert [href for href, link in links.items() if link.get("aria-current")] == ["?state=/Reserve"]
    assert "selected" in str(links["?state=/Reserve"].get("class")).split()


TASK = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}


@pytest.mark.parametrize(
    "state, texts",
    [
        ({"Type": "Pass", "End": True}, ["Here", "Pass"]),
        (TASK, ["Here", "sqs:sendMessage"]),
        ({**TASK, "Retry": [{"ErrorEquals": ["States.ALL"]}]}, ["Here", "sqs:sendMessage", "↻ ≤ 3"]),
        ({"Type": "Odd"}, ["Here", "Odd"]),
        ({"Type": "Succeed"}, ["Here", "Succeed"]),
    ],
)
def test_texts_of_a_state(state: Mapping[str, Any], texts: list[str]) -> None:
    """A state shows its name, its description, and its maximum number of retries."""
    states = states_of(draw_svg(placed({"StartAt": "Here", "States": {"Here": state}}), "x"))
    assert texts_of(states["/Here"]) == texts


def test_a_state_that_is_retried_has_a_loop() -> None:
    """The loop's title describes each Retrier; a state whose Retriers never retry has no loop."""
    busy = {"ErrorEquals": ["Busy"], "MaxAttempts": 2}
    never = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}
    states = {
        "A": {**TASK, "Retry": [busy, never], "Next": "B", "End": False},
        "B": {**TASK, "Retry": [never]},
    }
    svg = draw_svg(placed({"StartAt": "A", "States": states}), "x")
    assert svg.count('<g class="loop"') == 1
    words = "A → A, retries\nBusy: at most twice, after 1 s, 2 s\nALL: not retried"
    assert f"<title>{words}</title>" in svg


@pytest.mark.parametrize("name, count", [("order-declined", 1), ("order", 1), ("migration", 0)])
def test_loops_that_were_taken(name: str, count: int) -> None:
    where, run = run_of(name)
    assert draw_svg(where, name, run=run).count('<g class="loop retried"') == count


@pytest.mark.parametrize(
    "name, path, texts",
    [
        ("order-declined", "/Charge", ["↻ 3"]),
        ("order-declined", "/Recall", ["↻ ≤ 20"]),
        ("map-running", "/EachPage", ["138 of 300 · 8 running · 0 failed"]),
        ("nested-map", "/EachOrder[0]/EachLine", ["3 of 4 · 1 failed", "× 2"]),
    ],
)
def test_texts_of_a_visited_state(name: str, path: str, texts: list[str]) -> None:
    """Failed attempts, visits and counts are shown; a state without a visit shows its definition's values."""
    where, run = run_of(name)
    assert set(texts) <= set(texts_of(states_of(draw_svg(where, name, run=run))[path]))


def test_folded() -> None:
    """A folded Map or Parallel shows the number of states inside."""
    inner = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    definition = {
        "StartAt": "P",
        "States": {"P": {"Type": "Parallel", "Branches": [inner, inner], "End": True}},
    }
    states = states_of(draw_svg(placed(definition, is_folded=True), "x"))
    assert list(states) == ["/P"]
    assert texts_of(states["/P"])[1] == "Parallel · 2 branches · 2 states folded"


def test_labels_have_their_whole_text() -> None:
    """A shortened or combined label has the full text in its title."""
    long = "$.customer.address.country.code.of.the.first.order"
    rules = [{"Variable": long, "NumericEquals": n, "Next": "B"} for n in range(5)]
    definition = {
        "StartAt": "A",
        "States": {"A": {"Type": "Choice", "Choices": rules}, "B": {"Type": "Succeed"}},
    }
    root = ElementTree.fromstring(draw_svg(placed(definition), "x"))
    (label,) = [text for text in root.iter(f"{SVG}text") if "label" in text.get("class", "")]
    lines = [str(line.text) for line in label.iter(f"{SVG}tspan")]
    assert lines == ["$…order = 0", "$…order = 1", "… 3 more"]
    assert label.findtext(f"{SVG}title") == "A → B, if " + " or ".join(f"{long} = {n}" for n in range(5))


def test_broken_definition() -> None:
    """A missing state is drawn as missing."""
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Gone"}}}
    assert "missing" in str(states_of(draw_svg(placed(definition), "x"))["/Gone"].get("class"))


def test_what_happens_elsewhere_is_not_called_unvisited() -> None:
    """The states of a distributed Map have no status: their visits are in its children's histories."""
    where, run = run_of("migration")
    states = states_of(draw_svg(where, "x", run=run))
    inside = [state for path, state in states.items() if path.startswith("/Migrate[0]/")]
    assert inside and not [state for state in inside if "not visited" in str(state.get("aria-label"))]


def test_json_definitions_alone_decide() -> None:
    """The same definition always results in the same bytes."""
    definition = recorded("order")["definition"]
    again = json.loads(json.dumps(definition))
    assert draw_svg(placed(definition), "x") == draw_svg(placed(again), "x")
