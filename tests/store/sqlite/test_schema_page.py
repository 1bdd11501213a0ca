"""docs/schema.sql shows the schema that the files in `schema/` create."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sfn_cli.store.sqlite.database import Database
from tests import schema

if TYPE_CHECKING:
    from pathlib import Path


def columns(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    """Returns every column of every table and view, and every index and trigger."""
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    ]
    described = {(name, *row) for name in names for row in connection.execute(f"PRAGMA table_info({name})")}
    others = connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('index', 'trigger')")
    return {*described, *others.fetchall()}


def test_the_page_is_fresh() -> None:
    """The page has what `python -m tests.schema` writes."""
    assert schema.PAGE.read_text(encoding="utf-8") == schema.page()


def test_the_page_creates_the_same_schema(tmp_path: Path) -> None:
    """The page can be run: its store has the tables, columns and indexes of a real one."""
    store = Database(tmp_path)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema.page())
        assert columns(connection) == columns(store.connection)
    store.close()
