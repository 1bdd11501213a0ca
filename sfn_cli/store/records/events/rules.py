"""Rules of event buses, and schedules of EventBridge Scheduler. Times are milliseconds since 1970."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.jsonvalue import Json

ENABLED, DISABLED = "ENABLED", "DISABLED"


class EventRule(NamedTuple):
    """A rule of an event bus: a pattern of events, or a schedule, or both."""

    arn: str
    bus_arn: str
    name: str
    pattern: str | None
    schedule: str | None
    state: str
    details: Mapping[str, Json]
    """Description, RoleArn, where they are given."""
    targets: Sequence[Mapping[str, Json]]
    """EventBridge's Targets, in the order of their Ids."""
    tags: Mapping[str, str]
    created_at: int
    next_at: int | None = None
    """When its schedule is due next; None without one."""

    @property
    def bus_name(self) -> str:
        return self.bus_arn.rpartition("/")[2]


class Schedule(NamedTuple):
    """A schedule of EventBridge Scheduler."""

    arn: str
    group_name: str
    name: str
    expression: str
    state: str
    details: Mapping[str, Json]
    """The other members of CreateSchedule: Target, FlexibleTimeWindow, …"""
    created_at: int
    modified_at: int
    next_at: int | None = None
    """When it is due next; None if it has no further time."""


class EventItem(NamedTuple):
    """An event bus, archive, replay, API destination or schedule group: see `kind`."""

    kind: str
    key: str
    """The ARN without an id at its end: one for each name."""
    arn: str
    name: str
    details: Mapping[str, Json]
    """The members of the operation that created or changed it."""
    tags: Mapping[str, str]
    created_at: int
    modified_at: int


BUS, ARCHIVE, REPLAY = "event-bus", "archive", "replay"
API_DESTINATION, SCHEDULE_GROUP = "api-destination", "schedule-group"


class ArchivedEvent(NamedTuple):
    """An event in an archive; `at` is the event's own time, `event` its JSON text."""

    archive: str
    event_id: str
    at: int
    event: str
