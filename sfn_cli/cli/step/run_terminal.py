"""A stepped execution at a terminal, from its start to its end."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import click

from sfn_cli.api import following
from sfn_cli.cli.output import local_zone
from sfn_cli.cli.step.full_screen import FullScreen
from sfn_cli.cli.step.run_screen import EditRequest, RunScreen
from sfn_cli.drivers.in_process.answers import ended_child_answer
from sfn_cli.drivers.in_process.stepped import BeforeTask, WaitingTasks

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TextIO

    from sfn_cli.api.service import Service
    from sfn_cli.cli.step.run_screen import Request
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.drivers.in_process.stepped import SteppedExecution
    from sfn_cli.views.source import ExecutionSource

_DRAW_SECONDS = 0.1
"""How often the screen is drawn while the execution continues without stops."""

_CHILD_SECONDS = 0.2
"""How often an execution is looked at that a task waits for."""


def step_at_terminal(
    execution: SteppedExecution,
    source: ExecutionSource,
    service: Service,
    stream: TextIO,
    terminal: Terminal,
    breakpoints: Collection[str],
) -> None:
    """Steps through the execution until it has ended and the user quits, or aborts it."""
    shown = RunScreen(execution, source, breakpoints, local_zone())
    gc.enable()  # unlike other commands, this one may take hours
    with FullScreen(stream, 0, color=terminal.colors(stream)) as full:
        _proceed(full, shown)
        while True:
            full.draw(shown.lines(*full.size))
            awaits_child = shown.awaits_child
            keys = full.keys(_CHILD_SECONDS if awaits_child else None)
            if keys is None or not all(_press(full, shown, key) for key in keys):
                execution.stop()
                return
            if not keys and awaits_child and _takes_ended_child(shown, execution, service):
                _proceed(full, shown)


def _proceed(full: FullScreen, shown: RunScreen) -> None:
    """Continues to the next stop that awaits the user, and draws the screen on the way."""
    shown.proceed()
    drawn_at = 0.0
    while not shown.awaits_user:
        if isinstance(shown.stop, BeforeTask) or time.monotonic() - drawn_at > _DRAW_SECONDS:
            full.draw(shown.lines(*full.size))
            drawn_at = time.monotonic()
        shown.proceed()


def _press(full: FullScreen, shown: RunScreen, key: str) -> bool:
    """Applies a key; returns whether the user does not quit."""
    request = shown.press(key)
    if isinstance(request, EditRequest):
        request = _edit(full, shown, request)
    if request == "proceed":
        _proceed(full, shown)
    return request != "quit"


def _edit(full: FullScreen, shown: RunScreen, request: EditRequest) -> Request:
    with full.lent():
        try:
            text = click.edit(request.text, extension=".json")
        except click.ClickException as error:
            shown.message = f"{error.format_message()}. Set EDITOR to an editor."
            return "stay"
    return shown.edited(request, text)


def _takes_ended_child(shown: RunScreen, execution: SteppedExecution, service: Service) -> bool:
    """Answers the tasks whose executions have ended; returns whether there was one."""
    assert isinstance(shown.stop, WaitingTasks)
    following.try_to_keep_worker_alive(service)
    found = False
    for task in shown.stop.tasks:
        response = execution.response_of(task)
        answer = None if response is None else ended_child_answer(service, task, response)
        if answer is not None:
            execution.send(answer)
            found = True
    return found
