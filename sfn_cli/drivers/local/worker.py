"""The worker process: it takes a slot, drives executions, and leaves when nothing has been owed for a while.

It leaves in this order: it stops listening, lets go of its slot, and looks at the store once more.
So a command that found it listening has its execution seen by that last look, and a command that
did not starts another worker.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import sys
import time
import traceback
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sfn_cli import detached, private_files
from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.drivers.local import launch
from sfn_cli.drivers.local.awaiting import Awaiting
from sfn_cli.drivers.local.background import Background
from sfn_cli.drivers.local.conduct import CLAIM_LIMIT, Conductor
from sfn_cli.drivers.local.event_delivery import EventDelivery
from sfn_cli.drivers.local.function_events import EventInvocations
from sfn_cli.errors import ConfigurationError, SfnError, is_of_the_store
from sfn_cli.functions.pool import Pool, monotonic_ms
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import World
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.error_translation import translated_errors
from sfn_cli.store.sqlite.functions.events import FunctionEvents
from sfn_cli.store.sqlite.functions.functions import Functions
from sfn_cli.store.sqlite.logs.log_groups import LogGroups
from sfn_cli.store.sqlite.stepfunctions.executions import Executions
from sfn_cli.store.sqlite.stepfunctions.inbox import Inbox
from sfn_cli.store.sqlite.stepfunctions.outbox import Outbox
from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import Turns
from sfn_cli.store.sqlite.store import SqliteStore
from sfn_cli.store.sqlite.workers import Workers
from sfn_cli.worker_slots import Slot, live_workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from sfn_cli.api.service import Service

T = TypeVar("T")

LOOK_SECONDS = 1.0
"""How often a worker looks at the store unasked: for what workers that died left, and for calls
that were lost.
"""

PAUSE_SECONDS = 0.1
"""How long the loop waits after an error that belongs to no execution: it may recur at once."""

LEAVING_SECONDS = 0.01
"""How often one who waits for a slot looks whether its worker has left."""


def clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def report(line: str) -> None:
    """Writes a line to the worker's own log, unless the disk that holds it is full."""
    with suppress(OSError):
        os.write(sys.stdout.fileno(), f"{format_timestamp(clock())} [{os.getpid()}] {line}\n".encode())


def main(build: Callable[[Settings], Service], *, beside: bool) -> None:
    """The process that `launch.start` starts. It reads its settings; `build` creates its Service."""
    detached.settle()
    try:
        settings = Settings.from_environment()
        with translated_errors(settings.home):
            private_files.check_home(settings.home)
            os.chdir(settings.home)  # not to hold the folder of the command that started it
        code = work(settings, build, beside=beside)
    except ConfigurationError as error:
        report(str(error))
        code = 253
    except SfnError as error:
        report(str(error))
        code = 255
    # The pool's children are gone; nothing else is worth the interpreter's own tidying up.
    os._exit(code)


def work(settings: Settings, build: Callable[[Settings], Service], *, beside: bool = False) -> int:
    """Works in the first free slot until nothing is owed. Gives the process's exit code.

    Commands that start at once may each start a worker: all but the first leave, unless one was
    asked for to work `beside` others.
    """
    for number in range(settings.workers):
        slot = Slot(settings.home, number)
        with translated_errors(slot.lock_path):
            lock = slot.take()
            if (
                lock is None
                and not beside
                and slot.holder(settings.lease_seconds) is not None
                and not slot.wake()
            ):
                lock = _wait_for(settings, slot)
        if lock is None and not beside and slot.holder(settings.lease_seconds) is not None:
            return 0
        if lock is not None:
            worker = _Worker(settings, build(settings), slot, lock)
            try:
                worker.run()
            except BaseException:
                # The lock is held until this process ends: no handler runs on beside the one that
                # the next worker calls.
                worker.close()
                raise
            return 0
    return 0


