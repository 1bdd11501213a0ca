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
        """Whether the stream is new; None when the group does not exist."""

    def delete_group(self, name: str) -> bool: ...
    def delete_stream(self, group: str, name: str) -> bool: ...
    def change_tags(self, group: str, change: Callable[[dict[str, str]], Mapping[str, str]]) -> bool: ...
    def set_retention(self, group: str, days: int | None) -> bool: ...
    def expire(self, now: int) -> None:
        """Deletes the events that are older than their group's retention period."""

    def has_group(self, name: str) -> bool: ...
    def has_stream(self, group: str, name: str) -> bool: ...
    def oldest(self, group: str, now: int) -> int:
        """Returns the time before which the group shows no events."""

    def tags(self, group: str) -> dict[str, str] | None: ...
    def groups(self, after: str, limit: int, *, prefix: str = "", containing: str = "") -> list[LogGroup]: ...
    def streams(self, group: str, *, prefix: str = "") -> list[LogStream]: ...


class Logs(Protocol):
    """Log events. Their ids grow as they are added."""

    def append(self, lines: Iterable[LogLine], ingested_at: int) -> None:
        """Adds lines; groups and streams that do not exist are created."""

    def events(
        self, group: str, limit: int, *, streams: Sequence[str] | None = None, stream_prefix: str = "",
        start: int = ..., end: int = ..., after: tuple[int, int] = ..., before: tuple[int, int] = ...,
        matches: Callable[[str], bool] | None = None, newest_first: bool = False,
    ) -> list[LogEvent]:  # fmt: skip
        """Returns events in order of time, with start <= time < end.

        Only those between the events `after` and `before` (time, id), and for which
        `matches(message)`.
        """

    def after(self, group: str, last_id: int, limit: int = 10_000) -> list[LogEvent]:
        """Returns the events added since the event `last_id`, in that order."""

    def last_id(self) -> int: ...
