"""Deliveries: hands the events of rules, schedules, topics and buckets to their targets, at least once.

Rule 1: a delivery to a function ends in the transaction that queues the function's event.
Rule 2: an execution has a name that is derived from the event, so a second try starts nothing twice.
Rule 3: other targets are called in threads. A worker that dies during a call leaves the delivery to
another, which calls again.
Rule 4: a failed call is tried again, with growing delays, as RetryPolicy says (185 times, for a day).
Then, or if another try would fail too, the event goes to the queue of DeadLetterConfig.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.arn import service_in_arn
from sfn_cli.errors import ApiError, SfnError, is_store_error
from sfn_cli.integrations.targets.target import TargetCall, TargetError
from sfn_cli.store.records.events.deliveries import DELIVERED, FAILED
from sfn_cli.uuids import derived_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.store.protocols.deliveries import DeliveryQueue
    from sfn_cli.store.records.events.deliveries import Delivery

AT_ONCE = 64
"""How many deliveries one worker carries out at a time."""

MOST_RETRIES = 185
LONGEST_MS = 24 * 60 * 60 * 1000
LONGEST_PAUSE_MS = 300_000

KEPT_MS = 24 * 60 * 60 * 1000
"""How long deliveries that have ended are kept, for people to see."""

PRUNE_SECONDS = 600.0


class EventDeliveries:
    """The deliveries of one worker. `report` writes a line to the worker's log."""

    def __init__(
        self, queue: DeliveryQueue, context: TaskContext, worker: int, report: Callable[[str], None]
    ) -> None:
        self._queue = queue
        self._context = context
        self._worker = worker
        self._report = report
        self._reported: set[str] = set()
        self._prunes_at = 0.0
        self.in_progress = 0
        """How many targets are being called."""
        self.is_unfinished = False
        """Whether there are deliveries, due now or later, that no other worker owns."""

    def check(self, live_workers: Callable[[], set[int]]) -> bool:
        """Takes deliveries that are due. Returns whether there may be more."""
        if not self._queue.any():
            self.is_unfinished = self.in_progress > 0
            return False
        live = live_workers()
        room = AT_ONCE - self.in_progress
        taken = self._queue.take(self._worker, live, self._context.clock(), room) if room > 0 else []
        of_machines = [delivery for delivery in taken if service_in_arn(delivery.target) == "states"]
        self._start_executions(of_machines)
        for delivery in taken:
            if service_in_arn(delivery.target) != "states":
                self._carry_out(delivery)
        self.is_unfinished = self.in_progress > 0 or self._queue.waiting(self._worker, live)
        return bool(taken) and len(taken) == room

    def prune(self) -> None:
        """Deletes deliveries that ended some time ago, every PRUNE_SECONDS."""
        if time.monotonic() >= self._prunes_at:
            self._prunes_at = time.monotonic() + PRUNE_SECONDS
            self._queue.prune(self._context.clock() - KEPT_MS)

    def _carry_out(self, delivery: Delivery) -> None:
        """Hands over one event, or begins to."""
        try:
            if service_in_arn(delivery.target) == "lambda":
                self._invoke_function(delivery)
            else:
                self._call_target(delivery)
        except ApiError as error:
            self._fail(delivery, TargetError(error.code, error.message, is_final=True))
        except Exception as error:
            if is_store_error(error):
                raise
            self._fail(delivery, TargetError("InternalError", repr(error), is_final=False))

    def _invoke_function(self, delivery: Delivery) -> None:
        from sfn_cli.api.functions.references import existing_function_reference

        existing_function_reference(self._context.service, {"FunctionName": delivery.target})
        request_id = derived_uuid(f"{delivery.source} {delivery.event_id} {delivery.target_key}")
        self._queue.invoke(
            self._worker, delivery.id, request_id, delivery.target, delivery.payload, self._context.clock()
        )

    def _start_executions(self, deliveries: Sequence[Delivery]) -> None:
        """Starts the executions of all deliveries in one transaction, and ends these in another."""
        from sfn_cli.api.events.started_executions import (
            event_execution,
            event_execution_name,
            start_event_executions,
        )

        service, wanted = self._context.service, []
        for delivery in deliveries:
            name = event_execution_name(delivery.event_id, delivery.source, delivery.target_key)
            try:
                new = event_execution(service, delivery.target, name, delivery.payload)
                wanted.append((delivery, new))
            except ApiError as error:
                self._fail(delivery, TargetError(error.code, error.message, is_final=True))
            except Exception as error:
                if is_store_error(error):
                    raise
                self._fail(delivery, TargetError("InternalError", repr(error), is_final=False))
        if not wanted:
            return
        started = {}
        results = start_event_executions(service, [new for _, new in wanted])
        for (delivery, _), result in zip(wanted, results, strict=True):
            if isinstance(result, ApiError):
                self._fail(delivery, TargetError(result.code, result.message, is_final=True))
            else:
                started[delivery.id] = result
        self._queue.end_delivered(self._worker, started, self._context.clock())

    def _call_target(self, delivery: Delivery) -> None:
        self.in_progress += 1
        self._context.background(
            partial(_call_in_thread, delivery, self._context), partial(self._on_called, delivery)
        )

    def _on_called(self, delivery: Delivery, outcome: str | Exception | None) -> None:
        self.in_progress -= 1
        if isinstance(outcome, TargetError):
            self._fail(delivery, outcome)
        elif isinstance(outcome, Exception):
            why = str(outcome) if isinstance(outcome, SfnError) else repr(outcome)
            self._fail(delivery, TargetError("InternalError", why, is_final=False))
        else:
            self._queue.end(self._worker, delivery.id, DELIVERED, outcome, self._context.clock())

    def _fail(self, delivery: Delivery, error: TargetError) -> None:
        """Arranges another try, or ends the delivery: see Rule 4."""
        now = self._context.clock()
        exhausted = None if error.is_final else _exhausted_condition(delivery, now)
        if not error.is_final and exhausted is None:
            self._queue.retry(self._worker, delivery.id, now + self._pause_ms(delivery), str(error), now)
            self._report_once(f"{delivery.source}: {delivery.target} will be tried again: {error}")
            return
        from sfn_cli.drivers.local.event_sources.dead_letters import dead_letter

        letter = dead_letter(delivery, error, exhausted)
        if letter is not None:
            # Stored before the delivery ends: a worker that dies in between stores it only once.
            self._context.service.deliveries.add([letter], now)
        self._queue.end(self._worker, delivery.id, FAILED, str(error), now)
        self._report_once(
            f"{delivery.source}: event {delivery.event_id} for {delivery.target} failed: {error}"
        )

    def _pause_ms(self, delivery: Delivery) -> int:
        if self._context.settings.clock == "virtual":
            return 0
        return int(min(1000 * 2 ** min(delivery.tries, 20), LONGEST_PAUSE_MS))

    def _report_once(self, line: str) -> None:
        if line not in self._reported:
            self._reported.add(line)
            self._report(line)


def _call_in_thread(delivery: Delivery, context: TaskContext) -> str | None:
    """Calls the target over a separate connection, and waits. Raises TargetError."""
    from sfn_cli.integrations.targets.table import call_target

    service = context.service.sibling()
    try:
        return call_target(TargetCall(delivery, service, context.clients))
    finally:
        service.close()


def _exhausted_condition(delivery: Delivery, now: int) -> str | None:
    """Returns which limit of the retry policy is reached, if any."""
    policy: Any = delivery.options.get("RetryPolicy") or {}
    most, seconds = policy.get("MaximumRetryAttempts"), policy.get("MaximumEventAgeInSeconds")
    if delivery.tries >= (MOST_RETRIES if most is None else int(most)):
        return "MaximumRetryAttempts"
    if now - delivery.created_at >= (LONGEST_MS if seconds is None else int(seconds) * 1000):
        return "MaximumEventAgeInSeconds"
    return None
