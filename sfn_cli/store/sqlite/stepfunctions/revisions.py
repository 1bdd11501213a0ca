"""Revisions: what an update of a state machine may change.

A revision is never edited, and never deleted: executions keep the one that they were started with,
versions the one that they were published from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

from sfn_cli.store.records.state_machines import Revision

COLUMNS = """r.revision_id, r.definition, r.role_arn, r.logging_configuration, r.tracing_configuration,
             r.encryption_configuration, r.created_at, r.id"""
"""A Revision's columns, in its order, of the table `revision r`."""


def find(connection: Connection, id: int) -> Revision:
    """The revision in this row, as executions refer to it."""
    return Revision(*connection.execute(f"SELECT {COLUMNS} FROM revision r WHERE r.id = ?", (id,)).fetchone())


def insert(connection: Connection, revision: Revision) -> int:
    """Keeps a new revision; its row."""
    id = connection.execute(
        """
        INSERT INTO revision (revision_id, definition, role_arn, logging_configuration, tracing_configuration,
                              encryption_configuration, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        revision[:7],
    ).lastrowid
    assert id is not None
    return id
