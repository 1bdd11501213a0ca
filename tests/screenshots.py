"""Takes the screenshots of docs/pictures: `python -m tests.screenshots`.

report-….png             the report of an order whose card was declined
console-….png            the console: the page of an execution, with the state that failed
console-machines-….png   the console: all state machines

Each is light and dark.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sfn_cli.views.console.addresses import console_address, execution_address
from sfn_cli.views.execution.dataflow import dataflow
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.failure.explain import explain_failure
from sfn_cli.views.report.report import render_report
from sfn_cli.views.report.report_input import ReportInput
from tests.browser import CHROMIUM, chromium
from tests.console.opened_console import opened_console
from tests.recorded_stores import store_recordings
from tests.views.recorded import source_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"

_EXECUTION = "order-declined"
_IN_CONSOLE = (
    "order-declined", "order", "payment-waiting", "payment-undone", "payment", "signup", "video",
    "map-running", "migration-failed", "migration", "hello-world",
)  # fmt: skip
"""The recordings in the console's store, newest first."""

_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> int:
    if CHROMIUM is None:
        print("Chromium is not installed", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    view = fold_execution(source_of(_EXECUTION))
    steps = dataflow(view.source)
    report = render_report(ReportInput(view, view.last_at, dataflow=steps, failure=explain_failure(view)))
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        _take_console_screenshots(Path(folder) / "home", browser)
        path = Path(folder) / "report.html"
        path.write_text(report, encoding="utf-8")
        for theme in _THEMES:
            page = browser.new_page(color_scheme=theme, viewport={"width": 1200, "height": 860})
            page.goto(path.as_uri())
            page.locator(".timeline a", has_text="Charge").click()
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=FOLDER / f"report-{theme}.png")
    return 0


def _take_console_screenshots(home: Path, browser: Browser) -> None:
    """Takes the pages of a console whose store has the recorded executions."""
    store_recordings(home, {name: 1 + number for number, name in enumerate(_IN_CONSOLE)})
    execution = execution_address(str(source_of(_EXECUTION).arn), query={"state": "/Charge"})
    pages = (("console", execution, 820), ("console-machines", console_address(), 460))
    with opened_console(home) as console:
        for theme in _THEMES:
            for name, address, height in pages:
                size: ViewportSize = {"width": 1200, "height": height}
                context = browser.new_context(color_scheme=theme, viewport=size)
                page = context.new_page()
                page.goto(console.link(address))
                page.screenshot(path=FOLDER / f"{name}-{theme}.png")
                context.close()


if __name__ == "__main__":
    sys.exit(main())
