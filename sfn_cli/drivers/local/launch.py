"""Starts workers: a command makes sure that one is running, and does not wait for it.

A worker has its own session and no terminal, so it survives the shell that started it. Its output
goes to `worker.log` in the home.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import detached, private_files
from sfn_cli.errors import StoreError
from sfn_cli.worker_slots import Slot, live_workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.settings import Settings

LOG_NAME = "worker.log"
MAX_LOG_BYTES = 5_000_000
START_LOCK_NAME = "worker-start.lock"
"""A starting worker inherits this lock (detached.py)."""


class Launcher:
    """The Runner of commands and of the server."""

    def __init__(self, settings: Settings, environment: Mapping[str, str] | None = None) -> None:
        """`environment` is that of the workers, if it is not this process's."""
        self._settings = settings
        self._environment = environment

    def wake(self) -> None:
        """Makes sure that a worker runs and checks the store, without waiting.

        Raises StoreError.
        """
        try:
            if not wake_launched_workers(self._settings):
                launch_worker(self._settings, environment=self._environment)
        except OSError as error:
            raise StoreError(
                f"Cannot start a worker for the store in {self._settings.home}: "
                f"{error.strerror or error}. Nothing is lost: the next command tries again."
            ) from error


def wake_launched_workers(settings: Settings) -> bool:
    """Wakes every live worker; returns False when there is none."""
    woken = False
    number = 0
    while os.path.exists((slot := Slot(settings.home, number)).pipe_path):
        # A suspended process still has its pipe open, but does not renew its lease.
        woken = (slot.wake() and slot.holder(settings.lease_seconds) is not None) or woken
        number += 1
    return woken


def launch_worker(
    settings: Settings, *, additional: bool = False, environment: Mapping[str, str] | None = None
) -> None:
    """Starts a worker process with these settings.

    If a worker is already running, the new one exits, unless it is `additional`.

    While a worker is starting, no other one is started: the starting process holds a lock, which
    the worker inherits. It releases the lock when it listens, or when it dies.
    """
    private_files.check_private_home(settings.home)
    # If the lock is held, another worker is starting: it listens before it first checks the store,
    # so it finds what this process has stored.
    detached.start_detached(
        f"from sfn_cli.app import run_worker; run_worker(additional={additional})",
        {**(os.environ if environment is None else environment), **settings.environment()},
        lock_path=os.path.join(settings.home, START_LOCK_NAME),
        open_log=lambda: _open_launch_log(os.path.join(settings.home, LOG_NAME)),
    )


def _open_launch_log(path: str) -> int:
    with suppress(OSError):  # no log yet, or no permission to move it: start the worker anyway
        if os.lstat(path).st_size > MAX_LOG_BYTES:
            os.replace(path, path + ".1")
    return private_files.open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, above=detached.INHERITED)


def launched_workers(settings: Settings) -> list[dict[str, int]]:
    """Returns the live workers: {"slot", "worker", "pid", "startedAt" (ms), "executions"}."""
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.workers import SqliteWorkers

    private_files.check_private_home(settings.home)
    live = live_workers(settings)
    if not live:
        return []
    database = Database(settings.home)
    try:
        found = []
        for slot, worker in live.items():
            described = SqliteWorkers(database).describe(worker)
            if described is not None:
                pid, started_at, executions = described
                found.append(
                    {
                        "slot": slot,
                        "worker": worker,
                        "pid": pid,
                        "startedAt": started_at,
                        "executions": executions,
                    }
                )
        return found
    finally:
        database.close()


def stop_launched_workers(settings: Settings) -> int:
    """Stops the live workers of any version (SIGTERM); executions continue with the next worker.

    Returns the number of workers; does not wait for them.
    """
    import signal

    from sfn_cli.store.sqlite.other_versions import pids_of_all_versions

    private_files.check_private_home(settings.home)
    stopped = 0
    for pid in pids_of_all_versions(settings.home):
        try:
            os.kill(pid, signal.SIGTERM)
            stopped += 1
        except ProcessLookupError:
            pass
    return stopped
