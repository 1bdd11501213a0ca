"""docs/reference/store.md: the tables of the store by subject, from the schema that all migrations make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from tests import schema
from tests.reference_pages.markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.reference_pages.markdown import Parts

TABLES: Mapping[str, Mapping[str, str]] = {
    "state machines": {
        "state_machine": "a state machine",
        "revision": "a definition with its role and configurations. A revision never changes",
        "version": "a published version of a state machine",
        "alias": "an alias of a state machine",
        "route": "a version that an alias points to, with its weight",
        "activity": "an activity",
    },
    "executions": {
        "execution": "an execution",
        "event": "an event of a history",
        "inbox": "a message from another process to an execution, such as an answer to a task",
        "task": "a task that has a task token, or that waits for an activity's worker",
        "child": "a task that started another execution, with that execution",
        "map_run": "a Map Run",
        "map_run_count": "the number of child executions and items of a Map Run in one status",
        "mocks": "mocks that executions were started with",
        "clock_jump": "a time span that an execution with virtual time has skipped",
        "redrive_token": "the client token of a redrive, so that a repeated request has no effect",
        "removal": "the number of executions that were removed with their state machines",
        "suspension": "an execution that raised an error inside sfn, with the traceback",
    },
    "workers and versions": {
        "worker": "a worker that runs or has run. Whether it runs is known by its lock file",
        "sfn_version": "the latest version of sfn that opened the store",
    },
    "functions": {
        "function": "a Lambda function, with the code of `$LATEST`",
        "function_version": "a published version of a function, with its code",
        "function_number": "the number of the latest version of a function name. Numbers are not reused",
        "function_alias": "an alias of a function",
        "function_event": "an asynchronous invocation that has not succeeded yet",
        "function_setting": "reserved concurrency, a permission, or settings of asynchronous invocations",
        "layer_version": "a version of a layer, with its content",
        "function_url": "the URL of a function or of an alias",
    },
    "logs and events": {
        "log_group": "a log group",
        "log_stream": "a log stream",
        "log_event": "a log line",
        "connection": "an EventBridge connection, with its secrets",
        "status_receiver": "what receives status change events: rules, or an endpoint",
        "status_change": "a status change that is not delivered yet (the outbox)",
        "event_rule": "a rule of an event bus, with its targets",
        "schedule": "a schedule of EventBridge Scheduler",
        "event_item": "an event bus, archive, replay, API destination or schedule group",
        "archived_event": "an event in an archive",
        "delivery": "an event on its way to one target, or what came of it",
        "source_mapping": "an event source mapping of a function, or a pipe",
        "source_shard": "a shard of a stream, as far as a mapping has read it",
    },
    "APIs": {
        "api_part": "a part of an API: the API itself, a method, a route, a stage, an API key",
    },
    "stacks": {
        "stack": "a deployed project",
        "stack_resource": "a resource of a stack. It is written before and after the resource is created",
        "stack_event": "what happened to a stack or to one of its resources; also of deleted stacks",
        "stack_operation": "the deploy that changes a stack, or that can be rolled back",
        "stack_step": "a change that such a deploy has made, with the resource before the change",
        "change_set": "a change set of a stack",
        "deleted_stack": "a stack that was deleted within the last 90 days",
    },
}  # fmt: skip
"""What a row of each table is."""


def _tables(subject: str) -> Iterator[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema.page())
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        described = {table for tables in TABLES.values() for table in tables}
        assert names - {"sqlite_sequence"} == described, names ^ described
        yield from markdown_table(
            ("table", "a row is", "columns"),
            [(f"`{table}`", row, _columns(connection, table)) for table, row in TABLES[subject].items()],
        )


def _columns(connection: sqlite3.Connection, table: str) -> str:
    """Returns the columns of a table; `a → b` refers to the table b."""
    references = {row[3]: row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    return ", ".join(
        f"`{name}`" + (f" → `{references[name]}`" if name in references else "") for name in names
    )


PARTS: Parts = {subject: partial(_tables, subject) for subject in TABLES}
