"""Logs: the streams of a group are merged by time; and the size of a group."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfn_cli.store.records.logs import AFTER_ALL, BEFORE_ALL, LogLine
from sfn_cli.store.sqlite import database
from sfn_cli.store.sqlite.database import FILE_NAME, Database
from sfn_cli.store.sqlite.logs.log_groups import SqliteLogGroups
from sfn_cli.store.sqlite.logs.logs import SqliteLogs

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = Path(database.__file__).parent / "schema"


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[SqliteLogs]:
    opened = Database(tmp_path)
    yield SqliteLogs(opened)
    opened.close()


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_of_many_streams(logs: SqliteLogs, newest_first: bool) -> None:
    """Across pages, each event comes once, ordered by its time and then its ingestion."""
    times = [(n * 7) % 20 for n in range(60)]
    logs.append([LogLine("g", f"s{n % 4}", at, f"line {n}") for n, at in enumerate(times)], 100)
    pages = []
    last = AFTER_ALL if newest_first else BEFORE_ALL
    while page := logs.events(
        "g", 7, newest_first=newest_first, **{"before" if newest_first else "after": last}
    ):
        pages.append(page)
        last = (page[-1].at, page[-1].id)
    seen = [(event.at, event.message) for page in pages for event in page]
    assert [len(page) for page in pages] == [7] * 8 + [4]
    expected = [
        (times[n], f"line {n}") for n in sorted(range(60), key=lambda n: (times[n], n), reverse=newest_first)
    ]
    assert seen == expected
    between = logs.events(
        "g", 100, start=5, end=8, streams=["s0", "s1"], matches=lambda message: "1" in message
    )
    assert [(event.at, event.stream) for event in between] == [
        (at, f"s{n % 4}")
        for at, n in sorted((at, n) for n, at in enumerate(times))
        if 5 <= at < 8 and n % 4 < 2 and "1" in str(n)
    ]


def test_stored_bytes(tmp_path: Path) -> None:
    """A group reports the number of UTF-8 bytes of its messages."""
    opened = Database(tmp_path)
    logs = SqliteLogs(opened)
    logs.append([LogLine("g", "s", 1, "é" * 10), LogLine("g", "t", 1, "x"), LogLine("other", "s", 1, "y")], 1)
    logs.append([LogLine("g", "s", 2, "z")], 2)
    assert {group.name: group.stored_bytes for group in SqliteLogGroups(opened).groups("", 10)} == {
        "g": 22,
        "other": 1,
    }
    opened.close()


def test_an_older_store_is_counted_once(tmp_path: Path) -> None:
    """A store from before this number was stored has it once it is opened."""
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for script in sorted(SCHEMA.glob("000[12]_*.sql")):
        connection.executescript(script.read_text())
    connection.executescript("""
        PRAGMA user_version = 2;
        INSERT INTO log_group (id, name, created_at) VALUES (1, 'g', 1), (2, 'empty', 1);
        INSERT INTO log_stream (id, log_group, name, created_at) VALUES (1, 1, 's', 1), (2, 1, 't', 1);
        INSERT INTO log_event (log_stream, at, ingested_at, message) VALUES (1, 1, 1, 'é'), (2, 1, 1, 'abc');
    """)
    connection.close()
    opened = Database(tmp_path)
    assert {group.name: group.stored_bytes for group in SqliteLogGroups(opened).groups("", 10)} == {
        "g": 5,
        "empty": 0,
    }
    opened.close()
