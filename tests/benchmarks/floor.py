"""The limit of plain Python and SQLite: a minimal interpreter of Pass, Choice and Succeed.

It walks a table of states and writes the rows that sfn writes for the same executions, into the
same tables, with the same synchronous = FULL and as many rows per commit. It has nothing else of
sfn: no definitions, reference paths, quotas, variables, timers, leases, replay, other workers.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.driven_store import Store

Row = tuple[int, int, int, str, int, str | None, str | None, str | None]

dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class State(NamedTuple):
    """One state: `run` returns a Pass state's output, `choose` a Choice's next state."""

    type: str
    next: str | None = None
    run: Callable[[Any], Any] | None = None
    choose: Callable[[Any], str] | None = None


ROWS_A_COMMIT = 500


def drive(store: Store, states: Mapping[str, State]) -> int:
    """Runs the store's running executions to their end, from the first state.

    Returns the number of events.
    """
    start_at = next(iter(states))
    count = 0
    batch: list[Row] = []
    for id, text in store.connection.execute(
        "SELECT id, input FROM execution WHERE status = 'RUNNING'"
    ).fetchall():
        for row in events(id, start_at, states, json.loads(text)):
            batch.append(row)
            if len(batch) == ROWS_A_COMMIT:
                count += _commit(store, batch)
                batch = []
    return count + _commit(store, batch)


def _commit(store: Store, rows: list[Row]) -> int:
    ends = [
        ("SUCCEEDED", at, payload, key >> 16)
        for key, _, at, type, _, _, payload, _ in rows
        if type == "ExecutionSucceeded"
    ]
    store.connection.execute("BEGIN IMMEDIATE")
    store.connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    store.connection.executemany(
        "UPDATE execution SET status = ?, stopped_at = ?, output = ? WHERE id = ?", ends
    )
    store.connection.execute("COMMIT")
    return len(rows)


def events(execution: int, start_at: str, states: Mapping[str, State], value: Any) -> Iterator[Row]:
    """Yields an execution's rows after that of ExecutionStarted.

    A text is serialised when the value changes.
    """
    text = dumps(value)
    key = (execution << 16) + 1
    id = 1
    name: str | None = start_at
    while name is not None:
        type, next, run, choose = states[name]
        at = time.time_ns() // 1_000_000
        yield key + 1, id if id > 1 else 0, at, f"{type}StateEntered", 0, None, text, dumps({"name": name})
        if run is not None:
            value = run(value)
            text = dumps(value)
        elif choose is not None:
            next = choose(value)
        yield key + 2, id + 1, at, f"{type}StateExited", 0, next, text, dumps({"name": name})
        key += 2
        id += 2
        name = next
    yield key + 1, id, time.time_ns() // 1_000_000, "ExecutionSucceeded", 0, None, text, "{}"


def chain(length: int) -> Mapping[str, State]:
    """Returns that many Pass states."""
    return {f"S{n}": State("Pass", f"S{n + 1}" if n + 1 < length else None) for n in range(length)}


def counting(turns: int) -> Mapping[str, State]:
    """A count from the input's n to `turns`: a Choice, and a Pass that adds one."""
    return {
        "Again": State("Choice", choose=lambda value: "Add" if value["n"] < turns else "Done"),
        "Add": State("Pass", "Again", run=lambda value: {"n": value["n"] + 1}),
        "Done": State("Succeed"),
    }
