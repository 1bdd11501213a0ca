"""Two executions of a machine are compared on one graph and state by state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.console.execution.demo import FAILED, PAGES, WAITING

if TYPE_CHECKING:
    from tests.console.opened_console import OpenedConsole


def test_differences(console: OpenedConsole) -> None:
    """States and edges of only one execution, and those that differ, have marks in the graph and rows."""
    address = f"{PAGES}/{FAILED}/compare/{WAITING}"
    page = console.get(address).text
    assert console.get(address).status == 200
    looks = dict(re.findall(r'<g id="(/[^"|]*)" class="state ([^"]*)"', page))
    marks = {path.rpartition("/")[2]: look.split()[-1] for path, look in looks.items()}
    assert marks["Refuse"] == "removed"
    assert marks["Wait"] == "added"
    assert marks["Each"] == "changed"
    assert marks["Check"] == "succeeded"
    edges = dict(re.findall(r'<path id="/Way\|(/\w+)\|choice" class="edge choice taken ([^"]*)"', page))
    assert edges == {"/Refuse": "removed", "/Wait": "added"}
    assert "Too.Big" in page


def test_data(console: OpenedConsole) -> None:
    """The data is that of `sfn diff --output json`."""
    data = console.data(f"{PAGES}/{FAILED}/compare/{WAITING}")
    assert data["sameDefinition"] is True
    differences = {state["state"]: state["difference"] for state in data["states"]}
    assert differences["Refuse"] == "removed"
    assert differences["Wait"] == "added"
    assert console.data(f"{PAGES}/{FAILED}/compare/{FAILED}")["equal"] is True


def test_equal_executions(console: OpenedConsole) -> None:
    """An execution has no differences from itself."""
    page = console.get(f"{PAGES}/{FAILED}/compare/{FAILED}").text
    assert "No differences." in page


def test_choice_of_the_other(console: OpenedConsole) -> None:
    """The other executions of the machine are offered, and any can be named."""
    page = console.get(f"{PAGES}/{FAILED}/compare").text
    assert re.findall(r'href="([^"]*/compare/\w+)"', page) == [f"{PAGES}/{FAILED}/compare/{WAITING}"]
    answer = console.get(f"{PAGES}/{FAILED}/compare?other=waits")
    assert (answer.status, answer.headers["location"]) == (303, f"{PAGES}/{FAILED}/compare/{WAITING}")
