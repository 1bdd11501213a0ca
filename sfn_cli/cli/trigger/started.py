"""What an event starts: its deliveries, and the executions that begin after it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.names import bus_arn, rule_arn
from sfn_cli.api.events.started_executions import event_execution_name
from sfn_cli.api.following import follow_changes
from sfn_cli.api.stepfunctions.status_events import StatusEvents
from sfn_cli.api.views.machine_summaries import latest_express_executions
from sfn_cli.arn import name_of_execution, parse_arn
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.run.followed_run import follow_run
from sfn_cli.cli.screen import one_screen_line

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.stacks.triggers.trigger import Fired

_PENDING, _FAILED = "PENDING", "FAILED"

_LATEST = 50
"""How many executions of an EXPRESS machine are searched for what an event starts."""


class StartedExecutions:
    """The executions that begin after this object was created."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._since = backend.service.clock()
        self._events = StatusEvents(backend.service, self._since)
        self._known = {event["detail"]["executionArn"] for event in self._events.next()}
        self._known.update(latest_express_executions(backend.service, _LATEST))

    def follow(self, fired: Fired, seconds: int) -> bool:
        """Waits for what an event starts, and follows the executions to their ends.

        Returns whether an execution started. Raises CommandFailedError if a delivery failed, or an
        execution did not succeed.
        """
        started = self._await_starts(fired, seconds)
        for execution in started:
            if not self._backend.terminal.moves_cursor(sys.stderr):
                print(f"Execution {one_screen_line(execution)}", file=sys.stderr)
            follow_run(self._backend, execution, [], with_events=False)
        return bool(started)

    def _await_starts(self, fired: Fired, seconds: int) -> list[str]:
        """Returns the executions that started, once all deliveries of the event have ended."""
        found: dict[str, None] = {}
        until = time.monotonic() + seconds
        failures: list[str] = []
        for _ in follow_changes(self._backend.service, seconds):
            is_pending, awaits_function, failures = self._delivered(fired, found)
            found.update(dict.fromkeys(self._new_executions(fired)))
            is_done = not is_pending and (found or failures or not awaits_function)
            if is_done or time.monotonic() > until:
                break
        for line in failures:
            print(one_screen_line(line), file=sys.stderr)
        if failures and not found:
            raise CommandFailedError("The event was not delivered.")
        return list(found)

    def _delivered(self, fired: Fired, found: dict[str, None]) -> tuple[bool, bool, list[str]]:
        """Returns whether deliveries are pending, whether executions may still start, and failures.

        Adds the executions that deliveries have started to `found`.
        """
        recorded = self._backend.service.deliveries
        if fired.event_id is None:  # a service has the event: what becomes of it is recorded later
            failed = [one for one in recorded.changed_since(self._since) if one.status == _FAILED]
            return False, True, [_failure_line(one) for one in failed]
        deliveries = recorded.find(fired.event_id)
        failures = []
        awaits = False
        for delivery in deliveries:
            target = parse_arn(delivery.target)
            if delivery.status == _FAILED:
                failures.append(_failure_line(delivery))
            elif target is not None and target.service == "states":
                if delivery.result:
                    found[delivery.result] = None
            else:
                awaits = True
        return any(delivery.status == _PENDING for delivery in deliveries), awaits, failures

    def _new_executions(self, fired: Fired) -> list[str]:
        """Returns the executions that have started, except those of schedules that are due by chance."""
        started = [event["detail"]["executionArn"] for event in self._events.next()]
        started += latest_express_executions(self._backend.service, _LATEST)
        return [
            execution
            for execution in started
            if execution not in self._known and not self._is_scheduled(execution, fired)
        ]

    def _is_scheduled(self, execution_arn: str, fired: Fired) -> bool:
        """Whether a schedule has started an execution, and not the event that was fired."""
        name = name_of_execution(execution_arn).rpartition("/")[2]
        event_id = name.partition("_")[0]
        return event_id != fired.event_id and any(
            event_execution_name(event_id, delivery.source, delivery.target_key) == name
            and self._is_schedule(delivery.source)
            for delivery in self._backend.service.deliveries.find(event_id)
        )

    def _is_schedule(self, source: str) -> bool:
        """Whether the source of a delivery is a schedule, or a rule with one."""
        kind, _, rest = source.partition("/")
        if kind != "rule":
            return kind == "schedule"
        bus, _, name = rest.rpartition("/")
        service = self._backend.service
        rule = service.event_rules.find(rule_arn(bus_arn(service, bus), name))
        return rule is not None and rule.schedule is not None


def _failure_line(delivery: Any) -> str:
    return f"{delivery.source}: {delivery.target} failed: {delivery.result}"
