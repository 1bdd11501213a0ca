"""Waking a worker after a commit that gives an execution something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Wake = Callable[[], None]
    """Makes sure that a worker lives and looks at the store; never waits for it. Raises StoreError."""


def no_wake() -> None:
    """Wakes none: for a worker's own use of the store."""
