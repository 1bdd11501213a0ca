"""Frequent queries of the store use an index: none scans a whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.store.records.execution_searches import ExecutionSearch
from sfn_cli.store.records.executions import ExecutionFilter
from sfn_cli.store.records.logs import LogLine
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.events.deliveries import SqliteDeliveries
from sfn_cli.store.sqlite.logs.log_groups import SqliteLogGroups
from sfn_cli.store.sqlite.logs.logs import SqliteLogs
from sfn_cli.store.sqlite.searches.execution_searches import SqliteExecutionSearches
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.stepfunctions.inbox import SqliteInbox
from sfn_cli.store.sqlite.stepfunctions.map_runs import SqliteMapRuns
from sfn_cli.store.sqlite.stepfunctions.outbox import SqliteOutbox
from sfn_cli.store.sqlite.stepfunctions.redrives import SqliteRedrives
from sfn_cli.store.sqlite.stepfunctions.state_machines import SqliteStateMachines
from sfn_cli.store.sqlite.stepfunctions.status_changes import SqliteStatusChanges
from sfn_cli.store.sqlite.stepfunctions.tasks import SqliteTasks
from sfn_cli.store.sqlite.stepfunctions.waiting_tasks import waiting_tasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import SqliteWorkerCommits
from sfn_cli.store.sqlite.workers import SqliteWorkers

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:M"
ARN = "arn:aws:states:us-east-1:123456789012:execution:M:e"
MAP_RUN = "arn:aws:states:us-east-1:123456789012:mapRun:M/Label:1"
BY_ARN = "sqlite_autoindex_execution_1 (arn=?)"
"""The index of executions by ARN."""

GROWS = ("delivery", "event", "execution", "log_event", "task", "child", "e", "t", "c")
"""The tables that grow, and their aliases in queries.

