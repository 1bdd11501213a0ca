"""The rows of history events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.sqlite.keys import event_of, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = "key, previous, at, type, frame, next, payload, details"


def insert_events(connection: Any, rows: Iterable[tuple[object, ...]]) -> None:
    """Writes events, as `event_row` gives them, in the caller's transaction."""
    connection.executemany(f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def event_row(execution: int, event: HistoryEvent) -> tuple[object, ...]:
    """The row of an event of the execution in this row."""
    id, previous, at, type, frame, next, payload, details = event
    return (
        key_of(execution, id),
        previous,
        at,
        type,
        frame,
        next,
        None if payload is None else payload.text,
        None if details is None else jsonvalue.dumps(details),
    )


def event_from(row: tuple[Any, ...]) -> HistoryEvent:
    """The event of a row of `COLUMNS`."""
    key, previous, at, type_, frame, next_, payload, details = row
    return HistoryEvent(
        event_of(key),
        previous,
        at,
        type_,
        frame,
        next_,
        None if payload is None else Payload(text=payload),
        None if details is None else jsonvalue.loads(details),
    )
