"""`sfn ps`: running executions, the states they are in, and what they wait for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from sfn_cli.api.views.lists_as_json import running_execution_as_json
from sfn_cli.arn import is_map_run_child_arn, name_of_execution
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.lists import list_output
from sfn_cli.cli.lists.columns import Column, column_lines
from sfn_cli.cli.lists.list_times import format_until
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.output import local_time_in_output, local_zone
from sfn_cli.cli.show.styled_output import write_lines
from sfn_cli.views.execution.map_counts import format_map_counts
from sfn_cli.views.text.styled_line import Span
from sfn_cli.views.text.time_spans import format_rough_span

if TYPE_CHECKING:
    from sfn_cli.api.views.running_executions import RunningExecution, RunningList
    from sfn_cli.cli.lists.columns import Row
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.running_states import RunningMap, RunningState
    from sfn_cli.views.text.styled_line import StyledLine

_DEFAULT_ITEMS = 50

_SHOWN_STATES = 4
"""How many states of one execution are shown, each in a row."""


@click.command("ps")
@click.argument("machine", required=False)
@click.option(
    "--max-items",
    type=click.IntRange(min=1),
    default=_DEFAULT_ITEMS,
    show_default=True,
    metavar="NUMBER",
    help="How many executions to show.",
)
@click.option(
    "--children",
    is_flag=True,
    help="Also list the running child executions of Map Runs, below their execution.",
)
@click.pass_obj
def ps(terminal: Terminal, machine: str | None, max_items: int, children: bool) -> ExitCode:
    """Lists running executions, their current states and what these wait for.

    Executions are listed newest first: all, or those of MACHINE. Each current state has its duration, its
    deadline, what it waits for, and the command that answers it. An execution that sfn cannot continue is
    marked as suspended.

    With --output or --query, the list is data.

    \b
    Examples:
      sfn ps
      sfn ps order --children
      sfn ps --output json --query 'executions[?states[?waitsFor==`answer`]].executionArn'
    """
    _ = terminal.query, terminal.output  # validates both first
    with Backend(terminal) as backend:
        found = _running_list(backend, machine, max_items, with_children=children)
    if terminal.writes_data:
        items = [running_execution_as_json(each, local_time_in_output) for each in found.executions]
        terminal.write(list_output.list_answer("executions", items, has_more=found.has_more), "Executions")
        return ExitCode.SUCCESS
    write_lines(running_lines(found, machine, list_output.list_columns()), sys.stdout, color=terminal.color)
    if found.has_more:
        left = None if found.total is None else found.total - len(found.executions)
        list_output.write_more_note(terminal, left)
    return ExitCode.SUCCESS


def _running_list(backend: Backend, machine: str | None, limit: int, *, with_children: bool) -> RunningList:
    from sfn_cli.cli.lists import machine_argument

    machine_arn = None if machine is None else machine_argument.resolve_machine(backend, machine)
    if backend.is_remote:
        from sfn_cli.cli.lists import remote_lists

        return remote_lists.remote_running_list(backend, machine_arn, limit, with_children=with_children)
    from sfn_cli.api.following import try_to_keep_worker_alive
    from sfn_cli.api.views.running_executions import list_running_executions

    try_to_keep_worker_alive(backend.service)
    return list_running_executions(
        backend.service, machine_arn, limit, with_children=with_children, zone=local_zone()
    )


_COLUMNS = (
    Column("Execution", least=16),
    Column("State", least=10),
    Column("For", spare=3),
    Column("Until", spare=2),
    Column("Waits for", least=12, spare=1),
)
_PIPED_COLUMNS = (*_COLUMNS, Column("Answer"))


def running_lines(found: RunningList, machine: str | None, width: int | None) -> list[StyledLine]:
    """Returns the list for people: a row for each state, and below it the command that answers it.

    In a pipe (width None) each row includes the name of its execution and the command.
    """
    if not found.executions:
        only = "No executions are running." if machine is None else f"No executions of {machine} are running."
        return [[Span(only)]]
    rows = [row for running in found.executions for row in _running_rows(running)]
    if width is None:
        lines = column_lines(_PIPED_COLUMNS, [_piped_row(row) for row in rows], None)
    else:
        title, *rest = column_lines(_COLUMNS, [row.cells for row in rows], width)
        lines = [title]
        for line, row in zip(rest, rows, strict=True):
            lines.append(line)
            if row.answer is not None:
                lines.append([Span("    → "), Span(row.answer, "code")])
    return lines


class _StateRow(NamedTuple):
    """A row of the list: its cells, the execution's name, and the command that answers it."""

    cells: Row
    execution: str
    answer: str | None


def _piped_row(row: _StateRow) -> Row:
    return ([Span(row.execution)], *row.cells[1:], [Span(row.answer or "")])


def _running_rows(running: RunningExecution) -> list[_StateRow]:
    called = name_of_execution(running.arn)
    is_child = is_map_run_child_arn(running.state_machine_arn)  # then it is below its execution
    name = [Span("  └ "), Span(running.name)] if is_child else [Span(called, "bold")]
    age = [Span(_rough_age(running, running.started_at))]
    if running.suspension is not None:
        state = [Span(", ".join(state.name for state in running.states[:_SHOWN_STATES]))]
        why = [Span(f"suspended: {running.suspension}", "failed")]
        stop = f"sfn stop-execution --execution-arn {called}"
        return [_StateRow((name, state, age, [], why), called, stop)]
    if running.fault is not None:
        return [_StateRow((name, [], age, [], [Span("cannot be read", "failed")]), called, "sfn doctor")]
    rows: list[_StateRow] = []
    around: RunningMap | None = None
    for shown in running.states[:_SHOWN_STATES]:
        if shown.map is not None and shown.map != around:
            rows.append(_StateRow(_map_cells([] if rows else name, shown.map, running), called, None))
        around = shown.map
        rows.append(_StateRow(_state_cells([] if rows else name, shown, running), called, shown.answer))
    more = sum(state.visits for state in running.states[_SHOWN_STATES:])
    if more:
        rows.append(_StateRow(([], [Span(f"… {more:,} more", "dim")], [], [], []), called, None))
    return rows or [_StateRow((name, [], age, [], []), called, None)]


def _rough_age(running: RunningExecution, since: int) -> str:
    return format_rough_span(running.now - since)


def _map_cells(name: StyledLine, around: RunningMap, running: RunningExecution) -> Row:
    """Returns the cells of a Map's row, which is above those of the states in its iterations."""
    counts = format_map_counts(around.counts, is_open=True)
    age = _rough_age(running, around.since)
    return (name, [Span(around.name, "running")], [Span(age)], [], [Span(counts)])


def _state_cells(name: StyledLine, state: RunningState, running: RunningExecution) -> Row:
    count = f" × {state.visits:,}" if state.visits > 1 else ""
    style = "waiting" if state.waits_for not in (None, "function") else "running"
    return (
        name,
        [Span(f"{state.name}{count}", style)],  # type: ignore[arg-type]
        [Span(_rough_age(running, state.since))],
        [Span("" if state.until is None else format_until(state.until - running.now))],
        [Span(state.words)],
    )
