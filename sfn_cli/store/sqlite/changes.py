"""Waiting for the store to change, by reading its file's change counter."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sfn_cli.errors import StoreError

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database

LOOK_SECONDS = 0.02
"""How often the counter is read. One read takes about 10 µs."""


class SqliteChanges:
    """See protocols/__init__.py. It sees what other connections commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: int | None = None

    def wait(self, seconds: float, *, every: float = LOOK_SECONDS) -> bool:
        give_up_at = time.monotonic() + seconds
        # The counter is read before the caller looks: a commit between two looks is never missed.
        while not self._has_changed():
            left = give_up_at - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(every, left))
        return True

    def _has_changed(self) -> bool:
        seen, self._seen = self._seen, self._database.data_version()
        return self._seen != seen

    def look_again(self) -> None:
        self._seen = None

    def check_in_place(self) -> None:
        if not self._database.is_in_place():
            raise StoreError(
                f"The store {self._database.path} was moved or deleted while this command waited for it."
            )
