"""Workers of other versions of sfn: they are stopped before this version writes to their store."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from sfn_cli import __version__
from sfn_cli.errors import StoreError
from sfn_cli.worker_slots import taken_slots

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sfn_cli.worker_slots import Slot

STOP_SECONDS = 5.0
"""How long a worker may take to exit before it is killed. Its executions are safe either way."""

START_SECONDS = 1.0
"""How long a worker that has just started may take to write its id to its slot."""

POLL_SECONDS = 0.01


def pids_of_all_versions(home: str) -> list[int]:
    """Returns the process ids of the live workers of any version of sfn and of the store."""
    from sfn_cli.store.sqlite.error_translation import FILE_NAME, translate_errors

    path = os.path.join(home, FILE_NAME)
    workers = [signature[0] for slot in taken_slots(home) if (signature := slot.signature()) is not None]
    if not workers or not os.path.exists(path):
        return []
    with translate_errors(path), closing(sqlite3.connect(path)) as connection:
        found = (
            connection.execute("SELECT pid FROM worker WHERE id = ?", (worker,)).fetchone()
            for worker in workers
        )
        return [row[0] for row in found if row is not None]


def stop_other_versions(connection: Connection, home: str) -> None:
    """Stops the live workers of other versions of sfn, and waits until they have exited.

    Raises StoreError if one does not exit.
    """
    for slot in taken_slots(home):
        _stop_other_version(connection, slot)


def _stop_other_version(connection: Connection, slot: Slot) -> None:
    import signal  # slow to import and rarely needed

    began = time.monotonic()
    sent: signal.Signals | None = None
    while (signature := slot.signature()) is not None:
        worker, waited = signature[0], time.monotonic() - began
        if worker:
            pid, version = _process_of_other_version(connection, worker)
            if pid is None or version == __version__:
                return
            if waited > 2 * STOP_SECONDS:
                raise StoreError(
                    f"A worker of another version of sfn (process {pid}) does not exit. Stop it, then try "
                    "again."
                )
            due = signal.SIGKILL if waited > STOP_SECONDS else signal.SIGTERM
            if due is not sent:
                with suppress(ProcessLookupError):
                    os.kill(pid, due)
                sent = due
        elif waited > START_SECONDS:
            return  # it has not opened the store yet, and will check the version itself
        time.sleep(POLL_SECONDS)


def _process_of_other_version(connection: Connection, worker: int) -> tuple[int | None, str | None]:
    """Returns a worker's process id, and its version of sfn if recorded.

    (None, None) for a worker of another store.
    """
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(worker)")}
    version = "version" if "version" in columns else "NULL"
    row = connection.execute(f"SELECT pid, {version} FROM worker WHERE id = ?", (worker,)).fetchone()
    return (None, None) if row is None else tuple(row)
