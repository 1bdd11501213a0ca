"""Revisions: the parts of a state machine that an update may change.

A revision is never edited or deleted: an execution refers to the revision it was started with, a
version to the revision it was published from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

from sfn_cli.errors import RowError
from sfn_cli.store.records.stepfunctions.revisions import Revision
from sfn_cli.store.sqlite.columns import columns_of
from sfn_cli.store.sqlite.columns import insert_columns as insert_into

COLUMNS = columns_of(Revision, "r")
"""The columns of a Revision, from the table `revision r`."""


def find_revision(connection: Connection, id: int) -> Revision:
    """Returns the revision with this row id, as executions refer to it. Raises RowError if missing."""
    row = connection.execute(f"SELECT {COLUMNS} FROM revision r WHERE r.id = ?", (id,)).fetchone()
    if row is None:
        raise RowError(f"The store is damaged: the definition of an execution is missing (revision {id}).")
    return Revision._make(row)


def insert_revision(connection: Connection, revision: Revision) -> int:
    """Stores a new revision and returns its row id."""
    row = revision._asdict()
    del row["id"]
    id = connection.execute(insert_into("revision", row), row).lastrowid
    assert id is not None
    return id
