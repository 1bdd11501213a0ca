"""Invokes a function and waits for it: from a command, or from any thread of a server.

Log lines of functions are stored several at a time, but wait for others only a few milliseconds, so
that the log of a running handler can be followed.
"""

from __future__ import annotations

import selectors
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.errors import SfnError
from sfn_cli.functions import outcome
from sfn_cli.functions.outcome import Outcome
from sfn_cli.functions.pool import Pool, pool_monotonic_ms
from sfn_cli.store.records.logs import LogLine
from sfn_cli.wake_pipe import WakePipe

if TYPE_CHECKING:
    from sfn_cli.local_endpoint.record import EndpointAddress
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols import Store
    from sfn_cli.store.protocols.logs import Logs

LINGER_MILLISECONDS = 20
ALIVE_SECONDS = 5.0
"""How often a waiting caller checks that the thread is still alive."""

Clock = Callable[[], int]
Done = Callable[[Outcome], None]


def _invocation_now() -> int:
    return time.time_ns() // 1_000_000


class InvocationLogWriter:
    """Buffers log lines and stores them."""

    def __init__(self, logs: Logs, clock: Clock) -> None:
        self._logs = logs
        self._clock = clock
        self._lines: list[LogLine] = []
        self.due_at: int | None = None
        """When (monotonic, ms) the oldest line must be stored; None if there is none."""

    def add(self, group: str, stream: str, at: int, message: str) -> None:
        if not self._lines:
            self.due_at = pool_monotonic_ms() + LINGER_MILLISECONDS
        self._lines.append(LogLine(group, stream, at, message))

    def flush(self) -> None:
        if self._lines:
            lines, self._lines, self.due_at = self._lines, [], None
            self._logs.append(lines, self._clock())


def wait_for_pool(pool: Pool, selector: selectors.BaseSelector, writer: InvocationLogWriter) -> None:
    """Waits until something is ready or due, and handles it."""
    times = [at for at in (pool.wake_at, writer.due_at) if at is not None]
    timeout = max(0, min(times) - pool_monotonic_ms()) / 1000 if times else None
    for key, _ in selector.select(timeout):
        key.data()
    now = pool_monotonic_ms()
    pool.tick(now)
    if writer.due_at is not None and writer.due_at <= now:
        writer.flush()


class InvokingHost:
    """One thread that owns a pool and a connection to the store."""

    def __init__(
        self,
        settings: Settings,
        open_store: Callable[[], Store],
        *,
        clock: Clock = _invocation_now,
        endpoint: EndpointAddress | None = None,
    ) -> None:
        """`endpoint` is the local endpoint that functions call, as for a Pool."""
        self._settings = settings
        self._open_store = open_store
        self._clock = clock
        self._endpoint = endpoint
        self._requested: deque[tuple[str, str, str | None, Done]] = deque()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pipe: WakePipe | None = None

    def start(self) -> None:
        """Starts the thread, unless it is running; `invoke` also does so. Raises StoreError."""
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                return
            store = self._open_store()
            if self._pipe is not None:
                self._pipe.close()  # of a thread that has died
            self._pipe = WakePipe()
            self._stopping = False
            self._thread = threading.Thread(
                target=self._run, args=(store, self._pipe), name="functions", daemon=True
            )
            self._thread.start()

    def invoke(self, function_ref: str, payload: str, client_context: str | None = None) -> Outcome:
        """Invokes a function and waits for its outcome. Thread-safe. Raises StoreError."""
        self.start()
        answered = threading.Event()
        ended: list[Outcome] = []

        def done(answer: Outcome) -> None:
            ended.append(answer)
            answered.set()

        thread = self._thread
        self._requested.append((function_ref, payload, client_context, done))
        self._wake()
        while not answered.wait(ALIVE_SECONDS):
            if thread is None or not thread.is_alive():
                return outcome.exit_outcome(None, "", "")
        return ended[0]

    def stop(self) -> None:
        """Kills running functions and ends the thread; pending invocations fail with Runtime.ExitError."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            self._stopping = True
            self._wake()
            thread.join()
            if self._pipe is not None:
                self._pipe.close()
                self._pipe = None

    def _wake(self) -> None:
        if (pipe := self._pipe) is not None:
            pipe.wake()

    def _run(self, store: Store, pipe: WakePipe) -> None:
        selector = selectors.DefaultSelector()
        writer = InvocationLogWriter(store.logs, self._clock)
        pool = Pool(
            store.functions, self._settings, selector, self._clock, writer.add, endpoint=self._endpoint
        )
        waiting: set[Done] = set()

        def listen() -> None:
            pipe.clear()
            while self._requested:
                begin(*self._requested.popleft())

        def begin(function_ref: str, payload: str, client_context: str | None, done: Done) -> None:
            waiting.add(done)

            def settle(answer: Outcome) -> None:
                waiting.discard(done)
                flush()  # a caller that has the answer must be able to read the log
                done(answer)

            try:
                pool.invoke(function_ref, payload, settle, client_context=client_context)
            except SfnError as error:
                settle(outcome.outcome_without_run("unusable", "ServiceException", str(error), ""))

        def flush() -> None:
            with suppress(SfnError):  # if the store cannot be written, the log is lost, not the answer
                writer.flush()

        selector.register(pipe, selectors.EVENT_READ, listen)
        try:
            while not self._stopping:
                with suppress(SfnError):
                    wait_for_pool(pool, selector, writer)
        finally:
            pool.close()
            flush()
            for done in [*waiting, *(request[-1] for request in self._requested)]:
                done(outcome.exit_outcome(None, "", ""))
            self._requested.clear()
            selector.close()
            store.close()
