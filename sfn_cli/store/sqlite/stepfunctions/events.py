"""The rows of history events."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.jsonvalue import Payload
from sfn_cli.settings import VIRTUAL_CLOCK
from sfn_cli.store.sqlite.keys import event_key, event_of_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from sqlite3 import Connection

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.executions import NewExecution

COLUMNS = "key, previous, at, type, frame, next, payload, details"


def insert_events(connection: Connection, rows: Iterable[tuple[object, ...]]) -> None:
    """Writes events, as returned by `event_rows`, in the caller's transaction."""
    connection.executemany(f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def event_rows(execution: int, events: Iterable[HistoryEvent]) -> list[tuple[object, ...]]:
    """Returns the rows for events of the execution with this row id."""
    first = event_key(execution, 0)
    return [
        (
            first + id,
            previous,
            at,
            type,
            frame,
            next,
            None if payload is None else payload.text,
            None if details is None else _event_details_text(details),
        )
        for id, previous, at, type, frame, next, payload, details in events
    ]


def last_event(connection: Connection, execution: int) -> tuple[int, int]:
    """Returns the id and time of the last event of the execution with this row id.

    (0, 0) if its events are missing. If the time is damaged, it is 0, so that an execution with
    damaged rows can still be stopped.
    """
    row = connection.execute(
        "SELECT key, CAST(at AS INTEGER) FROM event WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT 1",
        (event_key(execution, 0), event_key(execution + 1, 0)),
    ).fetchone()
    if row is None:
        return 0, 0
    key, at = row
    return event_of_key(key), at


def read_events(
    connection: Connection, after: int, before: int, direction: str = "ASC", limit: int = -1
) -> list[HistoryEvent]:
    """Returns the events with a key between these two, exclusively."""
    # The cursor is not assigned to a variable: the traceback of an error would keep it, and
    # with it the files of a connection that has been closed.
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM event WHERE key > ? AND key < ? ORDER BY key {direction} LIMIT ?",
        (after, before, limit),
    ).fetchall()
    return [event_from(row) for row in rows]


def event_from(row: tuple[Any, ...]) -> HistoryEvent:
    """Returns the event of a row with the columns `COLUMNS`."""
    key, previous, at, type_, frame, next_, payload, details = row
    return HistoryEvent(
        event_of_key(key),
        previous,
        at,
        type_,
        frame,
        next_,
        None if payload is None else Payload(text=payload),
        None if details is None else jsonvalue.loads(details),
    )


def _event_details_text(details: Mapping[str, Json]) -> str:
    # The details of most events are only a state's name. A machine has few, so they are cached.
    if len(details) == 1 and "name" in details:
        return _event_name_text(details["name"])
    return jsonvalue.dumps(details)


@lru_cache(maxsize=1024)
def _event_name_text(name: str) -> str:
    return jsonvalue.dumps({"name": name})


def insert_taken_over_events(
    connection: Connection,
    id: int,
    new: NewExecution,
    started: HistoryEvent,
    events: Sequence[HistoryEvent],
) -> None:
    """Writes the events that a new execution takes over, and what its row says about them."""
    insert_events(connection, event_rows(id, events))
    if new.clock == VIRTUAL_CLOCK and events[-1].at > started.at:
        jump = (id, started.at, events[-1].at)
        connection.execute("INSERT INTO clock_jump (execution, jumped_at, jumped_to) VALUES (?, ?, ?)", jump)
    redrives = [event for event in events if event.type == "ExecutionRedriven"]
    if redrives:
        assert redrives[-1].details is not None
        connection.execute(
            "UPDATE execution SET redrive_count = ?, redriven_at = ? WHERE id = ?",
            (redrives[-1].details["redriveCount"], redrives[-1].at, id),
        )
