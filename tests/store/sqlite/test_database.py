"""The store's file: private, versioned, and never replaced."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from sfn_cli import __version__
from sfn_cli.errors import StoreError
from sfn_cli.store.records.executions import ExecutionFilter
from sfn_cli.store.sqlite import migrations
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.keys import event_key
from sfn_cli.store.sqlite.stepfunctions.aliases import SqliteAliases
from sfn_cli.store.sqlite.stepfunctions.events import read_events
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.stepfunctions.state_machines import SqliteStateMachines
from sfn_cli.store.sqlite.stepfunctions.versions import SqliteVersions

SCHEMA = sorted((Path(migrations.__file__).parent / "schema").glob("*.sql"))


def create_older_store(folder: Path, number: int, rows: str) -> None:
    """Creates a store of the schema with this number, and runs the SQL that inserts its rows."""
    connection = sqlite3.connect(folder / "sfn.db")
    for script in SCHEMA:
        if int(script.name[:4]) <= number:
            connection.executescript(script.read_text())
    connection.executescript(f"{rows}PRAGMA user_version = {number};")
    connection.close()


def test_private_and_durable(tmp_path: Path) -> None:
    """The folder is 0700, the file 0600; the journal is a WAL, and commits are synchronous FULL."""
    home = tmp_path / "home"
    opened = Database(home)
    assert home.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in home.glob("sfn.db*")}.items() >= {
        "sfn.db": 0o600
    }.items()
    assert opened.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert opened.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    opened.close()


def test_schema_is_what_the_files_say(tmp_path: Path) -> None:
    """`LATEST` is the latest schema file, and a new store has it."""
    newest = max(int(path.name[:4]) for path in SCHEMA)
    opened = Database(tmp_path)
    assert newest == migrations.LATEST
    assert opened.connection.execute("PRAGMA user_version").fetchone() == (newest,)
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, migrations.LATEST))
def test_an_older_store_is_migrated(tmp_path: Path, number: int) -> None:
    """The data of an earlier schema's store can be read by this version."""
    create_older_store(
        tmp_path,
        number,
        """
        INSERT INTO revision VALUES (1, NULL, '{}', 'r', '{}', '{}', '{}', 1);
        INSERT INTO state_machine (arn, name, type, status, created_at, revision)
        VALUES ('a:m', 'm', 'STANDARD', 'ACTIVE', 1, 1);
        INSERT INTO execution (arn, state_machine_arn, name, revision, status, input, started_at, seed)
        VALUES ('a:m:e', 'a:m', 'e', 1, 'RUNNING', '{}', 1, 's');
        """,
    )
    opened = Database(tmp_path)
    machine = SqliteStateMachines(opened).find("a:m")
    assert machine is not None
    assert (machine.revision.role_arn, machine.version, machine.first_version) == ("r", None, None)
    assert [
        execution.name
        for execution in SqliteExecutions(opened).page(ExecutionFilter("a:m", status="RUNNING"), None, 2)
    ] == ["e"]
    published = SqliteStateMachines(opened).update(machine, machine.revision, publish_at=2)
    assert published is not None
    assert published.version is not None
    assert published.version.number == 1
    opened.close()


