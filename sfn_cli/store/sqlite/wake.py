"""Waking a worker after a commit that gives an execution something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Wake = Callable[[], None]
    """Ensures, without waiting, that a worker runs and checks the store. Raises StoreError."""


def no_wake() -> None:
    """Does nothing: for a worker's own use of the store."""
