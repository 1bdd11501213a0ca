"""The store's file: private, versioned, and never replaced."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from sfn_cli.errors import StoreError
from sfn_cli.store.sqlite import database
from sfn_cli.store.sqlite.database import Database


def test_private_and_durable(tmp_path: Path) -> None:
    """The folder is 0700, the file 0600; the journal is a WAL, and commits are synchronous FULL."""
    home = tmp_path / "home"
    opened = Database(home)
    assert home.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in home.glob("sfn.db*")}.items() >= {"sfn.db": 0o600}.items()
    assert opened.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert opened.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    opened.close()


def test_schema_is_what_the_files_say(tmp_path: Path) -> None:
    """`LATEST` is the newest schema file, and a new store has it."""
    newest = max(int(path.name[:4]) for path in (Path(database.__file__).parent / "schema").glob("*.sql"))
    opened = Database(tmp_path)
    assert newest == database.LATEST
    assert opened.connection.execute("PRAGMA user_version").fetchone() == (newest,)
    opened.close()


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 400)


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    "spoil, said",
    [
        (newer, "was written by a newer sfn (schema 9999"),
        (garbage, "it is not a SQLite database"),
        (a_folder, "it cannot be opened"),
    ],
)
def test_refused(tmp_path: Path, spoil: object, said: str) -> None:
    """A store that cannot be used is refused in one line, and left as it was."""
    path = tmp_path / "sfn.db"
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else sorted(path.iterdir())
    with pytest.raises(StoreError, match=r"^[^\n]+$") as refused:
        Database(tmp_path)
    assert said in str(refused.value)
    assert (path.read_bytes() if path.is_file() else sorted(path.iterdir())) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(tmp_path: Path) -> None:
    """A folder that cannot be written is refused with what to do."""
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Set SFN_HOME to a folder that can be written"):
        Database(tmp_path / "home")


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """All of a transaction is kept, or none of it."""
    opened = Database(tmp_path)

    def fail_after_a_write() -> None:
        with opened.transaction() as connection:
            connection.execute("INSERT INTO worker (slot, pid, started_at) VALUES (0, 1, 2)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_a_write()
    assert opened.connection.execute("SELECT count(*) FROM worker").fetchone() == (0,)
    opened.close()
