"""The pages that list machines and executions: what they show, filter and link, and their data."""

from __future__ import annotations

import re
from html import unescape
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.big_stores import copy_execution
from tests.console.machines import FAIL, PASS, WAIT
from tests.console.opened_console import opened_console
from tests.processes import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.console.opened_console import OpenedConsole

PAGE = 100


class Filled(NamedTuple):
    """A console with executions of three machines."""

    console: OpenedConsole
    failed: str
    waiting: str


@pytest.fixture(scope="module")
def filled(console: OpenedConsole) -> Filled:
    order, nightly = console.create("order", PASS), console.create("nightly", WAIT)
    broken, quick = console.create("broken", FAIL), console.create("quick", PASS, "EXPRESS")
    for number in range(3):
        console.end_of(console.start(order, {"customer": f"Zoë {number}"}, name=f"order-{number}"))
    waiting = console.start(nightly, name="tonight")
    failed = console.start(broken, {"customer": "Ada"}, name="first")
    console.start(quick, {"customer": "Bob"}, name="fast")
    console.end_of(failed)
    console.reached(waiting, "WaitStateEntered")
    return Filled(console, failed, waiting)


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedConsole]:
    """The console of another home, for tests that add executions: the others list all of theirs."""
    with opened_console(tmp_path_factory.mktemp("changing") / "home") as console:
        yield console


def names(console: OpenedConsole, address: str) -> list[str]:
    """Returns the names of the executions on a page, which its data has, too."""
    listed = [one["name"] for one in console.data(address)["executions"]]
    page = console.get(address).text
    shown = re.findall(r'<th scope="row" data-label="Execution"><a [^>]*id="arn:[^>]*>([^<]*)</a>', page)
    assert [unescape(name) for name in shown] == listed
    return listed


def test_machines(filled: Filled) -> None:
    """Each machine has its figures, and links to its executions."""
    machines = {one["name"]: one for one in filled.console.data("/console/")["stateMachines"]}
    assert list(machines) == ["broken", "nightly", "order", "quick"]
    broken, nightly, order, quick = machines.values()
    assert (broken["failedToday"], broken["lastError"]) == (1, "Broken")
    assert (nightly["running"], "medianMs" in nightly) == (1, False)
    assert [run["name"] for run in order["lastRuns"]] == ["order-2", "order-1", "order-0"]
    assert (quick["type"], quick["lastRuns"][0]["name"]) == ("EXPRESS", "fast")
    page = filled.console.get("/console/").text
    for link in (
        'href="/console/machines/order/executions/order-1"',
        'href="/console/machines/nightly?status=RUNNING"',
        'href="/console/machines/order/start"',
        'title="first: failed,',
        'title="tonight: waiting"',
    ):
        assert link in page


def test_reader_is_offered_no_start(filled: Filled) -> None:
    """A reader without the token sees the same lists, but nothing that starts an execution."""
    for address in ("/console/", "/console/machines/order"):
        page = filled.console.request("GET", address)
        assert page.status == 200
        assert "/start" not in page.text


def test_machines_by_name(filled: Filled) -> None:
    """A part of the name finds machines."""
    found = filled.console.data("/console/?name=R")["stateMachines"]
    assert [one["name"] for one in found] == ["broken", "order"]
    assert "No state machine" in filled.console.get("/console/?name=zzz").text


ALL = ["fast", "first", "tonight", "order-2", "order-1", "order-0"]


@pytest.mark.parametrize(
    "address, listed",
    [
        ("executions", ALL),
        ("executions?status=", ALL),
        ("executions?status=RUNNING", ["tonight"]),
        ("executions?status=failed,timed_out", ["first"]),
        ("executions?name=order-", ["order-2", "order-1", "order-0"]),
        ("executions?name=*-1", ["order-1"]),
        ("executions?text=ada", ["first"]),
        ("executions?text=Zo%C3%AB+1", ["order-1"]),
        ("executions?from=2020-01-01&to=2020-12-31T10:00", []),
        ("executions?from=2020-01-01T10:00&to=2999-12-31", ALL),
        ("machines/order", ["order-2", "order-1", "order-0"]),
        ("machines/order?text=ada", []),
        ("machines/order?name=order-2&text=zo", ["order-2"]),
        ("machines/nightly?status=RUNNING", ["tonight"]),
        ("machines/quick", ["fast"]),
        ("machines/order?alias=live", []),
    ],
)
def test_filters(filled: Filled, address: str, listed: list[str]) -> None:
    """The filters of an address are those of the list."""
    assert names(filled.console, f"/console/{address}") == listed