(Consumed messages are deleted: the inbox stays small.)
"""


def search(store: Database, **filters: Any) -> object:
    """Searches as a page of the console does."""
    return SqliteExecutionSearches(store).search(ExecutionSearch([MACHINE], **filters), 100, 10_000)


ASKED: dict[str, Callable[[Database], object]] = {
    "describe-execution": lambda store: SqliteExecutions(store).find(ARN),
    "list-executions": lambda store: SqliteExecutions(store).page(ExecutionFilter(MACHINE), None, 101),
    "list-executions, a later page": lambda store: SqliteExecutions(store).page(
        ExecutionFilter(MACHINE), (1700000000000, ARN), 101
    ),
    "list-executions --status-filter": lambda store: SqliteExecutions(store).page(
        ExecutionFilter(MACHINE, status="FAILED"), (1700000000000, ARN), 101
    ),
    "list-executions of a version": lambda store: SqliteExecutions(store).page(
        ExecutionFilter(MACHINE, version=1), (1700000000000, ARN), 101
    ),
    "list-executions of an alias": lambda store: SqliteExecutions(store).page(
        ExecutionFilter(MACHINE, alias="live"), (1700000000000, ARN), 101
    ),
    "get-execution-history": lambda store: SqliteExecutions(store).history(ARN, 5, 101),
    "get-execution-history --reverse-order": lambda store: SqliteExecutions(store).history_reversed(
        ARN, 5, 101
    ),
    "stop-execution": lambda store: SqliteExecutions(store).abort(ARN, None, None, 5),
    "redrive-execution": lambda store: SqliteRedrives(store).redrive(ARN, "token", 5, lambda _: 5),
    "list-executions of a Map Run": lambda store: SqliteExecutions(store).page(
        ExecutionFilter(map_run_arn=MAP_RUN), (1700000000000, ARN), 101
    ),
    "list-executions of a Map Run, --status-filter": lambda store: SqliteExecutions(store).page(
        ExecutionFilter(map_run_arn=MAP_RUN, status="FAILED"), (1700000000000, ARN), 101
    ),
    "list-executions of a Map Run, --redrive-filter": lambda store: SqliteExecutions(store).page(
        ExecutionFilter(map_run_arn=MAP_RUN, redriven=True), (1700000000000, ARN), 101
    ),
    "list-executions in the console": search,
    "list-executions in the console, a later page": lambda store: search(store, position=(9, 9)),
    "list-executions in the console, back": lambda store: search(store, position=(0, 0), is_newer=True),
    "list-executions in the console, of a time": lambda store: search(
        store, started_from=1, started_before=9
    ),
    "list-executions in the console, of two statuses": lambda store: search(
        store, statuses=["RUNNING", "FAILED"]
    ),
    "list-executions in the console, of a version": lambda store: search(store, version=1),
    "list-executions in the console, by a text": lambda store: search(store, text="x"),
    "list-executions in the console, by a part of a name": lambda store: search(store, name="*x*"),
    "the console, by the beginning of a name": lambda store: search(store, name="e"),
    "the console's machines": lambda store: [
        SqliteExecutionSearches(store).started_machines("arn"),
        SqliteExecutionSearches(store).count_started(MACHINE, ["FAILED"], 5),
        SqliteExecutionSearches(store).former_inputs(MACHINE, 5),
    ],
    "completion": lambda store: SqliteExecutions(store).arns_beginning(ARN, 50),
    "describe-execution with large data": lambda store: SqliteExecutions(store).data_size(ARN),
    "a wait for the end of many": lambda store: SqliteExecutions(store).ended_among([ARN]),
    "a task that starts an execution": lambda store: SqliteExecutions(store).child_of(ARN, 1),
    "any command": lambda store: SqliteExecutions(store).any_running(),
    "list-state-machines": lambda store: SqliteStateMachines(store).page("arn", "", 101),
    "delete-state-machine": lambda store: SqliteStateMachines(store).delete(MACHINE, 5),
    "a worker's look for deleted machines": lambda store: [
        SqliteStateMachines(store).delete(MACHINE, 5),
        SqliteStateMachines(store).remove_deleted(120_000),
    ],
    "send-task-success": lambda store: SqliteTasks(store).answer("a" * 128, "taskSucceeded", {}, 5),
    "tasks list": lambda store: list(waiting_tasks(store)),
    "tasks of an execution": lambda store: list(waiting_tasks(store, ARN)),
    "tasks approve": lambda store: SqliteTasks(store).take_one("a" * 64, None, 5),
    "events tail": lambda store: [
        SqliteStatusChanges(store).last_execution(),
        SqliteStatusChanges(store).started_since(5),
        SqliteStatusChanges(store).running(),
        SqliteStatusChanges(store).ended_since(5),
        SqliteStatusChanges(store).redriven_since(5),
        list(SqliteStatusChanges(store).of([1, 2])),
        SqliteStatusChanges(store).execution_after(1, 0),
    ],
    "events tail, for deliveries": lambda store: SqliteDeliveries(store).changed_since(5),
    "the children of a Map Run": lambda store: [
        SqliteMapRuns(store).child_states(MAP_RUN, 100),
        SqliteMapRuns(store).unsuccessful_children(MAP_RUN, 100),
    ],
    "trigger": lambda store: SqliteDeliveries(store).find("event"),
    "a worker's look for deliveries": lambda store: [
        SqliteDeliveries(store).any(),
        SqliteDeliveries(store).waiting(1, {1, 2}),
        SqliteDeliveries(store).take(1, {1, 2}, 5, 64),
        SqliteDeliveries(store).prune(5),
    ],
    "a worker that delivers events": lambda store: [
        SqliteOutbox(store).enable(5),
        SqliteOutbox(store).pending(50),
        SqliteOutbox(store).drop([1]),
    ],
    "a worker that begins": lambda store: SqliteWorkers(store).register(0, 1, 5),
    "a worker's look for new executions": lambda store: SqliteWorkerCommits(store, 1).claim_new(500),
    "a worker's look for abandoned executions": lambda store: SqliteWorkerCommits(store, 1).claim_abandoned(
        {2}, 500
    ),
    "a worker's look into the inbox": lambda store: SqliteInbox(store).after(7),
    "describe-log-groups": lambda store: SqliteLogGroups(store).groups("", 50),
    "describe-log-streams": lambda store: SqliteLogGroups(store).streams("g"),
    "filter-log-events": lambda store: SqliteLogs(store).events(
        "g", 100, start=5, matches=lambda message: "x" in message
    ),
    "old log lines": lambda store: (
        SqliteLogGroups(store).set_retention("g", 1),
        SqliteLogGroups(store).expire(5),
    ),
    "get-log-events": lambda store: SqliteLogs(store).events("g", 100, streams=["s"], newest_first=True),
    "logs tail --follow": lambda store: SqliteLogs(store).after("g", 7),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    connection = opened.connection
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(
        "INSERT INTO state_machine (arn, name, type, status, created_at, revision) "
        "VALUES (?, 'M', 'STANDARD', 'ACTIVE', 1, 1)",
        (MACHINE,),
    )
    # A running execution without a worker, and one that a worker left: every look finds work.
    connection.executemany(
        """
        INSERT INTO execution
            (id, arn, state_machine_arn, name, revision, status, input, started_at, seed, owner)
        VALUES (?, ?, ?, 'e', 1, 'RUNNING', '{}', 1, 's', ?)
        """,
        [(1, ARN, MACHINE, None), (2, f"{ARN}2", MACHINE, 9)],
    )
    connection.execute(
        "INSERT INTO event (key, previous, at, type, frame) VALUES (65537, 0, 1, 'ExecutionStarted', 0)"
    )
    connection.execute("INSERT INTO revision VALUES (1, NULL, '{}', 'r', '{}', '{}', '{}', 1)")
    SqliteLogs(opened).append([LogLine("g", "s", 10, "x")], 10)
    yield opened
    opened.close()


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED.keys())
def test_no_growing_table_is_scanned(store: Database, ask: Callable[[Database], object]) -> None:
    """SQLite's query plans contain no scan of such a table.

    Scanning a partial index is allowed where the first entry is enough.
    """
    assert [line for line in plans(store, ask) if reads_through(line)] == []


@pytest.mark.parametrize(
    "asked, indexes",
    [
        ("list-executions --status-filter", ("execution_by_status (state_machine_arn=? AND status=?",)),
        # Its running executions, of any machine's, and whether it has executions at all.
        ("delete-state-machine", ("execution_running (owner>?", "(state_machine_arn=?")),
    ],
)
def test_a_status_is_found_by_index(store: Database, asked: str, indexes: tuple[str, ...]) -> None:
    """Whether a machine has executions of a status is found without reading each of them."""
    looks = [line for line in plans(store, ASKED[asked]) if "execution" in line and BY_ARN not in line]
    assert looks
    assert all(any(index in line for index in indexes) for line in looks)


@pytest.mark.parametrize("by", ["version", "alias"])
def test_executions_of_a_version_or_alias_are_found_by_index(store: Database, by: str) -> None:
    """A list of one version's executions does not read all of its machine's."""
    asked = f"list-executions of {'an alias' if by == 'alias' else 'a version'}"
    line, *_ = [line for line in plans(store, ASKED[asked]) if BY_ARN not in line]
    assert f"execution_by_{by} (state_machine_arn=? AND {by}=?" in line


@pytest.mark.parametrize("asked", [asked for asked in ASKED if asked.startswith("list-executions")])
def test_a_list_is_read_in_its_order(store: Database, asked: str) -> None:
    """A page is read from an index in its order, without sorting all executions."""
    assert [line for line in plans(store, ASKED[asked]) if "B-TREE" in line] == []


def plans(store: Database, ask: Callable[[Database], object]) -> list[str]:
    """Returns SQLite's plan of each executed statement, step by step."""
    statements: list[str] = []
    store.connection.set_trace_callback(statements.append)
    ask(store)
    store.connection.set_trace_callback(None)
    asked = [
        text for text in statements if text.split()[0] in ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
    ]
    assert asked
    return [line for text in asked for line in plan(store.connection, text)]


def plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


def reads_through(line: str) -> bool:
    words = line.split()
    is_partial = not {"execution_running", "delivery_pending"}.isdisjoint(words)
    return words[0] == "SCAN" and words[1] in GROWS and not is_partial
