"""The pages of one visit of a state, of a Map's iterations, and of a Map Run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.console.browsing import check_page
from tests.processes import create_function, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole

pytestmark = pytest.mark.slow  # a console and a worker start

HANDLER = """
def handler(event, context):
    print("asked for", event["id"])
    if event["attempt"] == 0:
        raise KeyError("not there")
    return {"id": event["id"], "price": 7}
"""
RETRIED = {
    "StartAt": "Quote",
    "States": {
        "Quote": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:quote",
            "Parameters": {"id.$": "$.id", "attempt.$": "$$.State.RetryCount"},
            "Retry": [{"ErrorEquals": ["KeyError"], "IntervalSeconds": 1, "MaxAttempts": 2}],
            "ResultPath": "$.quote",
            "Next": "Again",
        },
        "Again": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.left", "NumericEquals": 0, "Next": "Done"}],
            "Default": "Count",
        },
        "Count": {
            "Type": "Pass",
            "Parameters": {"id.$": "$.id", "left.$": "States.MathAdd($.left, -1)", "text.$": "$.text"},
            "Next": "Again",
        },
        "Done": {"Type": "Succeed"},
    },
}
TOO_LARGE = {"Type": "Fail", "Error": "Too<Large>", "Cause": "more than 50"}


def _item_states(name: str) -> dict[str, object]:
    large = {"Variable": "$", "NumericGreaterThan": 50, "Next": f"{name}Bad"}
    return {
        name: {"Type": "Choice", "Choices": [large], "Default": f"{name}Ok"},
        f"{name}Bad": TOO_LARGE,
        f"{name}Ok": {"Type": "Pass", "End": True},
    }


MAPS = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {"StartAt": "One", "States": _item_states("One")},
            "ResultPath": None,
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Many"}],
            "Next": "Many",
        },
        "Many": {
            "Type": "Map",
            "Label": "Many",
            "ItemsPath": "$.items",
            "ToleratedFailurePercentage": 100,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Item",
                "States": _item_states("Item"),
            },
            "End": True,
        },
    },
}
HELD = {
    "StartAt": "Held",
    "States": {
        "Held": {
            "Type": "Map",
            "Label": "Held",
            "ItemsPath": "$.items",
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Wait",
                "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}},
            },
            "End": True,
        }
    },
}
ITEMS = {"items": list(range(60))}


@pytest.fixture(scope="module")
def retried(console: OpenedConsole, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Returns the address of an execution with a failed attempt, and a state that is visited three times."""
    code: Path = tmp_path_factory.mktemp("code")
    (code / "app.py").write_text(HANDLER)
    create_function(console.home, "quote", code)
    machine = console.create("Retried", RETRIED)
    execution = console.start(machine, {"id": "<b>", "left": 2, "text": "x" * 60_000}, name="one")
    assert console.end_of(execution) == "SUCCEEDED"
    return "/console/machines/Retried/executions/one"


@pytest.fixture(scope="module")
def maps(console: OpenedConsole) -> str:
    """Returns the address of an execution with an inline Map that failed, and a Map Run."""
    execution = console.start(console.create("Maps", MAPS), ITEMS, name="one")
    assert console.end_of(execution) == "SUCCEEDED"
    return "/console/machines/Maps/executions/one"


def test_attempts_have_their_log_lines(console: OpenedConsole, retried: str) -> None:
    """Each attempt has its error, its delay and its own log lines; data is escaped, and the input as sent."""
    page = console.get(f"{retried}/states/%2FQuote")
    first, _, second = page.text.partition("<li>")[2].partition("</li><li>")
    assert "KeyError" in first
    assert first.count("asked for &lt;b&gt;") == second.count("asked for &lt;b&gt;") == 1
    assert "after a delay of" in second
    assert "<b>\\" not in page.text
    assert "sfn test-state" in page.text
    assert re.search(r"quote\s*</th><td class=\"note\">–</td>", page.text), "what the state added"


def test_long_data_is_cut(console: OpenedConsole, retried: str) -> None:
    """A long value is cut, with a link to all of it. The command, which is to be copied, is not."""
    page = console.get(f"{retried}/states/%2FQuote").text.partition("Run this state again")[0]
    assert "x" * 60_000 not in page
    assert "more characters" in page
    page = console.get(f"{retried}/states/%2FQuote").text
    link = re.search(r'href="([^"]+)">Show all of the data', page)
    assert link is not None
    assert "x" * 60_000 in console.get(link[1].replace("&amp;", "&")).text


