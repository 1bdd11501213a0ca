"""The worker process: takes a slot, works there, and exits after an idle time.

To exit, it stops listening, releases its slot, and checks the store once more, in this order. So if
a command found it listening, that last check sees the command's execution; if not, the command
starts another worker.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import sys
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from sfn_cli import detached, private_files
from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.drivers.local import launch
from sfn_cli.drivers.local.loop import Loop
from sfn_cli.errors import ConfigurationError, SfnError
from sfn_cli.settings import Settings
from sfn_cli.stacks.recovering import start_recovering
from sfn_cli.store.sqlite.error_translation import translate_errors
from sfn_cli.store.sqlite.logs.log_groups import SqliteLogGroups
from sfn_cli.store.sqlite.store import database_of
from sfn_cli.store.sqlite.workers import SqliteWorkers
from sfn_cli.worker_slots import Slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from sfn_cli.api.service import Service
    from sfn_cli.store.protocols.driver import Workers

SLOT_CHECK_SECONDS = 0.01
"""How often a process that waits for a slot checks whether the slot's worker has exited."""


def process_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def write_process_log(line: str) -> None:
    """Writes a line to worker.log, unless the disk is full."""
    with suppress(OSError):
        os.write(
            sys.stdout.fileno(), f"{format_timestamp(process_clock())} [{os.getpid()}] {line}\n".encode()
        )


def worker_process_main(build: Callable[[Settings], Service], *, additional: bool) -> None:
    """The main function of a worker process (`launch.launch_worker`). `build` creates its Service."""
    detached.settle_detached()
    try:
        settings = Settings.from_environment()
        with translate_errors(settings.home):
            private_files.check_private_home(settings.home)
            os.chdir(settings.home)  # do not keep the command's working directory in use
        code = run_worker_process(settings, build, additional=additional)
    except ConfigurationError as error:
        write_process_log(str(error))
        code = 253
    except SfnError as error:
        write_process_log(str(error))
        code = 255
    # The pool's children have ended; skip Python's own cleanup, which is slow.
    os._exit(code)


def run_worker_process(
    settings: Settings, build: Callable[[Settings], Service], *, additional: bool = False
) -> int:
    """Runs a worker in the first free slot until there is nothing to do. Returns the exit code.

    Commands that start at the same time may each start a worker: all but the first exit, unless
    started as `additional`.
    """
    for number in range(settings.workers):
        slot = Slot(settings.home, number)
        with translate_errors(slot.lock_path):
            lock = slot.take()
            if (
                lock is None
                and not additional
                and slot.holder(settings.lease_seconds) is not None
                and not slot.wake()
            ):
                lock = _wait_for_other_process(settings, slot)
        if lock is None and not additional and slot.holder(settings.lease_seconds) is not None:
            return 0
        if lock is not None:
            worker = _WorkerProcess(settings, build(settings), slot, lock)
            try:
                worker.run()
            except BaseException:
                # The lock is held until this process ends, so that the next worker does not call a
                # handler that is still running here.
                worker.close()
                raise
            return 0
    return 0


def _wait_for_other_process(settings: Settings, slot: Slot) -> int | None:
    """Returns the lock of a slot whose worker does not listen, once that worker has exited.

    Such a worker is about to exit, and may not check the store again. None if it listens after all,
    or is suspended.
    """
    write_process_log(f"waiting for the previous worker to exit (slot {slot.number})")
    while (
        (lock := slot.take()) is None and slot.holder(settings.lease_seconds) is not None and not slot.wake()
    ):
        time.sleep(SLOT_CHECK_SECONDS)
    return lock


class _WorkerProcess:
    """A worker in its slot: holds the slot's lock, and listens on its pipe."""

    def __init__(self, settings: Settings, service: Service, slot: Slot, lock: int) -> None:
        """Creates the worker. `service` has the operations for tasks; its connection is the worker's."""
        self._settings = settings
        self._service = service
        self._slot = slot
        self._lock = lock
        self._is_starting = True  # until it listens
        self._database = database_of(service.store)
        workers: Workers = SqliteWorkers(self._database)
        self._id = workers.register(slot.number, os.getpid(), process_clock())
        self._renew_lease()
        self._selector = selectors.DefaultSelector()
        self._loop = Loop(
            settings,
            service,
            self._id,
            self._selector,
            process_clock,
            write_process_log,
            is_in_place=self._is_in_place,
            renew_lease=self._renew_lease,
        )

    def run(self) -> None:
        """Runs until a signal stops the worker, or until it has been idle for a while."""
        loop = self._loop
        signal.signal(signal.SIGTERM, self._exit)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        write_process_log(f"worker {self._id} started (slot {self._slot.number})")
        loop.guard(partial(SqliteLogGroups(self._database).expire, process_clock()))
        loop.guard(partial(start_recovering, self._service, write_process_log))
        # Reference counting alone frees an execution's memory; the cycle collector would repeatedly
        # traverse all of ten thousand waiting executions.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        while True:
            pipe = self._listen()
            try:
                loop.run()
            finally:
                self._stop_listening(pipe)
            if not self._is_in_place():
                write_process_log(f"worker {self._id}: store file removed; exiting")
                self.close()
                self._leave_slot()
                if os.path.exists(self._database.path):
                    # Another store is now in its place, and may have called this worker.
                    launch.launch_worker(self._settings)
                return
            if loop.must_exit:
                loop.release()
            self._leave_slot()
            if loop.must_exit or not loop.claim_remaining():
                break
            lock = self._slot.take()
            if lock is None:
                break
            self._lock = lock
            self._renew_lease()
        self.close()
        loop.commit()
        write_process_log(f"worker {self._id} exited")

    def _leave_slot(self) -> None:
        with suppress(OSError):
            self._slot.leave(self._lock)
        os.close(self._lock)

    def close(self) -> None:
        """Stops the worker's function processes."""
        self._loop.close()
        self._service.stop_invoker()

    def _is_in_place(self) -> bool:
        """Whether the store is still in place: its folder or its file may have been moved or deleted."""
        return self._slot.owns(self._lock) and self._database.is_in_place()

    def _exit(self, number: int, frame: FrameType | None) -> None:
        self._loop.must_exit = True

    def _renew_lease(self) -> None:
        with translate_errors(self._slot.lock_path):
            self._slot.sign(self._lock, self._id)

    def _listen(self) -> int:
        path = self._slot.pipe_path
        with translate_errors(path):
            private_files.make_private_pipe(path)
            # Also open for writing: a pipe without a writer would always be readable.
            pipe = private_files.open_private_pipe(path, os.O_RDWR)
        signal.set_wakeup_fd(pipe, warn_on_full_buffer=False)
        self._selector.register(pipe, selectors.EVENT_READ, partial(self._on_wake, pipe))
        if self._is_starting:
            self._is_starting = False
            os.close(detached.INHERITED)
        return pipe

    def _on_wake(self, pipe: int) -> None:
        with suppress(BlockingIOError):
            while os.read(pipe, 65536):
                pass
        self._loop.is_woken = True

    def _stop_listening(self, pipe: int) -> None:
        signal.set_wakeup_fd(-1)
        self._selector.unregister(pipe)
        os.close(pipe)
