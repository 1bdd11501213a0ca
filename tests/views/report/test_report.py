"""A report has a complete execution in one file, without its secrets."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser

import pytest

from sfn_cli.drivers.in_process.execution import InProcessExecution
from sfn_cli.jsonvalue import Payload, dumps
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.failure.explain import explain_failure
from sfn_cli.views.report.chosen_visits import MOST_VISITS, report_visits
from sfn_cli.views.report.event_table import MOST_EVENTS
from sfn_cli.views.report.payloads import MOST_CHARACTERS
from sfn_cli.views.report.report import render_report
from sfn_cli.views.report.report_input import ReportInput
from sfn_cli.views.source import ClockJump, ExecutionSource
from tests.views.recorded import NAMES, source_of

_VOID = {"meta", "br"}


class ReadPage(HTMLParser):
    """Reads a page: its ids, the targets of its links, and its text without scripts and stylesheets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        for name, value in attrs:
            assert name != "style" and not name.startswith("on")
            if name == "id":
                self.ids.append(str(value))
            if name in ("href", "src", "action", "data"):
                self.links.append(str(value))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("script", "style"):
            self.text += data


def report_of(source: ExecutionSource, *, at: int | None = None) -> str:
    view = fold_execution(source, at=at)
    return render_report(
        ReportInput(view, view.last_at, pending=pending_of(view), failure=explain_failure(view))
    )


@pytest.mark.parametrize("name", NAMES)
def test_page(name: str) -> None:
    """Each visit has a row with a link to its panel; ids are unique; all links are within the page."""
    source = source_of(name)
    page = ReadPage(report_of(source))
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    visits = list(fold_execution(source).visits())
    assert len(visits) <= MOST_VISITS
    for visit in visits:
        assert f"visit-{visit.entered_id}" in page.ids
        assert f"#visit-{visit.entered_id}" in page.links
    assert source.name in page.text
    assert report_of(source) == report_of(source)


@pytest.mark.parametrize("name", NAMES)
def test_history_that_stops_anywhere(name: str) -> None:
    """A report can be rendered after any event."""
    source = source_of(name)
    ids = [event.id for event in source.history]
    for at in ids[:: max(1, len(ids) // 8)]:
        ReadPage(report_of(source, at=at))


@pytest.mark.parametrize("name", ["payment-waiting", "callback", "signup"])
def test_no_token(name: str) -> None:
    """Task tokens in the history are not in the report, in any payload."""
    source = source_of(name)
    tokens = {
        found
        for event in source.history
        if event.payload is not None
        for found in re.findall(r"[0-9a-f]{128}", event.payload.text)
    }
    report = report_of(source)
    assert tokens and not [token for token in tokens if token in report]
    assert "(masked)" in report


def test_no_seed() -> None:
    """The execution's secret seed is not in the report."""
    assert "a-secret-seed" not in report_of(source_of("order")._replace(seed="a-secret-seed"))


def test_failure() -> None:
    """The reason for a failure is at the top, with the stack trace and next steps."""
    text = ReadPage(report_of(source_of("nested-map"))).text
    top = text[: text.index("Timeline")]
    for said in (
        "KeyError",
        "'caviar'",
        "app.py:10 in price_of",
        "EachOrder[2] › EachLine[1] › Price",
        "sfn ",
    ):
        assert said in top


def test_two_clocks() -> None:
    """Times of a virtual clock are shown together with the wall clock's."""
    source = source_of("hello-world")
    start, end = source.history[0].at, source.history[-1].at
    text = ReadPage(report_of(source._replace(jumps=(ClockJump(start + 1, end - 1),)))).text
    assert "Virtual time" in text and "Wall-clock time" in text and "of wall time" in text


@pytest.mark.parametrize("definition", [None, "not JSON"])
def test_without_definition(definition: str | None) -> None:
    """Without a picture, the outline is shown instead, with the reason."""
    page = ReadPage(report_of(source_of("order-declined")._replace(definition=definition)))
    assert "There is no picture" in page.text
    assert "Charge" in page.text and "/Charge" not in page.ids


def test_without_graphlay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the report says how to install it."""
    monkeypatch.setitem(sys.modules, "graphlay", None)
    text = ReadPage(report_of(source_of("order-declined"))).text
    assert "Install the extra console: " in text and "├──" in text


def test_any_text() -> None:
    """Markup and control characters in data are shown and have no effect."""
    name, text = "<b>\x1b[31m & 'State'", "</pre><script>alert(1)</script>\u202e\x00\ud800"
    definition = {"StartAt": name, "States": {name: {"Type": "Pass", "Result": text, "End": True}}}
    source = _source_of_run(definition, {text: text})
    page = ReadPage(report_of(source))
    assert "<script>alert(1)</script>" in page.text
    assert "\\u202e" in page.text and "\\u0000" in page.text
    assert report_of(source).count("<script") == 1


@pytest.mark.slow
def test_large_execution() -> None:
    """Of many states with much data, some are shown, failed ones first, and the rest is counted."""
    definition = {
        "StartAt": "Each",
        "States": {
            "Each": {
                "Type": "Map",
                "ToleratedFailurePercentage": 100,
                "ItemProcessor": {
                    "StartAt": "Is",
                    "States": {
                        "Is": {
                            "Type": "Choice",
                            "Choices": [{"Variable": "$.n", "NumericEquals": 690, "Next": "Bad"}],
                            "Default": "Good",
                        },
                        "Good": {"Type": "Succeed"},
                        "Bad": {"Type": "Fail", "Error": "TooLarge"},
                    },
                },
                "Next": "Last",
            },
            "Last": {"Type": "Fail", "Error": "Last"},
        },
    }
    items = [{"n": n, "data": "x" * 3000} for n in range(700)]
    source = _source_of_run(definition, items)
    view = fold_execution(source)
    assert len(report_visits(view)) == MOST_VISITS
    assert "Bad" in {visit.state for visit in report_visits(view)}
    report = report_of(source)
    assert len(report) < 3 * MOST_CHARACTERS
    text = ReadPage(report).text
    assert "more visits of states are left out" in text
    assert f"{len(source.history) - MOST_EVENTS:,} more events" in text
    assert "more characters" in text


def _source_of_run(definition: object, input: object) -> ExecutionSource:
    text = dumps(definition)
    execution = InProcessExecution(text, Payload(input))
    execution.run()
    return ExecutionSource("Machine/run", execution.history, text, "arn:of:it")
