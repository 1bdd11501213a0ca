"""The running executions of a machine with their states, and what these wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.server.console.pages.lists.run_table import draw_status
from sfn_cli.views.console.addresses import execution_address, machine_address
from sfn_cli.views.console.times import draw_duration, draw_time
from sfn_cli.views.execution.map_counts import format_map_counts
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sfn_cli.api.views.running_executions import RunningExecution, RunningList
    from sfn_cli.views.running_states import RunningState

_SHOWN_STATES = 4


def draw_running(running: RunningList | None, machine: str, by_wall_clock: Collection[str]) -> Markup:
    """Returns the element `running`; it is empty if nothing runs.

    Only for the executions `by_wall_clock` (ARNs), the browser can count how long a state has lasted.
    """
    if running is None or not running.executions:
        return element("section", {"id": "running", "hidden": True})
    titles = ("Execution", "State", "For", "Until", "Waits for")
    rows = (
        row for one in running.executions for row in _draw_running_execution(one, one.arn in by_wall_clock)
    )
    more = Markup("")
    if running.has_more:
        address = machine_address(machine, query={"status": "RUNNING"})
        total = "" if running.total is None else f"All {running.total:,} "
        more = element("p", {}, element("a", {"href": address}, f"{total}running executions"))
    return element(
        "section",
        {"id": "running", "aria-label": "Running executions"},
        element("h2", {}, "Running"),
        element("table", {"class": "cards"}, draw_table_head(titles), element("tbody", {}, *rows)),
        more,
    )


def _draw_running_execution(running: RunningExecution, by_wall_clock: bool) -> Iterator[Markup]:
    """Yields a row for each of its states, the first with the name of the execution."""
    name = element(
        "a", {"href": execution_address(running.arn), "id": f"running-{running.arn}"}, running.name
    )
    if running.suspension is not None or running.fault is not None:
        reason = running.suspension or "It cannot be read. To examine the store: sfn doctor"
        status = draw_status("FAILED", suspension=running.suspension)
        cells = (name, status, draw_duration(running.started_at, None), "", reason)
        yield _running_row(cells)
        return
    for number, state in enumerate(running.states[:_SHOWN_STATES]):
        yield _running_row((name if number == 0 else "", *_state_cells(state, running.arn, by_wall_clock)))
    if not running.states:
        yield _running_row((name, "", draw_duration(running.started_at, None), "", ""))
    more = sum(state.visits for state in running.states[_SHOWN_STATES:])
    if more:
        yield _running_row(("", f"… {more:,} more", "", "", ""))


def _state_cells(state: RunningState, arn: str, by_wall_clock: bool) -> tuple[Markup | str, ...]:
    times = f" × {state.visits:,}" if state.visits > 1 else ""
    is_waiting = state.waits_for not in (None, "function")
    look = f"mark-{'waiting' if is_waiting else 'running'}"
    address = execution_address(arn, query={"state": state.path})
    link = element("a", {"href": address, "class": look}, f"{state.name}{times}")
    parts = [link]
    if state.map is not None:
        counts = format_map_counts(state.map.counts, is_open=True)
        parts = [element("span", {}, f"{state.map.name} ({counts}): "), link]
    answer = [" ", element("code", {}, state.answer)] if state.answer else []
    return (
        join_markup(parts),
        draw_duration(state.since, None) if by_wall_clock else "by its own clock",
        "" if state.until is None else draw_time(state.until, None),
        join_markup([state.words, *answer]),
    )


def _running_row(cells: tuple[Markup | str, ...]) -> Markup:
    labels = ("State", "For", "Until", "Waits for")
    name, *others = cells
    return element(
        "tr",
        {},
        element("th", {"scope": "row", "data-label": "Execution"}, name) if name else element("td", {}),
        *(
            element("td", {"data-label": label if content else None}, content)
            for label, content in zip(labels, others, strict=True)
        ),
    )
