"""The logs of executions, written in the transaction that stores their events.

So no line is lost or written twice. As in AWS, a deleted group is not created again: its lines are
dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.execution_log import execution_log, execution_log_line, execution_log_stream
from sfn_cli.store.records.logs import LogLine
from sfn_cli.store.sqlite.logs.log_groups import log_group_exists
from sfn_cli.store.sqlite.logs.logs import insert_log_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution_log import ExecutionLog


def log_lines(
    log: ExecutionLog,
    execution_arn: str,
    state_machine_arn: str,
    events: Iterable[HistoryEvent],
    redrive_count: int = 0,
) -> list[LogLine]:
    """Returns the log lines of these events."""
    return [
        LogLine(
            log.group,
            execution_log_stream(state_machine_arn, event.at),
            event.at,
            execution_log_line(
                event,
                execution_arn,
                include_execution_data=log.include_execution_data,
                redrive_count=redrive_count,
            ),
        )
        for event in events
        if event.type in log.types
    ]


def insert_execution_log(connection: Connection, lines: Sequence[LogLine], ingested_at: int) -> None:
    """Stores the lines whose group exists, in the caller's transaction."""
    groups = {name for name in {line.group for line in lines} if log_group_exists(connection, name)}
    if groups:
        insert_log_lines(connection, [line for line in lines if line.group in groups], ingested_at)


def log_events(connection: Connection, execution: int, events: Sequence[HistoryEvent]) -> None:
    """Logs events that no worker wrote: the start, redrive or abort of an execution (its row id).

    Logs nothing if the configuration is damaged: the execution can then still be stopped.
    """
    row = connection.execute(
        """
        SELECT e.arn, e.state_machine_arn, e.redrive_count, CAST(r.logging_configuration AS BLOB)
        FROM execution e JOIN revision r ON r.id = e.revision
        WHERE e.id = ?
        """,
        (execution,),
    ).fetchone()
    if row is None:
        return
    arn, state_machine_arn, redrive_count, configuration = row
    try:
        log = execution_log(configuration.decode())
    except (ValueError, TypeError, LookupError, AttributeError):
        return
    if log is not None:
        insert_execution_log(
            connection, log_lines(log, arn, state_machine_arn, events, redrive_count), events[-1].at
        )
