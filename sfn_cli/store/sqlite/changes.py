"""Waiting for the store to change, by reading its file's change counter."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sfn_cli.errors import StoreError

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database

POLL_SECONDS = 0.02
"""How often the counter is read. One read takes about 10 µs."""


class SqliteChanges:
    """Sees what other connections commit (protocols/__init__.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: int | None = None

    def wait(self, seconds: float, *, every: float = POLL_SECONDS) -> bool:
        deadline = time.monotonic() + seconds
        # The counter is read before the caller reads the store, so that no commit is missed.
        while not self._has_changed():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(every, left))
        return True

    def _has_changed(self) -> bool:
        seen, self._seen = self._seen, self._database.data_version()
        return self._seen != seen

    def recheck(self) -> None:
        self._seen = None

    def check_in_place(self) -> None:
        if not self._database.is_in_place():
            raise StoreError(
                f"The store {self._database.path} was moved or deleted while this command was waiting."
            )