@pytest.mark.parametrize(
    "query, message",
    [
        ("status=GONE", "There is no status 'GONE'"),
        ("from=yesterday", "from='yesterday' is not a time"),
        ("to=99999-01-01", "to='99999-01-01' is not a time"),
        ("version=x", "A version is a number"),
        ("after=x.y", "after and before are as in the links"),
    ],
)
@pytest.mark.parametrize("path", ["executions", "machines/order"])
def test_refused_filters(filled: Filled, path: str, query: str, message: str) -> None:
    """The page says what is wrong, and keeps the filters."""
    page = filled.console.get(f"/console/{path}?{query}&text=kept")
    assert page.status == 400
    assert message in unescape(page.text)
    assert 'value="kept"' in page.text
    assert filled.console.get(f"/console/{path}.json?{query}").data["error"]["code"] == "ValidationException"


def test_hint_for_a_part_of_a_name(filled: Filled) -> None:
    """A name that does not begin so may contain it: the page links to that search."""
    page = filled.console.get("/console/executions?name=der-1").text
    assert 'href="/console/executions?name=%2Ader-1%2A"' in page


def test_machine_page(filled: Filled) -> None:
    """It has what runs now and what that waits for, and links to versions and aliases."""
    console = filled.console
    data = console.data("/console/machines/nightly")
    assert (data["type"], data["status"]) == ("STANDARD", "ACTIVE")
    (state,) = data["running"][0]["states"]
    assert (state["name"], state["waitsFor"]) == ("W", "time")
    page = console.get("/console/machines/nightly").text
    assert 'href="/console/machines/nightly/executions/tonight?state=%2FW"' in page
    version = console.call("PublishStateMachineVersion", stateMachineArn=data["stateMachineArn"])
    routing = [{"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}]
    console.call("CreateStateMachineAlias", name="live", routingConfiguration=routing)
    page = console.get("/console/machines/nightly").text
    assert 'href="/console/machines/nightly/definition?version=1"' in page
    assert 'href="/console/machines/nightly?alias=live"' in page
    other = console.get("/console/machines/nightly/executions?status=RUNNING")
    assert (other.status, other.headers["location"]) == (303, "/console/machines/nightly?status=RUNNING")


@pytest.mark.parametrize("name", ["gone", "order:1", "order%2FLabel", "%00"])
def test_unknown_machine(filled: Filled, name: str) -> None:
    """A machine that does not exist is an error page with AWS's code."""
    page = filled.console.get(f"/console/machines/{name}")
    assert page.status == 404
    assert "StateMachineDoesNotExist" in page.text


def test_deleted_machine(changing: OpenedConsole) -> None:
    """The executions of a deleted machine remain, and their page says that it is deleted."""
    gone = changing.create("old", PASS)
    changing.end_of(changing.start(gone, name="last-one"))
    changing.call("DeleteStateMachine", stateMachineArn=gone)
    page = changing.get("/console/machines/old").text
    assert "was deleted" in page
    assert "/start" not in page
    assert names(changing, "/console/executions?name=last") == ["last-one"]


def test_pages_of_many(changing: OpenedConsole) -> None:
    """Older and newer pages follow each other, each execution once."""
    one = changing.start(changing.create("many", PASS), name="run")
    changing.end_of(one)
    count = 2 * PAGE + 10
    copy_execution(changing.home, one, count - 1, apart_ms=1)
    address, pages = "/console/machines/many", list[list[str]]()
    while address:
        pages.append(names(changing, address))
        address = link(changing, address, "next")
    assert [len(page) for page in pages] == [PAGE, PAGE, 10]
    assert len({name for page in pages for name in page}) == count
    second = link(changing, "/console/machines/many", "next")
    third = link(changing, second, "next")
    assert names(changing, link(changing, third, "prev")) == pages[1]
    assert names(changing, link(changing, second, "prev")) == pages[0]
    assert link(changing, second, "first") == "/console/machines/many"


def link(console: OpenedConsole, address: str, relation: str) -> str:
    found = re.search(f'href="([^"]*)" rel="{relation}"', console.get(address).text)
    return unescape(found[1]) if found else ""


def test_live(changing: OpenedConsole) -> None:
    """A started execution appears on an open page, and its row changes when it ends."""
    fails = changing.create("fails", FAIL)
    page = changing.get("/console/machines/fails")
    version = re.search('data-version="([^"]*)"', page.text)
    assert version is not None
    connection = HTTPConnection(changing.host, timeout=TIMEOUT_SECONDS)
    headers = {"Accept": "text/event-stream", "Cookie": changing.cookie}
    connection.request("GET", f"/console/machines/fails?since={version[1]}", headers=headers)
    response = connection.getresponse()
    changing.start(fails, name="soon")
    shown: Any = ""
    while "failed" not in shown:
        line = response.readline().decode()
        assert line, "the stream has ended"
        shown = line if line.startswith("data:") and "soon" in line else shown
    connection.close()
