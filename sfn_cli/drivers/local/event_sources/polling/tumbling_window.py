"""Tumbling windows: state that a function carries from batch to batch of a shard, until a time is over.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.drivers.local.event_sources.polling.source_records import BatchResult, SourceRecord


class TumblingWindow:
    """The open window of one shard. Times are milliseconds since 1970."""

    def __init__(self, length_ms: int) -> None:
        self._length = length_ms
        self._start: int | None = None
        self._state: Any = {}
        self.is_final = False
        """Whether the next batch is the last one of the window."""

    def restore(self, stored: str | None) -> None:
        """Continues a window that was stored; of another length, it is forgotten."""
        if not stored or not self._length:
            return
        found = jsonvalue.loads(stored)
        if found.get("length") == self._length:
            self._start, self._state = found["start"], found["state"]

    def stored(self) -> str | None:
        if self._start is None:
            return None
        return jsonvalue.dumps({"length": self._length, "start": self._start, "state": self._state})

    def ends_in(self, now: int) -> int | None:
        """Returns the time until the open window ends; None if there is none."""
        return None if self._start is None else self._start + self._length - now

    def next(
        self, gathered: Sequence[SourceRecord], now: int, limit: int, *, is_idle: bool
    ) -> tuple[list[SourceRecord], bool]:
        """Returns (the records of the open window to send now, whether the window ends instead).

        `is_idle` ends a window without waiting for its time, once there are no further records.
        """
        if self._start is None:
            if not gathered:
                return [], False
            self._start = gathered[0].arrived_at // self._length * self._length
        end = self._start + self._length
        ready = []
        for record in gathered[:limit]:
            if record.arrived_at >= end:
                break
            ready.append(record)
        return ready, not ready and (bool(gathered) or now >= end or is_idle)

    def event_members(self, shard: str, stream_arn: str) -> dict[str, Any]:
        """Returns the members of the event beside its records."""
        assert self._start is not None
        return {
            "shardId": shard,
            "eventSourceARN": stream_arn,
            "window": {"start": _window_time(self._start), "end": _window_time(self._start + self._length)},
            "state": self._state,
            "isFinalInvokeForWindow": self.is_final,
            "isWindowTerminatedEarly": False,
        }

    def on_handled(self, result: BatchResult | None) -> None:
        """Takes over the state that the function returned; the end of the window discards it."""
        if self.is_final:
            self.is_final, self._start, self._state = False, None, {}
        elif result is not None:
            try:
                answer = jsonvalue.loads(result.answer or "null")
            except (RecursionError, ValueError):
                answer = None
            self._state = (answer.get("state") or {}) if isinstance(answer, dict) else {}


def _window_time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
