"""The exchange of invocations and answers between the pool and a custom runtime's program.

Rule 1: An invocation ends when the program requests the next one. Output until then is logged for the
earlier invocation. If the program ends instead, the outcome is Lambda's Runtime.ExitError.
Rule 2: This process ends as the program did, with its exit code or by its signal; the pool reports
it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from sfn_cli.functions import bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable

INVALID_ENTRYPOINT = "Runtime.InvalidEntrypoint"


class Event(NamedTuple):
    """An invocation as the program receives it.

    The deadline is in milliseconds since 1970, the body JSON text.
    """

    request_id: str
    arn: str
    deadline: int
    trace: str
    client_context: str | None
    body: bytes


class Answer(NamedTuple):
    """The program's response to an invocation; `error` is the error's type, None on success."""

    body: bytes
    error: str | None = None


class StateError(Exception):
    """A request that the Runtime API does not allow in its current state."""


class Exchange:
    """Passes the pool's invocations to the program, and its answers to the pool.

    May be called from any thread.
    """

    def __init__(self) -> None:
        self.process_id = 0
        """The process id of the program, once it runs."""
        self._receiving = threading.Lock()  # held while waiting for an invocation
        self._changing = threading.Lock()
        self._ready = False
        self._fault: Answer | None = None
        self._event: Event | None = None
        self._answer: Answer | None = None
        self._began = 0.0

    def next(self) -> Event:
        """Ends the previous invocation, then waits for the next one and returns it.

        Raises StateError.
        """
        with self._receiving:
            with self._changing:
                if self._fault is not None or (self._event is not None and self._answer is None):
                    raise StateError
                answer = self._answer
                self._event = self._answer = None
                if answer is not None:
                    self._send(answer)
                elif not self._ready:
                    self._become_ready()
            event = self._receive()
            with self._changing:
                self._event = event
            return event

    def answer(self, request_id: str, answer: Answer) -> bool:
        """Accepts the program's answer. Returns whether an invocation was waiting for it."""
        with self._changing:
            if self._event is None or self._event.request_id != request_id or self._answer is not None:
                return False
            self._answer = answer
            return True

    def fail(self, fault: Answer) -> None:
        """Fails every invocation with this fault, because the program could not initialize.

        Raises StateError if the program is ready.
        """
        with self._changing:
            if self._ready or self._fault is not None:
                raise StateError
            self._fault = fault
            self._become_ready()
        threading.Thread(target=self._refuse, args=(lambda _: fault,), daemon=True).start()

    def refuse(self, reason: str, hint: str) -> NoReturn:
        """Fails every invocation for this reason, because no program can be started.

        The hint is logged too.
        """
        self._become_ready()

        def explain(event: Event) -> Answer:
            message = f"RequestId: {event.request_id} Error: {reason}"
            bootstrap.write_runtime_log(f"{message}\n{INVALID_ENTRYPOINT}")
            bootstrap.write_runtime_log(hint)
            return Answer(
                bootstrap.dumps({"errorType": INVALID_ENTRYPOINT, "errorMessage": message}).encode(),
                INVALID_ENTRYPOINT,
            )

        self._refuse(explain)

    def report_end(self, status: int) -> NoReturn:
        """Reports the end of the program.

        `status` is its exit code, negative for a signal's number.
        """
        with self._changing:
            if self._fault is None and (self._answer is None or self._answer.error is None):
                _end_exchange(status)
            if self._answer is not None:
                # It reported an error before it ended: the error says more than the exit code.
                self._send(self._answer, last=True)
        while True:
            time.sleep(3600)  # the pool ends this process after the last answer

    def _become_ready(self) -> None:
        self._ready = True
        bootstrap.send_to_pool({}, b"")

    def _receive(self) -> Event:
        head, body = bootstrap.receive_from_pool()
        self._began = time.perf_counter()
        return Event(
            head["id"],
            head["arn"],
            int(time.time() * 1000 + head["remaining"]),
            head["trace"],
            head.get("client_context"),
            body,
        )

    def _refuse(self, explain: Callable[[Event], Answer]) -> NoReturn:
        while True:
            self._send(explain(self._receive()), last=True)

    def _send(self, answer: Answer, *, last: bool = False) -> None:
        duration = (time.perf_counter() - self._began) * 1000
        memory = bootstrap.peak_runtime_memory_kb(self.process_id or "self")
        bootstrap.send_to_pool(
            {"duration": duration, "memory": memory, "error": answer.error, "last": last}, answer.body
        )


def _end_exchange(status: int) -> NoReturn:
    """Ends this process as the program ended (rule 2)."""
    if status < 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the program has dumped its own core
        if -status != signal.SIGKILL:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status if status >= 0 else 128 - status)
