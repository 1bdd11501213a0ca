"""Pages of recorded executions: every view of every moment can be drawn, and its parts are in it."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.views.console.execution.execution_page import draw_execution_page
from sfn_cli.views.console.execution.page_input import execution_page_input
from sfn_cli.views.console.execution.page_query import VIEWS, read_execution_query
from sfn_cli.views.console.execution.selection import find_selection
from sfn_cli.views.execution.shown_execution import show_source
from sfn_cli.views.failure.explain import explain_failure
from sfn_cli.views.source import ExecutionSource
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from sfn_cli.views.console.page import ConsolePage

ARN = "arn:aws:states:us-east-1:123456789012:execution:order:last"


def page_of(source: ExecutionSource, **query: str) -> ConsolePage:
    """Returns the page of an execution at an address with this query."""
    read = read_execution_query(query)
    shown = show_source(source, read.at, lambda: 0, lambda: None)
    selection = find_selection(shown.view, read)
    return draw_execution_page(
        execution_page_input(ARN, shown, read, selection, explain_failure(shown.view)), {}
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_view(name: str) -> None:
    """The parts of a page are in it, once each, and not in each other."""
    source = source_of(name)
    for view in VIEWS:
        page = page_of(source, view=view)
        ids = re.findall(r' id="([^"]*)"', page.body)
        for id, part in page.parts.items():
            assert part in page.body
            assert ids.count(id) == 1, id
            assert not set(re.findall(r' id="([^"]*)"', part)[1:]) & page.parts.keys(), id


@pytest.mark.parametrize("name", ["order", "redriven", "nested-map", "distributed"])
def test_every_moment(name: str) -> None:
    """An execution can be shown after each of its events."""
    source = source_of(name)
    for event in source.history[:: 1 + len(source.history) // 20]:
        page_of(source, at=str(event.id), view="timeline")


@pytest.mark.parametrize("name", ["map-running", "payment-waiting", "waiting"])
def test_a_live_page_has_the_same_parts_after_each_event(name: str) -> None:
    """A page that is open need not be loaded again when something happens."""
    source = source_of(name)
    for view in VIEWS:
        known = page_of(source, view=view).parts.keys()
        for number in range(1, len(source.history), 1 + len(source.history) // 5):
            page = page_of(source._replace(history=source.history[:number]), view=view)
            assert page.is_live
            assert page.parts.keys() == known


def history_of(*states: str) -> list[HistoryEvent]:
    """Returns the events of Pass states, which end with the last one."""
    events: list[dict[str, Any]] = [{"type": "ExecutionStarted", "details": {"input": "{}"}}]
    for name in states:
        details: dict[str, Any] = {"name": name}
        events += [
            {"type": "PassStateEntered", "details": {**details, "input": "{}"}},
            {"type": "PassStateExited", "details": {**details, "output": "{}"}},
        ]
    events.append({"type": "ExecutionSucceeded", "details": {"output": "{}"}})
    return [
        HistoryEvent(id=id, previous_event_id=id - 1, at=1000 + id, **event)
        for id, event in enumerate(events, 1)
    ]


def branches(prefix: str) -> dict[str, Any]:
    """Returns a Parallel with twelve states."""
    names = [f"{prefix}{number}" for number in range(12)]
    states = {
        name: {"Type": "Pass", "Next": names[at + 1]} if at < 11 else {"Type": "Pass", "End": True}
        for at, name in enumerate(names)
    }
    return {"Type": "Parallel", "Branches": [{"StartAt": names[0], "States": states}]}


def large_source() -> ExecutionSource:
    """Returns an execution of a machine with more than 300 states, of which only the first ones run."""
    names = [f"P{number}" for number in range(30)]
    states: dict[str, Any] = {"First": {"Type": "Pass", "Next": "P0"}}
    for at, name in enumerate(names):
        states[name] = {**branches(name), **({"Next": names[at + 1]} if at < 29 else {"End": True})}
    definition = {"StartAt": "First", "States": states}
    return ExecutionSource("order/last", history_of("First"), json.dumps(definition), arn=ARN)


def test_folding() -> None:
    """In a large machine, Parallels are folded, except those that are opened or have the selected state."""
    folded = page_of(large_source())
    assert "/P3[0]/P30" not in folded.body
    assert "Open P3 (12 states)" in folded.body
    address = re.search(r'href="([^"]*)" data-opens="/P3"', folded.body)
    assert address is not None
    assert address[1].endswith("?open=%2FP3")
    assert "picture" in folded.parts  # the states of a picture that may fold are no parts
    opened = page_of(large_source(), open="/P3,/P5")
    assert 'id="/P3[0]/P30"' in opened.body
    assert 'id="/P5[0]/P50"' in opened.body
    assert "Fold P3" in opened.body
    assert 'id="/P7[0]/P70"' in page_of(large_source(), state="/P7[0]/P70").body


def test_without_graphlay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the layout's library, the outline takes the place of the picture, with how to install it."""
    monkeypatch.setitem(sys.modules, "graphlay", None)
    source = large_source()._replace(definition=json.dumps({"StartAt": "First", "States": {}, "Own": 1}))
    page = page_of(source, view="timeline")
    assert "graphlay, which is not installed" in page.body
    assert 'id="outline-0"' in page.body
    once = page_of(source, view="outline")
    assert once.body.count('id="outline-0"') == 1


def test_many_events() -> None:
    """Events are shown five hundred at a time: at first the last ones."""
    source = ExecutionSource("order/last", history_of(*["A"] * 800), "{}", arn=ARN)
    numbers = re.compile(r">(\d+)</a></th>")
    last = page_of(source, view="events")
    assert [int(one) for one in numbers.findall(last.body)] == list(range(1501, 1603))
    first = page_of(source, view="events", after="0")
    assert [int(one) for one in numbers.findall(first.body)] == list(range(1, 501))
    assert "1 to 500 of 1,602 events" in first.body
    assert page_of(source, view="events", after="99999").body  # after the last one


def test_hostile_texts() -> None:
    """Names and data of an execution are text on its page, never markup."""
    name = "\"><script>alert('x')</script>"
    definition = json.dumps({"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}})
    source = ExecutionSource(f"order/{name}", history_of(name), definition, arn=ARN)
    for view in VIEWS:
        page = page_of(source, view=view, state=f"/{name}", find="")
        assert "<script" not in page.body
        assert "<script" not in page_of(source, view=view, find=name + "x").body
