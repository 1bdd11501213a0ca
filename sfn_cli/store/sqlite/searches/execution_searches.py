"""Searches of executions, over all state machines or some of them.

The executions of each machine (and each status) are read in order from an index, and merged: nothing is
sorted, and nothing is read beyond the last one that is examined. The index of ARNs finds those whose
names begin with a text, unless there are so many that reading in order finds them sooner.
"""

from __future__ import annotations

import heapq
import json
import re
import sys
from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.arn import execution_arn, express_execution_arn
from sfn_cli.store.records.execution_searches import FormerInput, FoundExecution, FoundExecutions
from sfn_cli.store.sqlite.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from sqlite3 import Connection, Cursor
    from typing import Any

    from sfn_cli.store.records.execution_searches import ExecutionSearch, Position
    from sfn_cli.store.sqlite.database import Database

    Candidate = tuple[int, int, str, bytes | None, bytes | None]
    """An execution to compare: start time, row id, name; and input and output, if they are searched."""

_FIRST, _LAST = (-(1 << 62), -(1 << 62)), (1 << 62, 1 << 62)
_MOST_NAMED = 1000
_MOST_BYTES = 100_000_000
_EXAMINED_FOR_INPUTS = 200
_LONGEST_INPUT = 100_000
_MOST_INPUT_CHARACTERS = 1_000_000


class SqliteExecutionSearches:
    """Searches of the executions in one store (protocols/execution_searches.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, search: ExecutionSearch, limit: int, most_examined: int) -> FoundExecutions:
        with self._database.reading() as connection:
            cursors = list(_open_cursors(connection, search))
            try:
                ids, examined, last = _take_matches(
                    heapq.merge(*cursors, reverse=not search.is_newer),
                    _search_matcher(search),
                    limit,
                    most_examined,
                )
            finally:
                for cursor in cursors:
                    cursor.close()
            return FoundExecutions(_read_found_executions(connection, ids), examined, last)

    def started_machines(self, arn_prefix: str) -> list[str]:
        with self._database.reading() as connection:
            # A jump through the index: one step for each machine, not for each execution. The executions
            # below a "/" are children of Map Runs.
            rows = connection.execute(
                """
                WITH RECURSIVE machine (arn) AS (
                    SELECT min(state_machine_arn) FROM execution WHERE state_machine_arn >= :prefix
                    UNION ALL
                    SELECT (SELECT min(e.state_machine_arn) FROM execution e
                            WHERE e.state_machine_arn > machine.arn)
                    FROM machine WHERE substr(machine.arn, 1, length(:prefix)) = :prefix
                )
                SELECT arn FROM machine
                WHERE substr(arn, 1, length(:prefix)) = :prefix
                  AND instr(substr(arn, length(:prefix) + 1), '/') = 0
                """,
                {"prefix": arn_prefix},
            )
            return [arn for (arn,) in rows]

    def count_started(self, machine_arn: str, statuses: Sequence[str], since: int) -> int:
        with self._database.reading() as connection:
            return sum(
                connection.execute(
                    """
                    SELECT count(*) FROM execution
                    WHERE state_machine_arn = ? AND status = ? AND started_at >= ?
                    """,
                    (machine_arn, status, since),
                ).fetchone()[0]
                for status in statuses
            )

    def former_inputs(self, machine_arn: str, limit: int) -> list[FormerInput]:
        found: dict[str, FormerInput] = {}
        characters = 0
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT e.arn, e.name, e.started_at, substr(e.input, 1, {_LONGEST_INPUT + 1})
                FROM execution e
                WHERE e.state_machine_arn = ?
                ORDER BY e.started_at DESC, e.id DESC
                LIMIT {_EXAMINED_FOR_INPUTS}
                """,
                (machine_arn,),
            )
            for former in map(FormerInput._make, rows):
                characters += len(former.input)
                if len(found) >= limit or characters > _MOST_INPUT_CHARACTERS:
                    break
                if len(former.input) <= _LONGEST_INPUT:
                    found.setdefault(former.input, former)
            rows.close()
        return list(found.values())


