"""The inbox: every message from one process to an execution that another process drives.

kind            body
aborted         {"worker": 3}                        stopped: the worker that drove it stops driving it
machineDeleted  {}                                   its machine was deleted: it ends at its next transition
taskStarted     {"task": 5, "worker": "name"}        by an activity's worker, which may have no name
taskSucceeded   {"task": 5, "output": "{}"}          `task` is the event that scheduled it
taskFailed      {"task": 5, "error": …, "cause": …}  error and cause are strings or null
taskRefused     {"task": 5, "error": …, "cause": …}  its activity does not exist
taskHeartbeat   {"task": 5, "at": 1700000000000}
childEnded      {"task": 5, "execution": "arn:…", "at": 1700000000000,
                 "status": "FAILED", "error": …, "cause": …}
                                                     from the execution that the task started
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.records.stepfunctions.inbox import Message

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.sqlite.database import Database


class SqliteInbox:
    """The messages in one store (protocols/driver.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, last: int) -> list[Message]:
        return self._read("id > ?", (last,))

    def of(self, execution: int, up_to: int) -> list[Message]:
        """Returns the messages to a running execution, up to the message `up_to`.

        Messages to its worker are left out. Those that abort it are older than its redrive; that its
        machine was deleted is known from the claim.
        """
        condition = "execution = ? AND id <= ? AND kind NOT IN ('aborted', 'machineDeleted')"
        return self._read(condition, (execution, up_to))

    def _read(self, condition: str, parameters: tuple[int, ...]) -> list[Message]:
        with self._database.reading() as connection:
            # Read as bytes, so that a message that is not UTF-8 does not prevent reading the others.
            rows = connection.execute(
                "SELECT id, execution, CAST(kind AS BLOB), CAST(body AS BLOB) FROM inbox "
                f"WHERE {condition} ORDER BY id",
                parameters,
            ).fetchall()
        return [
            Message(id=id, execution=execution, kind=kind.decode(errors="replace"), data=body)
            for id, execution, kind, body in rows
        ]


def send_to_inbox(connection: Connection, execution: int, kind: str, body: dict[str, Json], at: int) -> None:
    """Inserts a message, in the caller's transaction."""
    connection.execute(
        "INSERT INTO inbox (execution, kind, body, sent_at) VALUES (?, ?, ?, ?)",
        (execution, kind, jsonvalue.dumps(body), at),
    )


def is_in_inbox(connection: Connection, execution: int, after: int) -> bool:
    """Whether a message to an execution arrived after the message `after`."""
    row = connection.execute(
        "SELECT 1 FROM inbox WHERE execution = ? AND id > ? LIMIT 1", (execution, after)
    ).fetchone()
    return row is not None
