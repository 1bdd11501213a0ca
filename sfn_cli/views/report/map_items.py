"""The items of a Map: a heat map, and the failed items by error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.execution.map_counts import format_map_counts, map_counts
from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.picture.heat_map import draw_heat_map
from sfn_cli.views.report.secrets import mask_text
from sfn_cli.views.statuses import FAILURES
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.execution.state_visit import StateVisit, Thread
    from sfn_cli.views.report.report_input import ReportInput
    from sfn_cli.views.statuses import Status

_MOST_ITEMS = 20_000
_MOST_ERRORS = 10
_MOST_NUMBERS = 12
"""The maximum number of items that are listed for one error."""


def map_words(visit: StateVisit, given: ReportInput) -> str:
    """Returns the progress of a Map: "138 of 300 · 8 running · 0 failed"; "" for other states."""
    counts = map_counts(visit, given.view.source)
    return "" if counts is None else format_map_counts(counts, is_open=visit.ended_at is None)


def draw_map_items(visit: StateVisit, given: ReportInput) -> Iterator[Markup]:
    """Yields the part of a Map's panel about its items; nothing for other states."""
    words = map_words(visit, given)
    if words:
        yield element("h3", {}, "Items ", element("span", {"class": "note"}, words))
    if not visit.threads or visit.type != "Map":
        return  # the items of a Map Run are separate executions
    statuses = [_status_of_item(thread, given) for thread in visit.threads[:_MOST_ITEMS]]
    not_begun = (visit.item_count or 0) - len(visit.threads)
    statuses += ["NOT_VISITED"] * max(0, min(not_begun, _MOST_ITEMS - len(statuses)))
    yield draw_heat_map(statuses, f"Items of {visit.state}: {words}")
    errors = _errors_of_items(visit)
    if errors:
        yield element("ul", {}, *(_draw_error(error, items) for error, items in errors[:_MOST_ERRORS]))
    if len(errors) > _MOST_ERRORS:
        yield element("p", {"class": "note"}, f"… {len(errors) - _MOST_ERRORS} other errors")


def _status_of_item(thread: Thread, given: ReportInput) -> Status:
    if thread.ended_at is not None or not thread.visits:
        return thread.status
    return display_status(thread.visits[-1], given.pending)


def _errors_of_items(visit: StateVisit) -> list[tuple[str, list[int]]]:
    """Returns the errors of failed iterations, most frequent first, with their indexes."""
    found: dict[str, list[int]] = {}
    for thread in visit.threads:
        if thread.status in FAILURES:
            error = thread.visits[-1].error if thread.visits else None
            found.setdefault(error or "no recorded error", []).append(thread.index)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _draw_error(error: str, items: list[int]) -> Markup:
    numbers = ", ".join(map(str, items[:_MOST_NUMBERS]))
    more = f" and {len(items) - _MOST_NUMBERS} more" if len(items) > _MOST_NUMBERS else ""
    text = f" in {len(items)}: item{'' if len(items) == 1 else 's'} {numbers}{more}"
    return element("li", {}, element("span", {"class": "error"}, mask_text(error)), text)
