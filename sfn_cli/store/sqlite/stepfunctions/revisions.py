"""Revisions: what an update of a state machine may change.

A revision is never edited, and never deleted: executions keep the one that they were started with,
versions the one that they were published from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

from sfn_cli.store.records.revisions import Revision
from sfn_cli.store.sqlite.columns import columns
from sfn_cli.store.sqlite.columns import insert as insert_into

COLUMNS = columns(Revision, "r")
"""A Revision's columns, of the table `revision r`."""


def find(connection: Connection, id: int) -> Revision:
    """The revision in this row, as executions refer to it."""
    query = f"SELECT {COLUMNS} FROM revision r WHERE r.id = ?"
    return Revision._make(connection.execute(query, (id,)).fetchone())


def insert(connection: Connection, revision: Revision) -> int:
    """Keeps a new revision; its row."""
    row = revision._asdict()
    del row["id"]
    id = connection.execute(insert_into("revision", row), row).lastrowid
    assert id is not None
    return id
