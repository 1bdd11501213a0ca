"""A report opens from disk in a real browser, without requests, in both colour schemes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import pytest

from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.failure.explain import explain_failure
from sfn_cli.views.report.report import render_report
from sfn_cli.views.report.report_input import ReportInput
from tests.browser import CHROMIUM, chromium
from tests.views.picture.test_palette import contrast
from tests.views.recorded import source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Opened = tuple[Page, list[str]]
    Open = Callable[..., Opened]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the report of a recorded execution; returns the page, with its errors and requests.

    That list has its requests for anything but itself, its errors and its messages.
    """
    contexts = []

    def open_page(
        name: str, scheme: Literal["light", "dark"] = "light", *, with_script: bool = True, width: int = 1400
    ) -> Opened:
        view = fold_execution(source_of(name))
        given = ReportInput(view, view.last_at, pending_of(view), failure=explain_failure(view))
        path = tmp_path / f"{name}.html"
        path.write_text(render_report(given), encoding="utf-8")
        context = browser.new_context(
            color_scheme=scheme, java_script_enabled=with_script, viewport={"width": width, "height": 1000}
        )
        contexts.append(context)
        page, said = context.new_page(), []
        page.on("request", lambda request: said.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        said.remove(path.as_uri())
        return page, said

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["order-declined", "payment-waiting", "map-running", "redriven"])
def test_opens_without_a_request(open_report: Open, name: str, scheme: str) -> None:
    """Nothing is loaded, the page's policy blocks nothing, and no script fails."""
    page, said = open_report(name, scheme)
    page.locator(".state .name").first.click()
    page.keyboard.press("f")
    assert said == []
    assert page.title() == source_of(name).name


def test_colour_schemes(open_report: Open) -> None:
    """Each colour scheme has its own colours."""
    shots = [open_report("order-declined", scheme)[0].screenshot() for scheme in ("light", "dark")]
    assert shots[0] != shots[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["order-declined", "payment-waiting", "aborted"])
def test_contrast(open_report: Open, name: str, scheme: str) -> None:
    """All text in the page and its picture has a contrast of at least 4.5 with its background."""
    page, _ = open_report(name, scheme)
    page.get_by_role("button", name="Open all").click()
    found = page.evaluate(_COLOURS_OF_TEXTS)
    assert len(found) > 20
    faint = [(text, ink, behind) for text, ink, behind in found if contrast(_hex(ink), _hex(behind)) < 4.5]
    assert faint == []


_COLOURS_OF_TEXTS = """() => {
  const shown = (colour) => colour !== "rgba(0, 0, 0, 0)" && colour !== "none";
  const behind = (element) => {
    const state = element.closest("svg .state");
    if (state !== null) return getComputedStyle(state.querySelector(".box")).fill;
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (shown(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest("title, script, defs")) continue;
    const style = getComputedStyle(element);
    const ink = element.closest("svg") === null ? style.color : style.fill;
    const pair = [element.textContent.trim().slice(0, 30), ink, behind(element)];
    found.set(pair.slice(1).join(), pair);
    found.set(pair.join(), pair);
  }
  return Array.from(found.values());
}"""


def _hex(colour: str) -> str:
    red, green, blue, *_ = (int(float(part)) for part in re.findall(r"[\d.]+", colour))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _selected(page: Page) -> str:
    return page.locator("tr.selected").inner_text().strip()


def test_a_click_on_a_state_opens_its_panel(open_report: Open) -> None:
    """A state in the picture links to its visit; of several, to the failed one."""
    page, _ = open_report("nested-map")
    page.locator("[id='/EachOrder[0]/EachLine[0]/Price']").click()
    opened = page.locator("details.visit[open]")
    assert opened.count() == 1
    assert "EachOrder[2] › EachLine[1] › Price" in opened.inner_text()
    assert "'caviar'" in opened.inner_text()
    assert _selected(page).startswith("Price")


def test_an_address_may_name_a_state(open_report: Open) -> None:
    """report.html#/STATE opens the panel of that state's visit."""
    page, _ = open_report("order-declined")
    page.goto(f"{page.url}#/Charge")
    assert "Charge" in page.locator("details.visit[open]").inner_text()
    assert _selected(page).startswith("Charge")


def test_keyboard(open_report: Open) -> None:
    """States and rows can be reached and opened without a mouse."""
    page, _ = open_report("order-declined")
    page.locator("[id='/Charge']").focus()
    page.keyboard.press("Enter")
    assert "Charge" in page.locator("details.visit[open]").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("details.visit[open]").count() == 2
    page.keyboard.press("f")
    assert _selected(page).startswith("NotOrdered")


def test_without_script(open_report: Open) -> None:
    """Links open panels even without the script."""
    page, said = open_report("order-declined", with_script=False)
    page.locator(".timeline a", has_text="Charge").click()
    assert page.locator(".panel:visible").count() == 1
    assert "States.Http.StatusCode.402" in page.locator(".panel:visible").inner_text()
    assert said == []


@pytest.mark.parametrize("width", [400, 800, 1400])
def test_no_width_makes_the_page_scroll_sideways(open_report: Open, width: int) -> None:
    """Wide content scrolls inside the page."""
    page, _ = open_report("order-declined", width=width)
    page.get_by_role("button", name="Open all").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
