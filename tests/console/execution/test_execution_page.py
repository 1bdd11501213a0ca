"""The page of an execution by HTTP: its views, its selected state, its moments, its data and files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from tests.console.execution.demo import FAILED, PAGES, WAITING

if TYPE_CHECKING:
    from tests.console.opened_console import OpenedConsole


def selected_in(markup: str) -> dict[str, int]:
    """Returns how many selected states a page has in its graph and in its rows."""
    return {
        "graph": len(re.findall(r'<a id="[^"]*" class="state[^"]* selected"', markup)),
        "rows": len(re.findall(r'<tr class="selected"', markup)),
    }


@pytest.mark.parametrize(
    "query, shown",
    [
        ("", ["demo/fails failed", "Too.Big", "The first item is too big.", "2 of 2"]),
        ("?view=outline", ["Each Map", "branch [1]", "Refuse"]),
        ("?view=timeline", ["Which", "[1]", "succeeded"]),
        ("?view=events", ["FailStateEntered", "ExecutionFailed", '{"error": "Too.Big"']),
        ("?view=data", ['"items"', "Input"]),
        ("?view=nonsense&at=x&visit=-1&after=99999999999999999999&open=,&iteration=:,x:y", ["demo/fails"]),
    ],
)  # fmt: skip
def test_views(console: OpenedConsole, query: str, shown: list[str]) -> None:
    """Each view is an address, and says what happened; parts of a query without sense are ignored."""
    page = console.get(f"{PAGES}/{FAILED}{query}")
    assert page.status == 200
    for words in shown:
        assert words in page.words


@pytest.mark.parametrize("view", ["outline", "timeline", "events"])
def test_one_selection(console: OpenedConsole, view: str) -> None:
    """A selected state is selected in the graph and in each view, and its panel is shown."""
    page = console.get(f"{PAGES}/{FAILED}?view={view}&state=/Refuse").text
    found = selected_in(page)
    assert found["graph"] == 1
    assert found["rows"] == (
        1 if view != "events" else len(re.findall(r">Refuse<", page.partition("<tbody")[2]))
    )
    assert 'id="state-panel" aria-label="State Refuse"' in page


@pytest.mark.parametrize(
    "query, panel, note",
    [
        ("?state=/Each[0]/Small", "State Small", None),
        ("?state=/Wait", "State /Wait", "has not visited the state"),
        ("?find=Big", "State Big", None),
        ("?find=Each[1]/Small", "State Small", None),
        ("?find=Nowhere", "State", "There is no state Nowhere"),
        ("?state=/Nowhere", "State /Nowhere", "has not visited the state"),
    ],
)
def test_finds_a_state(console: OpenedConsole, query: str, panel: str, note: str | None) -> None:
    """A state is selected by its path, or found by the words of `sfn show`."""
    page = console.get(f"{PAGES}/{FAILED}{query}").text
    assert f'id="state-panel" aria-label="{panel}"' in page
    assert note is None or note in page


def test_an_earlier_moment(console: OpenedConsole) -> None:
    """At an event, the execution is shown as it was then, with links around it, and does not change."""
    answer = console.get(f"{PAGES}/{FAILED}?at=3")
    assert "after event 3 of" in answer.words
    assert "The first item is too big" not in answer.words
    page = answer.text
    assert "data-live" not in page
    assert re.search(r'href="[^"]*\?at=2"[^>]*aria-label="One event back"', page)
    assert re.search(r'href="[^"]*\?at=4"[^>]*aria-label="One event forward"', page)
    data = console.data(f"{PAGES}/{FAILED}?at=3")
    assert (data["status"], data["lastEventId"]) == ("RUNNING", 3)
    last = console.data(f"{PAGES}/{FAILED}")["lastEventId"]
    before_end = console.get(f"{PAGES}/{FAILED}?at={last - 1}").text
    assert re.search(r'href="[^"?]*"[^>]*aria-label="One event forward"', before_end)  # which is now


def test_data(console: OpenedConsole) -> None:
    """The data of the page is that of `sfn show --output json`, and of its view the events."""
    data = console.data(f"{PAGES}/{FAILED}")
    assert data["failure"]["error"] == "Too.Big"
    assert [state["state"] for state in data["states"]] == ["Check", "Prepare", "Each", "Way", "Refuse"]
    events = console.data(f"{PAGES}/{FAILED}?view=events&after=2")["events"]
    assert [event["id"] for event in events][:2] == [3, 4]
    assert events[-1]["executionFailedEventDetails"]["error"] == "Too.Big"


def test_a_live_page_is_quiet_while_nothing_happens(console: OpenedConsole) -> None:
    """The version of a waiting execution's page depends on no clock, in any view."""
    for view in ("outline", "timeline", "events", "data"):
        address = f"{PAGES}/{WAITING}?view={view}&state=/Wait"
        versions = {re.findall(r'data-version="(\w+)"', console.get(address).text)[0] for _ in range(2)}
        assert len(versions) == 1, view
    page = console.get(f"{PAGES}/{WAITING}")
    assert "data-live" in page.text
    assert "data-since" in page.text
    assert "waits until" in page.words


def test_iterations(console: OpenedConsole) -> None:
    """With a chosen iteration, the graph and the timeline have its states only."""
    answer = console.get(f"{PAGES}/{WAITING}?view=timeline&iteration=/Each:2")
    assert "Only iteration 2 of Each" in answer.words
    page = answer.text
    rows = re.findall(r'data-state="(/Each\[0\]/\w+)"', page)
    assert rows == ["/Each[0]/Which", "/Each[0]/Big"]
    assert "Small, Pass, not visited" in page


@pytest.mark.parametrize(
    "file, type, beginning",
    [("graph.svg", "image/svg+xml", "<svg "), ("report.html", "text/html; charset=utf-8", "<!DOCTYPE html>")],
)
def test_files(console: OpenedConsole, file: str, type: str, beginning: str) -> None:
    """The picture and the report are files, as those of `sfn graph` and `sfn show --html`."""
    answer = console.get(f"{PAGES}/{FAILED}/{file}")
    assert (answer.status, answer.headers["content-type"]) == (200, type)
    assert answer.text.startswith(beginning)
    if type.startswith("image"):
        ElementTree.fromstring(answer.text)
    else:
        assert answer.headers["content-disposition"] == 'attachment; filename="demo-fails.html"'


@pytest.mark.parametrize("below", ["", ".json", "/graph.svg", "/compare", "/compare/fails", "/report.html"])
def test_no_such_execution(console: OpenedConsole, below: str) -> None:
    """An execution that does not exist is AWS's error, with its status."""
    answer = console.get(f"{PAGES}/nothing{below}")
    assert answer.status == 404
    assert "Execution Does Not Exist" in answer.text
