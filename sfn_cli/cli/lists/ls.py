"""`sfn ls`: state machines with their last runs, or the executions of one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.api.views.lists_as_json import machine_as_json, run_as_json
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.lists import list_output
from sfn_cli.cli.lists.columns import Column, column_lines
from sfn_cli.cli.lists.list_times import format_age
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.output import local_time_in_output, local_zone
from sfn_cli.cli.show.styled_output import write_lines
from sfn_cli.views.text.styled_line import Span
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.views.machine_summaries import MachineRun, MachineSummary
    from sfn_cli.api.views.running_executions import RunningExecution
    from sfn_cli.cli.lists.columns import Row
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.text.styled_line import StyledLine

STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


@click.command("ls")
@click.argument("machine", required=False)
@click.option(
    "--status",
    type=click.Choice(STATUSES, case_sensitive=False),
    help="List executions with this status only. Needs MACHINE.",
)
@click.option(
    "--max-items",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="How many rows to show. The default is all state machines, or as many executions as fit "
    "the terminal.",
)
@click.pass_obj
def ls(terminal: Terminal, machine: str | None, status: str | None, max_items: int | None) -> ExitCode:
    """Lists state machines with their last executions, or the executions of one.

    For each state machine, it shows the latest executions (the newest is at the right), how many are
    running, and the last error. MACHINE is a name or an ARN, Pay:live an alias, Pay:3 a version: its
    executions are listed, newest first.

    ✓ succeeded, ✗ failed or timed out, ■ aborted, ● running, ◔ waiting. With --output or --query, the
    list is data.

    \b
    Examples:
      sfn ls
      sfn ls order --status FAILED
      sfn ls order --max-items 100 --output json --query 'executions[].[name,error]'
    """
    _ = terminal.query, terminal.output  # validates both first
    with Backend(terminal) as backend:
        if machine is not None:
            return _list_runs(backend, machine, status, max_items)
        if status is not None:
            raise click.UsageError("--status needs a MACHINE.")
        return _list_machines(backend, max_items)


# Machines


def _list_machines(backend: Backend, limit: int | None) -> ExitCode:
    terminal = backend.terminal
    if backend.is_remote:
        from sfn_cli.cli.lists import remote_lists

        machines = list(remote_lists.remote_machine_summaries(backend, limit))
        now = remote_lists.remote_list_time()
    else:
        from sfn_cli.api.following import try_to_keep_worker_alive
        from sfn_cli.api.views.machine_summaries import machine_summaries

        try_to_keep_worker_alive(backend.service)
        machines, now = list(machine_summaries(backend.service, limit)), backend.service.clock()
    if terminal.writes_data:
        items = [machine_as_json(each, local_time_in_output) for each in machines]
        terminal.write({"stateMachines": items}, "StateMachines")
    elif machines:
        rows = [_machine_row(machine, now, is_remote=backend.is_remote) for machine in machines]
        _write_list(terminal, column_lines(_MACHINE_COLUMNS, rows, list_output.list_columns()))
    else:
        region = terminal.settings.region  # other regions may have machines
        text = f"No state machines in {region}. To create one, run a project: sfn run FOLDER"
        _write_list(terminal, [[Span(text)]])
    if not (machines or backend.is_remote):
        backend.write_other_regions()
    return ExitCode.SUCCESS


_MACHINE_COLUMNS = (
    Column("Machine", least=12),
    Column("Type", spare=3),
    Column("Last runs"),
    Column("Running", spare=1, is_right=True),
    Column("Last run", spare=2),
    Column("Last error", least=12, spare=4),
)


def _machine_row(machine: MachineSummary, now: int, *, is_remote: bool) -> Row:
    # An endpoint does not list the executions of EXPRESS machines.
    without_runs = "not listed" if is_remote and machine.type == "EXPRESS" else "never run"
    running = f"{machine.running:,}{'+' if machine.has_more_running else ''}" if machine.running else ""
    failure = machine.last_failure
    return (
        [Span(machine.name, "bold")],
        [Span(machine.type, "dim")],
        [list_output.status_mark(run.status) for run in reversed(machine.runs)],
        [Span(running, "running")],
        [Span(format_age(now - machine.runs[0].started_at) if machine.runs else without_runs)],
        [Span("" if failure is None else _run_error(failure), "failed")],
    )


# Executions of one machine


def _list_runs(backend: Backend, machine: str, status: str | None, max_items: int | None) -> ExitCode:
    from sfn_cli.cli.lists import machine_argument

    terminal = backend.terminal
    limit = max_items or list_output.list_rows(sys.stdout)
    machine_arn = machine_argument.resolve_machine(backend, machine)
    if backend.is_remote:
        from sfn_cli.cli.lists import remote_lists

        runs, has_more = remote_lists.remote_machine_runs(backend, machine_arn, status, limit)
        now = remote_lists.remote_list_time()
        running = remote_lists.remote_states(backend, _plain_running(runs, machine_arn, now))
    else:
        from sfn_cli.api.views import machine_summaries

        runs, has_more = machine_summaries.machine_runs(backend.service, machine_arn, status, limit)
        now = backend.service.clock()
        running = _local_states(backend, _plain_running(runs, machine_arn, now))
    if terminal.writes_data:
        items = [run_as_json(run, local_time_in_output, running.get(run.arn)) for run in runs]
        terminal.write(list_output.list_answer("executions", items, has_more=has_more), "Executions")
        return ExitCode.SUCCESS
    if not runs:
        only = "" if status is None else f" with the status {status.upper()}"
        start = f"sfn start-execution --state-machine-arn {machine}"
        _write_list(
            terminal, [[Span(f"{machine} has no executions{only}.")], [Span(f"To start one: {start}", "dim")]]
        )
        return ExitCode.SUCCESS
    rows = [_run_row(run, running.get(run.arn), now) for run in runs]
    _write_list(terminal, column_lines(_RUN_COLUMNS, rows, list_output.list_columns()))
    if has_more:
        list_output.write_more_note(terminal)
    return ExitCode.SUCCESS


_RUN_COLUMNS = (
    Column("Execution", least=12),
    Column("Status"),
    Column("Started", spare=1),
    Column("Took", spare=2),
    Column("", least=16, spare=3),
)


def _plain_running(runs: Sequence[MachineRun], machine_arn: str, now: int) -> list[RunningExecution]:
    """Returns the running ones of these executions, without their states."""
    if not any(run.is_running for run in runs):
        return []
    from sfn_cli.api.views.running_executions import RunningExecution

    return [
        RunningExecution(run.arn, machine_arn, run.name, run.started_at, now)
        for run in runs
        if run.is_running
    ]


def _local_states(backend: Backend, plain: Sequence[RunningExecution]) -> dict[str, RunningExecution]:
    """Returns the executions with the states that they are in, by ARN."""
    if not plain:
        return {}
    from sfn_cli.api.views.running_executions import read_running_states

    zone = local_zone()
    return {one.arn: read_running_states(backend.service, one, zone) for one in plain}


def _run_row(run: MachineRun, running: RunningExecution | None, now: int) -> Row:
    own_now = now if running is None else running.now
    took = format_span((own_now if run.stopped_at is None else run.stopped_at) - run.started_at)
    return (
        [Span(run.name)],
        [list_output.status_words(run.status)],
        [Span(format_age(now - run.started_at))],
        [Span(took)],
        [Span(_run_error(run), "failed")] if running is None else _running_words(running),
    )


def _running_words(running: RunningExecution) -> StyledLine:
    """Returns the states of a running execution in one line."""
    if running.suspension is not None:
        return [Span(f"suspended: {running.suspension}", "failed")]
    if running.fault is not None:
        return [Span("cannot be read: sfn doctor", "failed")]
    line: StyledLine = []
    for state in running.states:
        count = f" × {state.visits}" if state.visits > 1 else ""
        line += [Span(", ")] if line else []
        line += [Span(f"{state.name}{count}", "bold")]
        line += [Span(f": {state.words}")] if state.words else []
    return line


def _run_error(run: MachineRun) -> str:
    if run.status == "TIMED_OUT" and run.error is None:
        return "timed out"
    return run.error or ""


def _write_list(terminal: Terminal, lines: Sequence[StyledLine]) -> None:
    write_lines(lines, sys.stdout, color=terminal.color)
