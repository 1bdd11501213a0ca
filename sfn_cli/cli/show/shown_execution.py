"""An execution as a command shows it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sfn_cli.views.execution.shown_execution import show_source

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.source import ExecutionSource


def shown_execution(backend: Backend, source: ExecutionSource, at: int | None = None) -> ShownExecution:
    """Returns the execution as it was after the event `at`, or as it is now."""
    from sfn_cli.cli.output import local_zone

    clock = _remote_clock if backend.is_remote else backend.service.clock
    return show_source(source, at, clock, local_zone)


def _remote_clock() -> int:
    return time.time_ns() // 1_000_000