def _open_cursors(connection: Connection, search: ExecutionSearch) -> Iterator[Cursor]:
    """Yields cursors over candidates, each in order: one for each machine and status, or one by name."""
    low = _FIRST if search.started_from is None else (search.started_from, _FIRST[1])
    high = _LAST if search.started_before is None else (search.started_before, _FIRST[1])
    if search.position is not None and search.is_newer:
        low = max(low, search.position)
    elif search.position is not None:
        high = min(high, search.position)
    # One end is a row value, which the index finds directly; the other end only needs the time.
    bounds = (
        "(e.started_at, e.id) > (:low, :low_id) AND e.started_at < :high"
        if search.is_newer
        else "(e.started_at, e.id) < (:high, :high_id) AND e.started_at >= :low"
    )
    given = {"low": low[0], "low_id": low[1], "high": high[0], "high_id": high[1]}
    order = "ASC" if search.is_newer else "DESC"
    data = "CAST({0} AS BLOB), CAST({1} AS BLOB)" if search.text else "NULL, NULL"
    columns = f"e.started_at, e.id, e.name, {data.format('e.input', 'e.output')}"

    def opened(conditions: Iterable[str], values: dict[str, Any]) -> Cursor:
        return connection.execute(
            f"""
            SELECT {columns} FROM execution e
            WHERE {" AND ".join([*conditions, bounds])}
            ORDER BY e.started_at {order}, e.id {order}
            """,
            {**given, **values},
        )

    started_by = [column for column in ("version", "alias") if getattr(search, column) is not None]
    conditions = [f"e.{column} = :{column}" for column in started_by]
    values: dict[str, Any] = {column: getattr(search, column) for column in started_by}
    named = _ids_by_name(connection, search)
    by_status = search.statuses if named is None and not started_by else ()
    if search.statuses and not by_status:
        conditions.append("e.status IN (SELECT value FROM json_each(:statuses))")
        values["statuses"] = jsonvalue.dumps(list(search.statuses))
    if named is not None:
        values["ids"] = jsonvalue.dumps(named)
        yield opened(["e.id IN (SELECT value FROM json_each(:ids))", *conditions], values)
        return
    for machine_arn in search.machine_arns:
        of_machine = {**values, "machine_arn": machine_arn}
        for status in by_status or (None,):
            of_status = [] if status is None else ["e.status = :status"]
            yield opened(
                ["e.state_machine_arn = :machine_arn", *of_status, *conditions],
                {**of_machine, "status": status},
            )


def _ids_by_name(connection: Connection, search: ExecutionSearch) -> list[int] | None:
    """Returns the row ids of the executions whose names begin with the search's name.

    None if it searches for no name, or for a pattern, or if there are very many of them.
    """
    if not search.name or "*" in search.name:
        return None
    ids: list[int] = []
    for machine_arn in search.machine_arns:
        for beginning in (
            execution_arn(machine_arn, search.name),
            express_execution_arn(machine_arn, search.name, "").removesuffix(":"),
        ):
            rows = connection.execute(
                "SELECT id FROM execution WHERE arn >= ? AND arn < ? LIMIT ?",
                (beginning, beginning + chr(sys.maxunicode), _MOST_NAMED + 1 - len(ids)),
            )
            ids += [id for (id,) in rows]
            if len(ids) > _MOST_NAMED:
                return None
    return ids


def _search_matcher(search: ExecutionSearch) -> Callable[[Candidate], bool]:
    """Returns the check of what no index finds."""
    words = search.name.split("*") if "*" in search.name else [search.name, ""]
    named = re.compile(".*".join(map(re.escape, words)), re.DOTALL)
    forms = _stored_forms(search.text)

    def matches(candidate: Candidate) -> bool:
        _, _, name, input, output = candidate
        if search.name and named.fullmatch(name) is None:
            return False
        if not search.text:
            return True
        data = [text.lower() for text in (input, output) if text is not None]
        return any(form in text for text in data for form in forms)

    return matches


def _stored_forms(text: str) -> list[bytes]:
    """Returns the forms in which a text may be in JSON: as it is, and with escapes."""
    escaped = (json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True))
    return list(dict.fromkeys(form.encode("utf-8", "replace").lower() for form in (text, *escaped)))


def _take_matches(
    candidates: Iterator[Candidate], matches: Callable[[Candidate], bool], limit: int, most_examined: int
) -> tuple[list[int], int, Position | None]:
    """Returns the row ids of the first matches, how many candidates were examined, and the last of them.

    The last is None if there are no further candidates.
    """
    ids: list[int] = []
    examined = size = 0
    last: Position | None = None
    for candidate in candidates:
        if len(ids) >= limit or examined >= most_examined or size >= _MOST_BYTES:
            return ids, examined, last
        examined += 1
        size += sum(len(data) for data in candidate[3:] if data is not None)
        last = candidate[:2]
        if matches(candidate):
            ids.append(candidate[1])
    return ids, examined, None


def _read_found_executions(connection: Connection, ids: Sequence[int]) -> list[FoundExecution]:
    rows = connection.execute(
        f"""
        SELECT {columns_of(FoundExecution, "e")} FROM execution e
        WHERE e.id IN (SELECT value FROM json_each(?))
        """,
        (jsonvalue.dumps(list(ids)),),
    )
    return sorted(map(FoundExecution._make, rows), key=lambda one: (one.started_at, one.id), reverse=True)
