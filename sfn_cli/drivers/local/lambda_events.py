"""Asynchronous invocations (type Event): a worker invokes the functions, and retries failures.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
In virtual time, retries are due at once. An event leaves the store in the transaction that stores the
deliveries to its destinations.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.drivers.local.event_sources.invocation_policy import EXHAUSTED, SUCCESS, TOO_OLD
from sfn_cli.errors import is_store_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.drivers.local.event_sources.invocation_policy import InvocationPolicy
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.functions.pool import Pool
    from sfn_cli.store.protocols.driver import FunctionEventQueue
    from sfn_cli.store.records.function_events import FunctionEvent

RETRY_SECONDS = (60, 120)
"""How long Lambda waits before each retry; one entry per retry."""

FIRST_THROTTLED_MS, LONGEST_THROTTLED_MS = 1_000, 300_000
"""The delay after a throttled try, which doubles, and the longest one."""

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
        policy: Callable[[str], InvocationPolicy],
        *,
        is_virtual: bool = False,
    ) -> None:
        """`policy` returns the settings for a function reference."""
        self._policy = policy
        self._is_virtual = is_virtual
        self._throttled: dict[int, int] = {}
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
        policy = self._policy(event.function_ref)
        now = self._clock()
        if outcome.kind == "succeeded":
            self._end(event, outcome, policy, SUCCESS)
            return
        if outcome.kind == "not_found":
            self._report_dropped(event, outcome)
            self._events.remove(self._worker, event.id)
            return
        is_throttled = outcome.kind == "throttled"
        if not is_throttled and event.tries >= policy.retries:
            self._end(event, outcome, policy, EXHAUSTED)
            return
        due_at = now + self._delay_ms(event, is_throttled=is_throttled)
        if due_at - event.sent_at > policy.age_ms:
            self._end(event, outcome, policy, TOO_OLD)
        elif is_throttled:
            self._events.postpone(self._worker, event.id, due_at)
        else:
            self._events.retry(self._worker, event.id, due_at)

    def _delay_ms(self, event: FunctionEvent, *, is_throttled: bool) -> int:
        if is_throttled:
            tries = self._throttled[event.id] = self._throttled.get(event.id, 0) + 1
            return min(FIRST_THROTTLED_MS << min(tries - 1, 10), LONGEST_THROTTLED_MS)
        if self._is_virtual:
            return 0
        return RETRY_SECONDS[min(event.tries, len(RETRY_SECONDS) - 1)] * 1000

    def _end(self, event: FunctionEvent, outcome: Outcome, policy: InvocationPolicy, condition: str) -> None:
        self._throttled.pop(event.id, None)
        deliveries = policy.deliveries(event, outcome, condition)
        if condition != SUCCESS and not deliveries:
            self._report_dropped(event, outcome)
        self._events.end(self._worker, event.id, deliveries, self._clock())

    def _report_dropped(self, event: FunctionEvent, outcome: Outcome) -> None:
        what = f"event {event.request_id} for {event.function_ref} dropped"
        self._report(f"{what}: {outcome.error} {outcome.message}".rstrip())
