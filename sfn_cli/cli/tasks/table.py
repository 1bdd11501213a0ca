"""Pending tasks as a table for people, no wider than the terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from rich.box import SIMPLE_HEAD
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sfn_cli.cli import screen
from sfn_cli.cli.lists.list_times import format_until
from sfn_cli.views.text.time_spans import format_rough_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.stepfunctions.waiting_tasks import WaitingTask

_INPUT_CHARACTERS = 16
"""The input is shown if there is room for this many of its characters."""


def write_task_table(tasks: Sequence[WaitingTask], stream: TextIO, *, color: bool) -> None:
    console = screen.screen_console(stream, color_system="auto" if color else None)
    if not tasks:
        console.print("No tasks are pending.")
        return
    rows = [_task_table_row(task, time.time_ns() // 1_000_000) for task in tasks]
    room = console.width - Measurement.get(console, console.options, _table(rows)).maximum - _GAP
    if room >= _INPUT_CHARACTERS:
        rows = [
            (*row, _shorten_in_task_table(task.input, room)) for row, task in zip(rows, tasks, strict=True)
        ]
    console.print(_table(rows))


_GAP = 3
"""Between two columns."""

_COLUMNS: Sequence[tuple[str, str]] = (
    ("Handle", "cyan"), ("Execution", ""), ("State", "bold"), ("Waits for", ""), ("For", ""), ("Until", ""),
    ("Input", "dim"),
)  # fmt: skip
_WHOLE = ("Handle", "For", "Until", "Input")
_WIDEST = {"Execution": 32, "Waits for": 26}
"""Longer texts are folded, so that the input has room."""


def _table(rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for (title, style), _ in zip(_COLUMNS, rows[0], strict=False):
        table.add_column(
            title, style=style, no_wrap=title in _WHOLE, overflow="fold", max_width=_WIDEST.get(title)
        )
    for row in rows:
        table.add_row(*(Text(screen.one_screen_line(cell)) for cell in row))
    return table


def _task_table_row(task: WaitingTask, now: int) -> tuple[str, ...]:
    until = "" if task.until is None else format_until(task.until - now)
    return (
        task.short_handle,
        task.execution,
        task.state,
        _task_waits_for(task),
        format_rough_span(now - task.since),
        until,
    )


def _task_waits_for(task: WaitingTask) -> str:
    resource = task.resource.split(":", 5)[-1].removesuffix(".waitForTaskToken")
    match task.status:
        case "SCHEDULED":
            return f"{resource} (no worker yet)"
        case "STARTED":
            return f"{resource} ({task.worker_name or 'taken'})"
    return resource


def _shorten_in_task_table(text: str, characters: int) -> str:
    """Shortens a text to one line of at most this many columns."""
    beginning = screen.one_screen_line(" ".join(text[:characters].split()))
    line = Text(beginning + ("…" if len(text) > characters else ""))
    line.truncate(characters, overflow="ellipsis")
    return line.plain
