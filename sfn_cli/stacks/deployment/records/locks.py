"""Locks of stacks: only one operation at a time changes a stack, whatever process runs it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sfn_cli import file_lock, private_files
from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.settings import Settings


class StackBusyError(SfnError):
    """Another operation is changing the stack."""


@contextmanager
def stack_lock(settings: Settings, name: str, report: Callable[[str], None]) -> Iterator[None]:
    """Holds the stack's lock; waits for another deploy of the stack to finish."""
    descriptor = file_lock.wait_for_file_lock(
        _stack_lock_path(settings, name),
        lambda: report(f"Waiting for another deploy of {name} to finish…"),
    )
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def free_stack_lock(settings: Settings, name: str) -> Iterator[None]:
    """Holds the stack's lock. Raises StackBusyError if another operation holds it."""
    descriptor = file_lock.take_file_lock(_stack_lock_path(settings, name), above=2)
    if descriptor is None:
        raise StackBusyError(f"Another operation is changing the stack {name}.")
    try:
        yield
    finally:
        os.close(descriptor)


def _stack_lock_path(settings: Settings, name: str) -> str:
    return os.path.join(private_files.make_private_folder(settings.home, "stacks"), f"{name}.lock")
