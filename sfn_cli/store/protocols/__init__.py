"""The store's interface for operations and integrations: one Protocol per noun.

`Store` has all of them. What a driver also needs (claims, messages, commits) is in `driver.py`.
Records are in `records/`.

Conventions. `find` and `page` return what is stored now; `find` returns None if there is no such
item. `page` returns up to `limit` items, starting with the one after `after`, ordered by name unless
its docstring states another order. A `create` that returns a record is idempotent: it returns the
record that has the name afterwards, new or not. `change` and `change_tags` replace what is stored
with the result of the given function; if that function raises, nothing changes. Methods that return
bool return whether the item existed (for `create`: whether it is new). Times are milliseconds since
1970, and `at` is the current time. Executions, machines and Map Runs are identified by ARN, events
by their number. `Versions` and `Aliases` take `StateMachine.id`, an opaque key, because another
machine may later have the same ARN.

Errors. Every method may raise StoreError (the store cannot be read or written, or no worker can be
started), RowError (one row is damaged) and, if it stores text or numbers, UnstorableError (no store
can hold them). Then nothing is stored, with one exception: when a worker cannot be started, what
the method wrote stays. Other errors are listed below.

Rule 1: a method is one transaction: either everything is stored, durably, or nothing.
Rule 2: a method that gives an execution work wakes a worker after the commit, if the store has
workers. The exception is `Executions.start` for an execution that no task starts: its caller
ensures once that a worker is running (api/following.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.protocols.apis import ApiParts, FunctionUrls
    from sfn_cli.store.protocols.change_sets import ChangeSets
    from sfn_cli.store.protocols.deliveries import Deliveries
    from sfn_cli.store.protocols.event_rules import Archives, EventItems, EventRules, Schedules
    from sfn_cli.store.protocols.events import Connections
    from sfn_cli.store.protocols.execution_searches import ExecutionSearches
    from sfn_cli.store.protocols.function_settings import FunctionSettings
    from sfn_cli.store.protocols.functions import FunctionAliases, FunctionEvents, Functions, FunctionVersions
    from sfn_cli.store.protocols.logs import LogGroups, Logs
    from sfn_cli.store.protocols.running_stacks import RunningStacks
    from sfn_cli.store.protocols.source_mappings import SourceMappings
    from sfn_cli.store.protocols.stacks import DeletedStacks, StackEvents, StackOperations, Stacks
    from sfn_cli.store.protocols.stepfunctions import (
        Activities,
        Aliases,
        Executions,
        MapRuns,
        Redrives,
        StateMachines,
        StatusChanges,
        Suspensions,
        Tasks,
        Versions,
    )
    from sfn_cli.store.protocols.store_counts import StoreCounts
    from sfn_cli.store.records.stepfunctions.snapshot import StoredExecution


class Store(Protocol):
    """An open store. It belongs to one thread."""

    @property
    def executions(self) -> Executions: ...
    @property
    def execution_searches(self) -> ExecutionSearches: ...
    @property
    def state_machines(self) -> StateMachines: ...
    @property
    def versions(self) -> Versions: ...
    @property
    def aliases(self) -> Aliases: ...
    @property
    def activities(self) -> Activities: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def map_runs(self) -> MapRuns: ...
    @property
    def redrives(self) -> Redrives: ...
    @property
    def suspensions(self) -> Suspensions: ...
    @property
    def status_changes(self) -> StatusChanges: ...
    @property
    def functions(self) -> Functions: ...
    @property
    def function_versions(self) -> FunctionVersions: ...
    @property
    def function_aliases(self) -> FunctionAliases: ...
    @property
    def function_events(self) -> FunctionEvents: ...
    @property
    def function_settings(self) -> FunctionSettings: ...
    @property
    def log_groups(self) -> LogGroups: ...
    @property
    def logs(self) -> Logs: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def change_sets(self) -> ChangeSets: ...
    @property
    def event_rules(self) -> EventRules: ...
    @property
    def event_items(self) -> EventItems: ...
    @property
    def archives(self) -> Archives: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def source_mappings(self) -> SourceMappings: ...
    @property
    def stacks(self) -> Stacks: ...
    @property
    def stack_events(self) -> StackEvents: ...
    @property
    def deleted_stacks(self) -> DeletedStacks: ...
    @property
    def stack_operations(self) -> StackOperations: ...
    @property
    def running_stacks(self) -> RunningStacks: ...
    @property
    def api_parts(self) -> ApiParts: ...
    @property
    def function_urls(self) -> FunctionUrls: ...
    @property
    def store_counts(self) -> StoreCounts: ...

    def changes(self) -> Changes: ...
    def snapshot(self) -> AbstractContextManager[Snapshot]: ...
    def is_current(self) -> bool:
        """Whether no other version of sfn has opened the store since."""

    def close(self) -> None: ...


class Changes(Protocol):
    """Waits for the store to change. Belongs to one thread."""

    def wait(self, seconds: float, *, every: float = ...) -> bool:
        """Waits, for at most `seconds`, until the store may have changed.

        That is: changed since the last call that returned True; the first call returns True. With 0
        it only checks. `every` is the longest delay, in seconds, before a change is noticed.
        """

    def recheck(self) -> None:
        """Makes the next `wait` return True immediately."""

    def check_in_place(self) -> None:
        """Raises StoreError if the store was moved or deleted: it would never change again."""


class Snapshot(Protocol):
    """The whole store at one moment, for an integrity check. Raises RowError for damage."""

    def file_damage(self) -> Iterator[str]:
        """Yields the findings of the store's own check, line by line."""

    def execution_ids(self) -> Iterator[int]: ...
    def arn(self, id: int) -> str: ...
    def execution(self, id: int) -> StoredExecution: ...
    def definition(self, revision: int) -> str: ...
    def events(self, id: int) -> Iterator[HistoryEvent]: ...
