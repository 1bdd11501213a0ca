"""Schedules: sends the events of rules and schedules that are due.

Rule 1: the event of a time, and the schedule's next time, are stored in one transaction.
Rule 2: a time that passed while no worker ran is made up for once, if it was less than LATE_MS ago.
Earlier ones are left out: a laptop that was closed for a weekend has no hundred backups to start.
Rule 3: times follow the wall clock, also with SFN_CLOCK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.errors import is_store_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.events.rules import EventRule, Schedule

LATE_MS = 15 * 60 * 1000
"""How late an event may be sent."""


class DueSchedules:
    """The schedules, as one worker checks them. `report` writes a line to the worker's log."""

    def __init__(self, service: Service, report: Callable[[str], None]) -> None:
        self._service = service
        self._report = report
        self._reported: set[str] = set()

    def check(self) -> None:
        """Sends the events that are due. A fault of one schedule does not affect the others."""
        now = self._service.clock()
        for rule in self._service.event_rules.due(now):
            self._isolated(rule.arn, lambda rule=rule: self._fire_rule(rule, now))  # type: ignore[misc]
        for schedule in self._service.schedules.due(now):
            self._isolated(schedule.arn, lambda one=schedule: self._fire_schedule(one, now))  # type: ignore[misc]

    def _fire_rule(self, rule: EventRule, now: int) -> None:
        from sfn_cli.api.events.firing import deliveries_at
        from sfn_cli.api.events.rules import rule_next_at

        at = self._time_to_send(rule.arn, rule.next_at, now, lambda after: rule_next_at(rule, after))
        deliveries = [] if at is None else deliveries_at(rule, at)
        self._service.event_rules.fire(rule, rule_next_at(rule, now), deliveries, now)

    def _fire_schedule(self, schedule: Schedule, now: int) -> None:
        from sfn_cli.api.events.firing import schedule_delivery
        from sfn_cli.api.scheduler.schedules import schedule_next_at

        at = self._time_to_send(
            schedule.arn, schedule.next_at, now, lambda after: schedule_next_at(schedule, after)
        )
        next_at = schedule_next_at(schedule, now)
        is_deleted = next_at is None and schedule.details.get("ActionAfterCompletion") == "DELETE"
        deliveries = [] if at is None else [schedule_delivery(schedule, at)]
        self._service.schedules.fire(schedule, next_at, deliveries, now, is_deleted=is_deleted)

    def _time_to_send(
        self, arn: str, due_at: int | None, now: int, next_after: Callable[[int], int | None]
    ) -> int | None:
        """Returns the latest of the times that are due, if it is not too late for it."""
        assert due_at is not None
        if due_at < now - LATE_MS:
            recent = next_after(now - LATE_MS)
            self._report(f"{arn}: no event for {format_timestamp(due_at)}, when no worker was running")
            if recent is None or recent > now:
                return None
            due_at = recent
        while (following := next_after(due_at)) is not None and following <= now:
            due_at = following
        return due_at

    def _isolated(self, arn: str, fire: Callable[[], None]) -> None:
        try:
            fire()
        except Exception as error:
            if is_store_error(error):
                raise
            line = f"{arn} was not started: {error!r}"
            if line not in self._reported:
                self._reported.add(line)
                self._report(line)