def test_visits_are_linked(console: OpenedConsole, retried: str) -> None:
    """Of three visits, the one in the middle has links to the others; data has the visit, too."""
    data = console.data(f"{retried}/states/%2FAgain")
    assert (data["state"], data["type"], data["status"]) == ("Again", "Choice", "SUCCEEDED")
    last = console.get(f"{retried}/states/%2FAgain").text
    assert "visit 3 of 3" in last
    earlier = re.search(r'href="([^"]+)" rel="prev"', last)
    assert earlier is not None
    middle = console.get(earlier[1].replace("&amp;", "&")).text
    assert "visit 2 of 3" in middle
    assert 'rel="prev"' in middle
    assert 'rel="next"' in middle


def test_a_state_that_was_not_visited(console: OpenedConsole, maps: str) -> None:
    page = console.get(f"{maps}/states/Nowhere")
    assert page.status == 200
    assert "has not visited the state" in page.text


def test_iterations(console: OpenedConsole, maps: str) -> None:
    """Counts, a square for each item, errors with their items, and failed items first."""
    data = console.data(f"{maps}/maps/%2FEach")
    assert data["counts"] == {"total": 60, "succeeded": 51, "running": 0, "failed": 1, "aborted": 8}
    assert [item["name"] for item in data["items"]][:2] == ["51", "52"]
    page = console.get(f"{maps}/maps/%2FEach").text
    assert "51 of 60 · 1 failed · 8 aborted" in page
    squares = re.search(r'<path class="succeeded" d="([^"]+)"', page)
    assert squares is not None
    assert squares[1].count("M") == 51
    assert "Too&lt;Large&gt;" in page
    only = console.data(f"{maps}/maps/%2FEach?error=Too%3CLarge%3E")
    assert [item["name"] for item in only["items"]] == ["51"]
    second = console.data(f"{maps}/maps/%2FEach?status=SUCCEEDED")
    assert len(second["items"]) == 51
    assert re.search(r"\?state=%2FEach%5B0%5D%2FOneBad&amp;visit=\d+&amp;iteration=%2FEach%3A51\"", page)


def test_a_map_run(console: OpenedConsole, maps: str) -> None:
    """A distributed Map leads to its Map Run, with counts, throughput and the children that failed."""
    answer = console.get(f"{maps}/maps/%2FMany")
    assert answer.status == 303
    address = answer.headers["location"]
    data = console.data(address)
    assert data["status"] == "SUCCEEDED"
    assert (data["itemCounts"]["succeeded"], data["itemCounts"]["failed"]) == (51, 9)
    assert data["itemsPerSecond"] > 0
    assert {child["error"] for child in data["children"]} == {"Too<Large>"}
    shown = console.get(address)
    assert "51 of 60 succeeded" in shown._replace(text=shown.text.partition("<main")[2]).words
    page = shown.text
    assert page.count("/console/machines/Maps/executions/Many%2F") == 9
    assert "Change the limits" not in page, "it has ended"


def test_limits_of_a_map_run(console: OpenedConsole) -> None:
    """A running Map Run's limits are changed by its form; what is not a number is refused."""
    execution = console.start(console.create("Holds", HELD), {"items": [1, 2, 3]}, name="one")
    console.reached(execution, "MapRunStarted")
    address = console.get("/console/machines/Holds/executions/one/maps/%2FHeld").headers["location"]
    until(lambda: console.get(address).status == 200, "the Map Run, which is stored after its event")
    until(lambda: console.data(address)["itemCounts"]["running"] == 1, "the first child")
    assert [child["status"] for child in console.data(address)["children"]] == ["RUNNING"]
    refused = console.submit(address, address, maxConcurrency="many")
    assert refused.status == 400
    assert "Concurrency (0 for no limit): &#39;many&#39; is not a number." in refused.text
    changed = console.submit(address, address, maxConcurrency="3")
    assert "The limits have been changed." in changed.text
    assert console.data(address)["maxConcurrency"] == 3
    until(lambda: console.data(address)["itemCounts"]["running"] == 3, "all children")
    console.call("StopExecution", executionArn=execution)


def test_in_a_browser(browsing: Browsing, maps: str, retried: str) -> None:
    """All three kinds of page are accessible, and the command to test a state can be copied."""
    page = browsing.open(f"{retried}/states/%2FQuote")
    assert page.get_by_role("button", name="Copy").count() == 1
    for address in (f"{retried}/states/%2FQuote", f"{maps}/maps/%2FEach", f"{maps}/maps/%2FMany"):
        page.goto(f"{page.url.partition('/console')[0]}{address}")
        check_page(page)
    page.emulate_media(color_scheme="dark")
    check_page(page)
