"""The table of two executions' states, with what differs in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.views.diff.execution_diff import facts_of_visit
from sfn_cli.views.diff.value_changes import ABSENT
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.report.page_style import depth_class
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sfn_cli.views.diff.execution_diff import ExecutionDiff, StateDiff, ThreadDiff
    from sfn_cli.views.diff.value_changes import ValueChange
    from sfn_cli.views.execution.state_visit import StateVisit

    AddressOf = Callable[[StateVisit], str]

_MOST_ROWS = 1000
_MOST_THREADS = 20
"""The maximum number of iterations or branches of one state that are shown: those that differ."""
_MOST_CHANGES = 20
_LONGEST_VALUE = 500

MARK_WORDS = {"": "equal", "+": "only in the second", "−": "only in the first", "~": "different"}
_MARK_LOOKS = {"": "dim", "+": "succeeded", "−": "failed", "~": "caught"}


class _ComparedRow(NamedTuple):
    """A state, or a text about iterations, and its depth."""

    depth: int
    state: StateDiff | None
    mark: str
    text: str = ""


def draw_compared_states(
    diff: ExecutionDiff, now: int, address_before: AddressOf, address_after: AddressOf
) -> Markup:
    """Returns the table. Of a Map, the iterations that differ are shown."""
    columns = ("Difference", "State", "First", "Second", "What differs")
    every = list(_compared_rows(diff.states, 0))
    rows = [
        _draw_compared_row(row, now, address_before, address_after, len(columns))
        for row in every[:_MOST_ROWS]
    ]
    if len(every) > _MOST_ROWS:
        text = f"… {len(every) - _MOST_ROWS:,} more rows"
        rows.append(element("tr", {}, element("td", {"colspan": len(columns), "class": "note"}, text)))
    table = element(
        "table",
        {"class": "timeline compared", "aria-label": "States"},
        draw_table_head(columns),
        element("tbody", {}, *rows),
    )
    return element("div", {"class": "sideways", "tabindex": 0}, table)


def draw_change_mark(mark: str) -> Markup:
    """Returns the mark of a difference, with its word for those who do not see it."""
    return element(
        "span",
        {"class": f"mark-{_MARK_LOOKS[mark]}", "title": MARK_WORDS[mark]},
        mark,
        element("span", {"class": "hidden"}, MARK_WORDS[mark]),
    )


def draw_value_changes(changes: Sequence[ValueChange]) -> Markup:
    """Returns a list of the values that differ; empty if there are none."""
    if not changes:
        return Markup("")
    items = [_draw_value_change(change) for change in changes[:_MOST_CHANGES]]
    if len(changes) > _MOST_CHANGES:
        items.append(element("li", {"class": "note"}, f"… {len(changes) - _MOST_CHANGES} more values"))
    return element("ul", {"class": "changes"}, *items)


def _draw_value_change(change: ValueChange) -> Markup:
    values = [value for value in (change.before, change.after) if value is not ABSENT]
    shown: list[str] = []
    for value in values:
        text = jsonvalue.dumps(value)
        shown += [" → "] if shown else []
        shown.append(element("code", {}, text if len(text) < _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"))
    return element("li", {}, draw_change_mark(change.mark), f" {change.path or '(the whole value)'} ", *shown)


def _compared_rows(states: Iterable[StateDiff], depth: int) -> Iterator[_ComparedRow]:
    for state in states:
        yield _ComparedRow(depth, state, state.mark)
        yield from _rows_of_threads(state.threads, depth + 1)


def _rows_of_threads(threads: Sequence[ThreadDiff], depth: int) -> Iterator[_ComparedRow]:
    differing = [thread for thread in threads if thread.mark]
    for thread in differing[:_MOST_THREADS]:
        what = f"[{thread.thread_index}]" if thread.kind == "iteration" else f"branch {thread.thread_index}"
        yield _ComparedRow(depth, None, thread.mark, what)
        if thread.mark == "~":
            yield from _compared_rows(thread.states, depth + 1)
    if len(differing) > _MOST_THREADS:
        yield _ComparedRow(depth, None, "", f"… {len(differing) - _MOST_THREADS} more iterations differ")


def _draw_compared_row(
    row: _ComparedRow, now: int, address_before: AddressOf, address_after: AddressOf, columns: int
) -> Markup:
    look = depth_class(row.depth)
    mark = element("td", {}, draw_change_mark(row.mark))
    if row.state is None:
        return element(
            "tr", {}, mark, element("th", {"scope": "row", "class": look, "colspan": columns - 1}, row.text)
        )
    state = row.state
    known = state.after or state.before
    assert known is not None
    name = element("th", {"scope": "row", "class": look}, state.name, _draw_equal_iterations(state))
    return element(
        "tr",
        {"data-state": state_id(known.path), "class": None if row.mark else "note"},
        mark,
        name,
        element("td", {}, _draw_compared_end(state.before, now, address_before)),
        element("td", {}, _draw_compared_end(state.after, now, address_after)),
        element("td", {}, *_draw_facts_that_differ(state), draw_value_changes(state.changes)),
    )


def _draw_equal_iterations(state: StateDiff) -> Markup:
    iterations = [thread for thread in state.threads if thread.kind == "iteration"]
    if not iterations:
        return Markup("")
    equal = sum(not thread.mark for thread in iterations)
    return element("span", {"class": "note"}, f" {equal} of {len(iterations)} iterations equal")


def _draw_compared_end(visit: StateVisit | None, now: int, address_of: AddressOf) -> Markup:
    if visit is None:
        return Markup("–")
    look = LOOKS[visit.status]
    retries = f" ↻ {len(visit.failures)}" if visit.failures else ""
    text = (draw_status_mark(visit.status), f" {look.word}{retries} {format_span(visit.duration_ms(now))}")
    return element("a", {"href": address_of(visit), "class": f"mark-{look.colour}"}, *text)


def _draw_facts_that_differ(state: StateDiff) -> Iterator[Markup]:
    if state.before is None or state.after is None or not state.facts_differ:
        return
    before, after = facts_of_visit(state.before), facts_of_visit(state.after)
    for name, old, new in (("error", before.error, after.error), ("cause", before.cause, after.cause)):
        if (old or "") != (new or ""):
            texts = [text for text in (old, new) if text]
            mark = "+" if not old else "−" if not new else "~"
            yield element("div", {}, draw_change_mark(mark), f" {name} ", join_markup([" → ".join(texts)]))