def _wait_for(settings: Settings, slot: Slot) -> int | None:
    """The lock of a slot whose worker does not listen: it is about to leave, and may not look at
    the store again.

    None when it listens after all, or is suspended.
    """
    report(f"waits for slot {slot.number}, whose worker leaves")
    while (
        (lock := slot.take()) is None and slot.holder(settings.lease_seconds) is not None and not slot.wake()
    ):
        time.sleep(LEAVING_SECONDS)
    return lock


class _Worker:
    def __init__(self, settings: Settings, service: Service, slot: Slot, lock: int) -> None:
        """`service` has the operations for tasks that call them. Its connection is the worker's own."""
        self._settings = settings
        self._service = service
        self._slot = slot
        self._lock = lock
        self._told_to_leave = False
        self._reported: set[str] = set()
        self._on_its_way = True  # until it listens
        self._looks_for_orphans = True
        store = service.store
        assert isinstance(store, SqliteStore)
        self._database = store.database
        self._id = Workers(self._database).register(slot.number, os.getpid(), clock())
        self._sign()
        self._selector = selectors.DefaultSelector()
        self._pool = Pool(
            Functions(self._database), settings, self._selector, clock, self._log, report=report
        )
        background = Background(self._selector, Awaiting(service))
        world = World(settings, self._pool, service, clock, background, Clients(settings), {})
        self._conductor = Conductor(
            Turns(self._database, self._id),
            Executions(self._database),
            Tasks(self._database),
            Inbox(self._database),
            world,
            report,
            on_crash=settings.on_crash,
            max_events=settings.max_events,
        )
        self._function_events = EventInvocations(
            FunctionEvents(self._database), self._pool, self._id, clock, report
        )
        self._status_events = EventDelivery(Outbox(self._database), world, report)
        self._selector.register(
            self._conductor.slow_lane, selectors.EVENT_READ, lambda: None
        )  # the next turn takes it from there

    def run(self) -> None:
        """Drives executions; leaves when told to, or when nothing has been owed for a while."""
        signal.signal(signal.SIGTERM, self._leave)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        report(f"worker {self._id} begins in slot {self._slot.number}")
        self._survive(partial(LogGroups(self._database).expire, clock()))
        # What an execution holds is freed by counting alone; the cycle collector would walk
        # all of ten thousand waiting executions again and again.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        while True:
            pipe = self._listen()
            try:
                self._drive()
            finally:
                self._deafen(pipe)
            if not self._in_place():
                report("the store is gone")
                self.close()
                os.close(self._lock)
                if os.path.exists(self._database.path):
                    launch.start(self._settings)  # a store that took its place may have called this worker
                return
            if self._told_to_leave:
                self._conductor.release()
            os.close(self._lock)
            if self._told_to_leave or not self._owed():
                break
            lock = self._slot.take()
            if lock is None:
                break
            self._lock = lock
            self._sign()
        self.close()
        self._conductor.turn()
        report(f"worker {self._id} leaves")

    def close(self) -> None:
        """Ends the functions that run here."""
        self._end_orphans()
        self._pool.close()
        self._service.stop_invoker()

    def _end_orphans(self) -> None:
        """Kills, once, what is left of the functions of workers that were killed."""
        if self._looks_for_orphans:
            self._looks_for_orphans = False
            self._pool.end_orphans()

    def _in_place(self) -> bool:
        """Whether the store is still where it was: its folder, or its file, may have been moved
        away or deleted.
        """
        return self._slot.is_of(self._lock) and self._database.is_in_place()

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self._told_to_leave = True

    def _sign(self) -> None:
        with translated_errors(self._slot.lock_path):
            self._slot.sign(self._lock, self._id)

    def _listen(self) -> int:
        path = self._slot.pipe_path
        with translated_errors(path):
            private_files.make_pipe(path)
            # Open for writing too: a pipe without a writer would be readable without end.
            pipe = private_files.open_pipe(path, os.O_RDWR)
        signal.set_wakeup_fd(pipe, warn_on_full_buffer=False)
        self._selector.register(pipe, selectors.EVENT_READ, self._drainer(pipe))
        if self._on_its_way:
            self._on_its_way = False
            os.close(detached.INHERITED)
        return pipe

    def _drainer(self, pipe: int) -> Callable[[], None]:
        def drain() -> None:
            try:
                while os.read(pipe, 65536):
                    pass
            except BlockingIOError:
                pass
            self._called = True

        return drain

    def _deafen(self, pipe: int) -> None:
        signal.set_wakeup_fd(-1)
        self._selector.unregister(pipe)
        os.close(pipe)

    def _owed(self) -> bool:
        others = set(live_workers(self._settings).values()) - {self._id}
        self._function_events.look(lambda: others)
        return self._conductor.claim_abandoned(others) > 0 or self._function_events.owed

    def _drive(self) -> None:
        """Turns until told to leave, or until nothing has been owed for the idle time."""
        conductor = self._conductor
        idle_ms = int(self._settings.worker_idle_seconds * 1000)
        last_owed = last_look = monotonic_ms()
        self._called = self._looks_for_abandoned = True
        self._survive(self._status_events.look)  # before a claim, so that no status change is missed
        while not self._told_to_leave:
            now = monotonic_ms()
            if now - last_look >= LOOK_SECONDS * 1000:
                last_look = now
                self._survive(self._end_orphans)
                self._survive(self._status_events.look)
                self._called = self._looks_for_abandoned = True
            if self._called:
                self._called = False
                if not self._in_place():
                    return
                if not self._database.is_current():
                    report("another version of sfn uses the store now")
                    self._told_to_leave = True
                    return
                self._sign()
                self._survive(conductor.read_inbox)
                self._survive(conductor.look_at_map_runs)
                self._survive(partial(self._function_events.look, self._live_workers))
                self._survive(self._claim)
            events = self._survive(conductor.turn)
            self._survive(self._status_events.deliver)
            self._survive(partial(self._pool.tick, monotonic_ms()))
            if events or conductor.driven or self._function_events.owed or self._status_events.busy:
                last_owed = monotonic_ms()
            elif monotonic_ms() - last_owed >= idle_ms:
                return
            self._wait()

    def _claim(self) -> None:
        """Takes over what is new, and now and then what dead workers left; if that is not all,
        again after a turn.
        """
        if not self._conductor.has_room:
            self._called = True
        elif (
            self._claim_abandoned() if self._looks_for_abandoned else self._conductor.claim_new()
        ) == CLAIM_LIMIT:
            self._called = True
            self._share()
        else:
            self._looks_for_abandoned = False

    def _claim_abandoned(self) -> int:
        claimed = self._conductor.claim_abandoned(self._live_workers())
        if claimed:
            report(f"takes over {claimed} executions")
        return claimed

    def _live_workers(self) -> set[int]:
        return {*live_workers(self._settings).values(), self._id}

    def _share(self) -> None:
        """More is waiting than one claim takes: another worker may help, if there is room for one."""
        if len(live_workers(self._settings)) < self._settings.workers:
            launch.start(self._settings, beside=True)

    def _wait(self) -> None:
        timeout = 0.0
        if not (self._conductor.busy or self._called):
            # What is stored is due by the clock on the wall, which may be set: it is looked at often.
            limits = [LOOK_SECONDS * 1000]
            if (due_at := self._conductor.wake_at) is not None:
                limits.append(due_at - clock())
            if (due_at := self._pool.wake_at) is not None:
                limits.append(due_at - monotonic_ms())
            timeout = max(0.0, min(limits) / 1000)
        for key, _ in self._selector.select(timeout):
            self._survive(key.data)

    def _survive(self, step: Callable[[], T]) -> T | None:
        """Takes a step of the loop and returns its result. A bug in the step does not end the worker.

        `Conductor` isolates the errors of executions; this is for those that belong to none. The same error
        is reported once. Raises StoreError.
        """
        try:
            return step()
        except Exception as error:
            if is_of_the_store(error):
                raise
            text = traceback.format_exc()
            if text not in self._reported:
                self._reported.add(text)
                report(f"goes on after an error inside sfn:\n{text}")
            time.sleep(PAUSE_SECONDS)
            return None

    def _log(self, group: str, stream: str, at: int, message: str) -> None:
        self._conductor.log(group, stream, at, message)
