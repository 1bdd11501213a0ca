"""The lists and the start page in a browser: what the keyboard and a narrow screen can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.console.browsing import check_page
from tests.console.machines import FAIL, PASS, WAIT
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from typing import Literal

    from playwright.sync_api import Page

    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole


@pytest.fixture(scope="module")
def filled(console: OpenedConsole) -> OpenedConsole:
    """A console whose machine `order` has an execution of each look."""
    order = console.create("order", PASS)
    for name in ("first", "second"):
        console.end_of(console.start(order, {"customer": name}, name=name))
    waiting = console.start(console.create("nightly", WAIT), name="tonight")
    console.end_of(console.start(console.create("broken", FAIL), name="failed"))
    console.reached(waiting, "WaitStateEntered")
    return console


PAGES = ("", "executions", "executions?text=x", "machines/order", "machines/nightly", "machines/order/start")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 360)] if THOROUGH else [("dark", 360)])
def test_pages(
    filled: OpenedConsole, browsing: Browsing, path: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """Each page is accessible, and fits a wide and a narrow window."""
    check_page(browsing.open(f"/console/{path}", scheme=scheme, width=width))


def test_no_machines(browsing: Browsing, console: OpenedConsole) -> None:
    """A filter without results is a page, too."""
    check_page(browsing.open("/console/?name=zzz"))


def test_start_by_keyboard(filled: OpenedConsole, browsing: Browsing) -> None:
    """From the list to a running execution, with an input that is corrected once."""
    page = browsing.open("/console/machines/order/start")
    page.get_by_label("Input (JSON)").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type('{"customer": Ada}')
    press_start(page)
    assert "line 1, column 17" in page.get_by_role("alert").inner_text()
    check_page(page)
    browsing.faults.clear()  # the browser reports the status 400
    page.get_by_label("Input (JSON)").fill('{"customer": "Ada"}')
    press_start(page)
    page.wait_for_url("**/executions/*")
    page.goto(f"{filled.url}/console/machines/order/start")
    page.get_by_role("link", name="Use the input of second").click()
    assert page.get_by_label("Input (JSON)").input_value() == '{"customer": "second"}'


def press_start(page: Page) -> None:
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state("load")


def test_new_executions_appear(filled: OpenedConsole, browsing: Browsing) -> None:
    """An open list shows a new execution, and the machines' page its tick; the focus stays."""
    lists, machines = browsing.open("/console/executions"), browsing.open()
    focused = lists.get_by_role("link", name="second")
    focused.focus()
    (broken,) = [one for one in filled.data("/console/")["stateMachines"] if one["name"] == "broken"]
    filled.start(broken["stateMachineArn"], name="live")
    row = lists.get_by_role("row").filter(has_text="live")
    row.get_by_text("failed").wait_for()
    machines.locator("a.tick[title^='live: failed']").wait_for()
    assert focused.evaluate("element => element === document.activeElement")
