"""What an integration is: it starts a task and answers with signals, now or later, in the worker's loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.interpreter.execution import OpenTask
from sfn_cli.interpreter.signals import Signal

if TYPE_CHECKING:
    from sfn_cli.functions.pool import Pool
    from sfn_cli.settings import Settings

Answer = Callable[[Signal], None]
Cancel = Callable[[], None]


class World(NamedTuple):
    """What integrations may use. `clock` gives milliseconds since 1970."""

    settings: Settings
    pool: Pool
    clock: Callable[[], int]


Integration = Callable[[OpenTask, World, Answer], Cancel]
"""Starts the task, answers each signal once, and gives what cancels it."""


def nothing_to_cancel() -> None:
    """The Cancel of a task that has been answered already."""
