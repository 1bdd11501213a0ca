"""The page of an execution in a browser: one selection, keys, time, live changes, without a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.console.browsing import check_page
from tests.console.execution.demo import FAILED, PAGES, WAITING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole

SELECTED = "#picture .state.selected .name"
PANEL = "#state-panel h2"


def expect_selected(page: Page, state: str, *, has_rows: bool = True) -> None:
    """Waits until the state is the selected one in the graph, the view and the panel, and has the focus."""
    expect(page.locator(SELECTED)).to_have_text(state)
    expect(page.locator(PANEL)).to_contain_text(state)
    if has_rows:
        expect(page.locator("#view tr.selected th a").first).to_contain_text(state)


@pytest.mark.parametrize(
    "query, scheme",
    [
        ("?state=/Refuse", "light"),
        ("?view=timeline", "dark"),
        ("?view=events&at=20", "light"),
        ("?view=data&find=Big", "dark"),
    ],
)
def test_has_no_faults(browsing: Browsing, query: str, scheme: Literal["light", "dark"]) -> None:
    """Each view is accessible."""
    check_page(browsing.open(f"{PAGES}/{FAILED}{query}", scheme=scheme))


@pytest.mark.parametrize("below", ["?state=/Refuse", "/compare", f"/compare/{WAITING}"])
def test_fits_a_phone(browsing: Browsing, below: str) -> None:
    """Pages do not scroll sideways at 360 pixels."""
    check_page(browsing.open(f"{PAGES}/{FAILED}{below}", width=360))


def test_selection_by_pointer(browsing: Browsing) -> None:
    """A click on a state, or on a row of any view, selects it everywhere; Back undoes that."""
    page = browsing.open(f"{PAGES}/{FAILED}")
    page.locator("#picture .state", has_text="Left").click()
    expect_selected(page, "Left")
    page.locator("#view a", has_text="Refuse").click()
    expect_selected(page, "Refuse")
    page.get_by_role("link", name="Events").click()
    expect_selected(page, "Refuse", has_rows=False)
    page.locator("#view a", has_text="Way").first.click()
    expect_selected(page, "Way", has_rows=False)
    page.go_back()
    expect_selected(page, "Refuse", has_rows=False)
    assert "view=events" in page.url


def test_selection_by_address(browsing: Browsing) -> None:
    """A link to #/State selects the state."""
    page = browsing.open(f"{PAGES}/{FAILED}?view=timeline")
    page.goto(f"{page.url}#/Each[0]/Big")
    page.reload()
    expect_selected(page, "Big")


def test_keys(browsing: Browsing) -> None:
    """Keys move along the edges of the graph, to failures, states and views; the focus follows."""
    page = browsing.open(f"{PAGES}/{FAILED}")
    for key, state in (
        ("f", "Refuse"), ("ArrowUp", "Way"), ("ArrowUp", "Each"), ("ArrowDown", "Way"), ("Home", "Check"),
        ("ArrowRight", "Prepare"), ("ArrowRight", "Left"), ("ArrowLeft", "Prepare"), ("ArrowDown", "Each"),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect_selected(page, state)
    expect(page.locator("#picture .state.selected")).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator("#tabs a[aria-current]")).to_have_text("Timeline")
    page.keyboard.press("/")
    page.keyboard.type("Big")
    page.keyboard.press("Enter")
    expect_selected(page, "Big")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator("#picture .state.selected")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_scrub(browsing: Browsing) -> None:
    """Keys, links and the slider move through the events; the graph is as it was then."""
    page = browsing.open(f"{PAGES}/{FAILED}")
    refuse = page.locator("#picture .state", has_text="Refuse")
    expect(refuse).to_have_class(re.compile("failed"))
    page.keyboard.press(",")
    expect(page.locator("h1")).to_contain_text("after event")
    page.keyboard.press(",")
    page.keyboard.press(",")
    expect(refuse).to_have_class(re.compile("not_visited"))
    page.get_by_label("One event forward").click()
    page.get_by_label("First event").click()
    expect(page.locator("h1")).to_contain_text("after event 1 of")
    page.get_by_role("slider").fill("4")
    expect(page.locator("h1")).to_contain_text("after event 4 of")
    expect(page.locator("#picture .state", has_text="Check")).to_have_class(re.compile("succeeded"))
    expect(page.get_by_role("link", name="Now")).to_be_visible()
    expect(page.get_by_role("slider")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("h1")).not_to_contain_text("after event")
    expect(refuse).to_have_class(re.compile("failed"))


def test_live(browsing: Browsing, console: OpenedConsole) -> None:
    """An open page shows the end of an execution, in every part, and keeps the selection."""
    machine = console.call("ListStateMachines")["stateMachines"][0]["stateMachineArn"]
    execution = console.start(machine, {"items": [1]}, name="stopped")
    console.reached(execution, "WaitStateEntered")
    page = browsing.open(f"{PAGES}/stopped?view=events&state=/Wait")
    expect(page.locator("h1")).to_contain_text("waiting")
    expect(page.locator(PANEL)).to_contain_text("waiting")
    console.call("StopExecution", executionArn=execution, error="Enough")
    expect(page.locator("h1")).to_contain_text("aborted")
    expect(page.locator("#view tr", has_text="ExecutionAborted")).to_be_visible()
    expect(page.locator("#picture .state.selected")).to_have_class(re.compile("aborted"))
    expect(page.locator(PANEL)).to_contain_text("aborted")
    expect(page.locator("body[data-live]")).to_have_count(0)


def test_without_a_script(browsing: Browsing) -> None:
    """All views, states and moments are links, and the slider and the search are forms."""
    page = browsing.open(f"{PAGES}/{FAILED}", with_script=False)
    page.get_by_role("link", name="Timeline").click()
    page.locator("#picture .state", has_text="Refuse").click()
    expect_selected(page, "Refuse")
    page.get_by_label("One event back").click()
    expect(page.locator("h1")).to_contain_text("after event")
    page.get_by_role("searchbox").fill("Right")
    page.keyboard.press("Enter")
    expect_selected(page, "Right")
    expect(page.locator("#tabs a[aria-current]")).to_have_text("Timeline")
