"""Takes the screenshots of docs/pictures: `python -m tests.screenshots`.

report-light.png, report-dark.png    the report of an order whose card was declined
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Literal

from sfn_cli.views.execution.dataflow import dataflow
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.failure.explain import explain_failure
from sfn_cli.views.report.report import render_report
from sfn_cli.views.report.report_input import ReportInput
from tests.browser import CHROMIUM, chromium
from tests.views.recorded import source_of

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"

_EXECUTION = "order-declined"
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
        path = Path(folder) / "report.html"
        path.write_text(report, encoding="utf-8")
        for theme in _THEMES:
            page = browser.new_page(color_scheme=theme, viewport={"width": 1200, "height": 860})
            page.goto(path.as_uri())
            page.locator(".timeline a", has_text="Charge").click()
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=FOLDER / f"report-{theme}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