def test_versions_and_aliases_are_migrated(tmp_path: Path) -> None:
    """The tables that schema 30 rebuilds have the same rows; a revision may then have another version."""
    create_older_store(
        tmp_path,
        29,
        """
        INSERT INTO revision VALUES (1, NULL, '{}', 'r', '{}', '{}', '{}', 1);
        INSERT INTO state_machine (arn, name, type, status, created_at, revision, last_version)
        VALUES ('a:m', 'm', 'STANDARD', 'ACTIVE', 1, 1, 4);
        INSERT INTO version VALUES (7, 1, 4, 1, 'first', 2);
        INSERT INTO alias (id, state_machine, name, description, created_at, updated_at)
        VALUES (3, 1, 'live', '', 2, 2);
        INSERT INTO route VALUES (3, 0, 7, 100);
        """,
    )
    opened = Database(tmp_path)
    alias = SqliteAliases(opened).find(1, "live")
    assert alias is not None
    assert alias.weights == ((4, 100),)
    assert SqliteVersions(opened).delete(1, 4) == ["live"]
    machine = SqliteStateMachines(opened).find("a:m")
    assert machine is not None
    versions = [
        SqliteStateMachines(opened).update(machine, machine.revision, publish_at=3, description=description)
        for description in (None, "first", "second", None)
    ]
    assert [found and found.version and found.version.number for found in versions] == [4, 4, 5, 5]
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
        (newer, "was written by a newer version of sfn (schema 9999"),
        (garbage, "it is not a SQLite database"),
        (a_folder, "it is not a file"),
    ],
)
def test_refused(tmp_path: Path, spoil: object, said: str) -> None:
    """A store that cannot be used is refused with one line, and not changed."""
    path = tmp_path / "sfn.db"
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else sorted(path.iterdir())
    with pytest.raises(StoreError, match=r"^[^\n]+$") as refused:
        Database(tmp_path)
    assert said in str(refused.value)
    assert (path.read_bytes() if path.is_file() else sorted(path.iterdir())) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(tmp_path: Path) -> None:
    """A folder that is not writable is refused with what to do."""
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Set SFN_HOME to a writable folder"):
        Database(tmp_path / "home")


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Either the whole transaction is stored, or nothing."""
    opened = Database(tmp_path)

    def fail_after_a_write() -> None:
        with opened.transaction() as connection:
            connection.execute("INSERT INTO worker (slot, pid, started_at) VALUES (0, 1, 2)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_a_write()
    assert opened.connection.execute("SELECT count(*) FROM worker").fetchone() == (0,)
    opened.close()


def test_a_commit_that_fails_leaves_no_transaction_open(tmp_path: Path) -> None:
    """A refusal at COMMIT is rolled back, and the connection serves the next transaction."""
    opened = Database(tmp_path)

    def refused_at_the_end() -> None:
        with opened.transaction() as connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            connection.execute(
                "INSERT INTO inbox (execution, kind, body, sent_at) VALUES (99, 'aborted', '{}', 0)"
            )

    with pytest.raises(StoreError, match="FOREIGN KEY"):
        refused_at_the_end()
    with opened.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
    opened.close()


@pytest.mark.parametrize("column", ["X'7bff7d'", "'{\"name\"'"])
def test_damaged_text(tmp_path: Path, column: str) -> None:
    """Text that is not UTF-8, or not JSON where it must be, means a damaged store.

    The error is one line, without the text.
    """
    opened = Database(tmp_path)
    opened.connection.execute(
        "INSERT INTO event (key, previous, at, type, frame, details) VALUES "
        f"(65537, 0, 0, 'ExecutionStarted', 0, CAST({column} AS TEXT))"
    )
    damaged = pytest.raises(
        StoreError, match=r"^Cannot use the store [^\n]+: it is damaged\. Copy it, [^\n{]+$"
    )
    with damaged, opened.reading() as connection:
        read_events(connection, event_key(1, 0), event_key(2, 0))
    opened.close()


@pytest.mark.parametrize("size", [0, 1])
def test_an_emptied_store_is_refused(tmp_path: Path, size: int) -> None:
    """SQLite would delete the -wal beside an empty file.

    Such a store is refused, and both files are unchanged.
    """
    (tmp_path / "sfn.db").write_bytes(b"S" * size)
    (tmp_path / "sfn.db-wal").write_bytes(b"transactions")
    with pytest.raises(StoreError, match=r"it is empty, but sfn\.db-wal beside it has 12 bytes of data"):
        Database(tmp_path)
    assert (tmp_path / "sfn.db").read_bytes() == b"S" * size
    assert (tmp_path / "sfn.db-wal").read_bytes() == b"transactions"


def test_in_place(tmp_path: Path) -> None:
    """A connection can check whether its file was deleted, moved or replaced."""
    opened = Database(tmp_path)
    path = tmp_path / "sfn.db"
    assert opened.is_in_place()
    path.rename(tmp_path / "moved.db")
    assert not opened.is_in_place()
    path.touch()
    assert not opened.is_in_place()
    (tmp_path / "moved.db").replace(path)
    assert opened.is_in_place()
    opened.close()


@pytest.mark.parametrize(
    "written_by, is_refused",
    [
        ("0.0.10", False),
        (f"{__version__}.dev1", False),
        (f"{__version__}rc1", False),
        ("junk", False),
        (f"{__version__}.post1", True),
        ("99.0rc1", True),
        ("99", True),
    ],
)
def test_the_store_of_a_newer_version_is_refused(tmp_path: Path, written_by: str, is_refused: bool) -> None:
    """Versions are ordered as releases are.

    A release candidate comes before its release and after the previous release.
    """
    store = Database(tmp_path)
    store.connection.execute("UPDATE sfn_version SET version = ?", (written_by,))
    store.close()
    if is_refused:
        with pytest.raises(StoreError, match=f"was written by sfn {written_by}, and this is"):
            Database(tmp_path)
    else:
        opened = Database(tmp_path)
        assert opened.is_current()
        opened.close()
