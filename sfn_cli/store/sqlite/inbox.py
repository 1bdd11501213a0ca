"""The inbox: every message from one process to an execution that another process drives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database


class Message(NamedTuple):
    """A message that waits; `body` is a JSON text whose shape `kind` decides."""

    id: int
    execution: int
    kind: str
    body: str


class Inbox:
    """The messages in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, last: int) -> list[Message]:
        """The messages that came after the message `last`, in their order."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id, execution, kind, body FROM inbox WHERE id > ? ORDER BY id", (last,)).fetchall()
        return [Message(*row) for row in rows]
