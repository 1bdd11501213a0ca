"""Log groups, streams and events: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sfn_cli.store.records.logs import LogEvent, LogGroup, LogLine, LogStream


class LogGroups(Protocol):
    """Log groups (by name) and their streams."""

    def create_group(self, name: str, at: int, tags: Mapping[str, str] | None = None) -> bool: ...
    def create_stream(self, group: str, name: str, at: int) -> bool | None:
        """Returns whether the stream is new; None if the group does not exist."""

    def delete_group(self, name: str) -> bool: ...
    def delete_stream(self, group: str, name: str) -> bool: ...
    def change_tags(self, group: str, change: Callable[[dict[str, str]], Mapping[str, str]]) -> bool: ...
    def set_retention(self, group: str, days: int | None) -> bool: ...
    def expire(self, now: int) -> None:
        """Deletes the events that are older than their group's retention period."""

    def has_group(self, name: str) -> bool: ...
    def has_stream(self, group: str, name: str) -> bool: ...
    def oldest(self, group: str, now: int) -> int:
        """Returns the time of the oldest events that the group still shows."""

    def tags(self, group: str) -> dict[str, str] | None: ...
    def groups(self, after: str, limit: int, *, prefix: str = "", containing: str = "") -> list[LogGroup]: ...
    def streams(self, group: str, *, prefix: str = "") -> list[LogStream]: ...


class Logs(Protocol):
    """Log events. Their ids increase in the order in which they are added."""

    def append(self, lines: Iterable[LogLine], ingested_at: int) -> None:
        """Adds lines, and creates the groups and streams that do not exist."""

    def events(
        self, group: str, limit: int, *, streams: Sequence[str] | None = None, stream_prefix: str = "",
        start: int = ..., end: int = ..., after: tuple[int, int] = ..., before: tuple[int, int] = ...,
        matches: Callable[[str], bool] | None = None, newest_first: bool = False,
    ) -> list[LogEvent]:  # fmt: skip
        """Returns the events with start <= time < end, by time.

        Only those between the events `after` and `before` (time, id) for which `matches(message)`
        is true.
        """

    def after(self, group: str, last_id: int, limit: int = 10_000) -> list[LogEvent]:
        """Returns the events added after the event `last_id`, in the order they were added."""

    def last_id(self) -> int: ...
