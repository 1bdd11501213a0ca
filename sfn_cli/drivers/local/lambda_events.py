"""Asynchronous invocations (type Event): a worker invokes the functions, and retries failures.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
The delays between tries follow the wall clock; SFN_CLOCK applies only to executions.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.errors import is_store_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.functions.pool import Pool
    from sfn_cli.store.protocols.driver import FunctionEventQueue
    from sfn_cli.store.records.function_events import FunctionEvent

RETRY_SECONDS = (60, 120)
"""How long Lambda waits before each retry; one entry per retry."""

AT_ONCE = 64
"""How many events one worker handles at a time."""


class LambdaEvents:
    """The asynchronous invocations of one worker."""

    def __init__(
        self,
        events: FunctionEventQueue,
        pool: Pool,
        worker: int,
        clock: Callable[[], int],
        report: Callable[[str], None],
    ) -> None:
        self._events = events
        self._pool = pool
        self._worker = worker
        self._clock = clock
        self._report = report
        self.in_progress = 0
        """How many events are being handled by functions of this worker."""
        self.is_unfinished = False
        """Whether there are events, due now or later, that no other worker owns."""

    def check(self, live_workers: Callable[[], set[int]]) -> None:
        """Takes events that are due, including those of workers that died."""
        if not self._events.any():
            self.is_unfinished = False
            return
        live = live_workers()
        for event in self._events.take(self._worker, live, self._clock(), AT_ONCE - self.in_progress):
            self._invoke(event)
        self.is_unfinished = self.in_progress > 0 or self._events.waiting(self._worker, live)

    def _invoke(self, event: FunctionEvent) -> None:
        """Invokes the function for an event. An event that cannot be passed to it is dropped."""
        self.in_progress += 1
        try:
            if event.damage is not None:
                raise event.damage
            self._pool.invoke(
                event.function_ref,
                event.payload,
                partial(self._on_handled, event),
                request_id=event.request_id,
                client_context=event.client_context,
            )
        except Exception as error:
            if is_store_error(error):
                raise
            self.in_progress -= 1
            self._report(f"event {event.request_id} for {event.function_ref} dropped: {error!r}")
            self._events.remove(self._worker, event.id)

    def _on_handled(self, event: FunctionEvent, outcome: Outcome) -> None:
        self.in_progress -= 1
        if outcome.kind == "succeeded":
            self._events.remove(self._worker, event.id)
        elif outcome.kind != "not_found" and event.tries < len(RETRY_SECONDS):
            self._events.retry(self._worker, event.id, self._clock() + RETRY_SECONDS[event.tries] * 1000)
        else:
            what = f"event {event.request_id} for {event.function_ref} dropped"
            self._report(f"{what}: {outcome.error} {outcome.message}".rstrip())
            self._events.remove(self._worker, event.id)
