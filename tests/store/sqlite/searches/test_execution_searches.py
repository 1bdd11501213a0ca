"""Searches of executions: what each filter finds, and how pages follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from sfn_cli.store.records.execution_searches import ExecutionSearch
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.searches import execution_searches
from sfn_cli.store.sqlite.searches.execution_searches import SqliteExecutionSearches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PREFIX = "arn:aws:states:us-east-1:123456789012:stateMachine:"
PAY, SHIP, LABEL = f"{PREFIX}Pay", f"{PREFIX}Ship", f"{PREFIX}Pay/Label"
BOTH = (PAY, SHIP)
MANY = 10_000


class Row(NamedTuple):
    """An execution in the store; its start is its place in the list."""

    machine: str
    name: str
    status: str = "SUCCEEDED"
    input: str = "{}"
    output: str | None = None
    version: int | None = None
    alias: str | None = None
    express: bool = False


ROWS = (
    Row(PAY, "order-1", "FAILED", '{"customer": "Ada"}', alias="live", version=1),
    Row(SHIP, "order-2", "SUCCEEDED", '{"city": "K\\u00f6ln"}'),
    Row(PAY, "nightly", "TIMED_OUT", "{}", None, alias="live", version=2),
    Row(LABEL, "child", "SUCCEEDED", '{"customer": "Ada"}'),
    Row(PAY, "order-3", "SUCCEEDED", "{}", '{"sum": "100 % of a_b", "city": "Köln"}', version=2),
    Row(SHIP, "order-2", "SUCCEEDED", '"say \\"hi\\""', express=True),
    Row(PAY, "ORDER-4", "RUNNING", '{"path": "C:\\\\data"}'),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    opened.connection.execute("PRAGMA foreign_keys = OFF")
    insert_rows(opened, ROWS)
    yield opened
    opened.close()


def insert_rows(database: Database, rows: Sequence[Row], first: int = 1) -> None:
    for number, row in enumerate(rows, first):
        kind = "express" if row.express else "execution"
        name = f"{row.name}:id" if row.express else row.name
        values = {
            "id": number,
            "arn": f"{row.machine.replace(':stateMachine:', f':{kind}:')}:{name}",
            "state_machine_arn": row.machine,
            "name": row.name,
            "status": row.status,
            "input": row.input,
            "output": row.output,
            "version": row.version,
            "alias": row.alias,
            "started_at": number * 1000,
        }
        database.connection.execute(
            f"INSERT INTO execution ({', '.join(values)}, revision, seed) "
            f"VALUES ({', '.join(f':{name}' for name in values)}, 1, 's')",
            values,
        )


def found(database: Database, search: ExecutionSearch, limit: int = 100) -> list[int]:
    """Returns the places of the found executions in ROWS, from 1."""
    return [one.id for one in SqliteExecutionSearches(database).search(search, limit, MANY).executions]


@pytest.mark.parametrize(
    "filters, places",
    [
        ({}, [7, 6, 5, 3, 2, 1]),  # newest first, without children of Map Runs
        ({"machine_arns": [PAY]}, [7, 5, 3, 1]),
        ({"machine_arns": []}, []),
        ({"statuses": ["FAILED"]}, [1]),
        ({"statuses": ["FAILED", "TIMED_OUT"]}, [3, 1]),
        ({"name": "order-"}, [6, 5, 2, 1]),  # of both types; names are case-sensitive
        ({"name": "order-2"}, [6, 2]),
        ({"name": "rder"}, []),
        ({"name": "*rder*"}, [6, 5, 2, 1]),
        ({"name": "o*-1"}, [1]),
        ({"name": "%"}, []),
        ({"name": "order-", "statuses": ["FAILED"]}, [1]),
        ({"text": "ada"}, [1]),  # of input or output, in either case
        ({"text": "köln"}, [5, 2]),  # as it is, and escaped
        ({"text": "100 %"}, [5]),
        ({"text": "a_b"}, [5]),
        ({"text": "aXb"}, []),
        ({"text": 'say "hi"'}, [6]),
        ({"text": "C:\\data"}, [7]),
        ({"text": "ada", "name": "order", "statuses": ["FAILED"]}, [1]),
        ({"alias": "live"}, [3, 1]),
        ({"version": 2}, [5, 3]),
        ({"version": 2, "statuses": ["TIMED_OUT"]}, [3]),
        ({"started_from": 5000}, [7, 6, 5]),
        ({"started_before": 5000}, [3, 2, 1]),
        ({"started_from": 2000, "started_before": 3000}, [2]),
        ({"name": "order", "started_from": 2000, "started_before": 6000}, [5, 2]),
        ({"position": (5000, 5)}, [3, 2, 1]),
        ({"position": (3000, 3), "is_newer": True}, [7, 6, 5]),
        ({"position": (3000, 3), "is_newer": True, "started_before": 7000}, [6, 5]),
        ({"position": (6000, 6), "started_before": 3000}, [2, 1]),
    ],
)
def test_filters(database: Database, filters: dict[str, Any], places: list[int]) -> None:
    """A search finds the executions that meet every criterion, newest first."""
    assert found(database, ExecutionSearch(**{"machine_arns": BOTH, **filters})) == places


def test_many_names_are_searched_in_order(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """If very many names begin with a text, the list is read in order; the result is the same."""
    monkeypatch.setattr(execution_searches, "_MOST_NAMED", 2)
    assert found(database, ExecutionSearch(BOTH, name="order-")) == [6, 5, 2, 1]


@pytest.mark.parametrize("filters", [{}, {"name": "*r*"}, {"text": "}"}, {"name": "order"}])
def test_pages_are_the_list(database: Database, filters: dict[str, Any]) -> None:
    """Pages of two, forwards and then back, return each execution once."""
    searches = SqliteExecutionSearches(database)
    search = ExecutionSearch(BOTH, **filters)
    pages: list[list[int]] = []
    position = None
    while not pages or position is not None:
        page = searches.search(search._replace(position=position), 2, MANY)
        pages.append([one.id for one in page.executions])
        position = page.last
    assert [one for page in pages for one in page] == found(database, search)
    first_of_last = pages[-1][0]
    page = searches.search(
        search._replace(position=(first_of_last * 1000, first_of_last), is_newer=True), 2, MANY
    )
    assert [one.id for one in page.executions] == pages[-2]


def test_a_search_stops(database: Database) -> None:
    """After its limit of executions it returns its position, and the next search continues there."""
    searches = SqliteExecutionSearches(database)
    search = ExecutionSearch(BOTH, text="ada")
    first = searches.search(search, 100, 4)
    assert (list(first.executions), first.examined, first.last) == ([], 4, (3000, 3))
    second = searches.search(search._replace(position=first.last), 100, 4)
    assert ([one.id for one in second.executions], second.examined, second.last) == ([1], 2, None)


def test_much_data_stops_a_search(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search through large inputs stops sooner."""
    monkeypatch.setattr(execution_searches, "_MOST_BYTES", 20)
    assert SqliteExecutionSearches(database).search(ExecutionSearch(BOTH, text="ada"), 100, MANY).last == (
        7000,
        7,
    )


def test_machines_with_executions(database: Database) -> None:
    """Each machine is returned once, without the Maps whose children have its name and a label."""
    searches = SqliteExecutionSearches(database)
    assert searches.started_machines(PREFIX) == [PAY, SHIP]
    assert searches.started_machines("arn:aws:states:eu-west-1:") == []


@pytest.mark.parametrize("since, count", [(0, 2), (1001, 1), (4000, 0)])
def test_count_started(database: Database, since: int, count: int) -> None:
    """Executions of some statuses are counted from a time on."""
    assert SqliteExecutionSearches(database).count_started(PAY, ["FAILED", "TIMED_OUT"], since) == count


def test_former_inputs(database: Database) -> None:
    """Different inputs, the newest first, each with the latest execution that had it."""
    insert_rows(
        database, [Row(PAY, "again", input='{"customer": "Ada"}'), Row(PAY, "big", input="x" * 100_001)], 8
    )
    former = SqliteExecutionSearches(database).former_inputs(PAY, 3)
    assert [(one.name, one.input) for one in former] == [
        ("again", '{"customer": "Ada"}'),
        ("ORDER-4", '{"path": "C:\\\\data"}'),
        ("order-3", "{}"),
    ]
