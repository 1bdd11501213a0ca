"""Rules, schedules and what belongs to them: the interface of every store.

Rules and schedules that belong to a stopped stack are stored and listed, but do nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.store.records.events.deliveries import NewDelivery
    from sfn_cli.store.records.events.rules import ArchivedEvent, EventItem, EventRule, Schedule


class EventRules(Protocol):
    """The rules of event buses, by ARN."""

    def put(self, rule: EventRule) -> None:
        """Stores a rule, replacing the one with its ARN."""

    def find(self, arn: str) -> EventRule | None: ...
    def page(self, bus_arn: str, prefix: str, after: str, limit: int) -> list[EventRule]: ...
    def change(self, arn: str, change: Callable[[EventRule], EventRule]) -> EventRule | None: ...
    def delete(self, arn: str) -> bool: ...
    def matching_candidates(self, bus_arn: str) -> list[EventRule]:
        """Returns the enabled rules of a bus that have a pattern, by name."""

    def any_enabled(self) -> bool:
        """Whether an enabled rule has a schedule and a target."""

    def due(self, at: int) -> list[EventRule]:
        """Returns the enabled rules whose schedules are due at `at` or earlier."""

    def fire(self, rule: EventRule, next_at: int | None, deliveries: Sequence[NewDelivery], at: int) -> bool:
        """Stores the deliveries of a due schedule, and when it is due next: one transaction.

        Returns False, and stores nothing, if another worker has done so, or the rule was changed.
        """


class Schedules(Protocol):
    """Schedules of EventBridge Scheduler, by ARN."""

    def create(self, schedule: Schedule) -> bool: ...
    def find(self, arn: str) -> Schedule | None: ...
    def page(self, group: str | None, prefix: str, after: str, limit: int) -> list[Schedule]:
        """Returns schedules ordered by "GROUP/NAME"; `after` is in this form, and "" for the first."""

    def change(self, arn: str, change: Callable[[Schedule], Schedule]) -> Schedule | None: ...
    def delete(self, arn: str) -> bool: ...
    def delete_group(self, group: str) -> int:
        """Deletes the schedules of a group. Returns their number."""

    def any_enabled(self) -> bool:
        """Whether an enabled schedule has a further time."""

    def due(self, at: int) -> list[Schedule]:
        """Returns the enabled schedules that are due at `at` or earlier."""

    def fire(
        self,
        schedule: Schedule,
        next_at: int | None,
        deliveries: Sequence[NewDelivery],
        at: int,
        *,
        is_deleted: bool,
    ) -> bool:
        """Stores deliveries as `EventRules.fire` does. `is_deleted`: the schedule is then deleted."""


class EventItems(Protocol):
    """Event buses, archives, replays, API destinations and schedule groups, by kind and key."""

    def create(self, item: EventItem) -> bool: ...
    def find(self, kind: str, key: str) -> EventItem | None: ...
    def page(self, kind: str, prefix: str, after: str, limit: int) -> list[EventItem]:
        """Returns items whose key begins with `prefix`, by key; `after` is a key."""

    def change(self, kind: str, key: str, change: Callable[[EventItem], EventItem]) -> EventItem | None: ...
    def delete(self, kind: str, key: str) -> bool: ...


class Archives(Protocol):
    """The events in archives, by the archive's ARN."""

    def add(self, events: Sequence[ArchivedEvent]) -> None:
        """Stores events. One that is in its archive already is left as it is."""

    def between(
        self, archive: str, start: int, end: int, after: tuple[int, int], limit: int
    ) -> list[tuple[int, ArchivedEvent]]:
        """Returns (id, event) of the events from `start` until before `end`, after the (time, id) given."""

    def size(self, archive: str) -> tuple[int, int]:
        """Returns the number of an archive's events, and their size in bytes."""

    def prune(self, archive: str, before: int) -> int:
        """Deletes the archive's events before a time. Returns their number."""
