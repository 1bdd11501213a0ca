"""What every store can do for operations and integrations: one Protocol per noun, and `Store`,
which has them all.

What a driver does besides (claims, messages, commits) is in `driver.py`. Records are in
`records/`.

Words. `find` and `page` return what is stored now; `find` returns None where nothing is. `page`
returns up to `limit` items, in the order of their names unless it says otherwise, from the one that
follows `after`. `create` is idempotent where it returns a record: the one that has the name from
now on, new or not. `change` and `change_tags` replace what is stored by what the given function
makes of it; what that function raises leaves everything as it was. Methods that return bool tell
whether there was such an item (or, `create`, whether it is new). Times are milliseconds since 1970,
`at` is now; executions and machines are named by ARN, events by their number.

Errors. Every method may raise StoreError (the store cannot be read or written, or no worker can be
started), RowError (one row is damaged) and, if it stores text or numbers, UnstorableError (no store
can hold them). Nothing is stored then, save for a worker that cannot be started: what the method
wrote stays. Others are named below.

Rule 1: a method is one transaction: all of it is stored, durably, or nothing.
Rule 2: what gives an execution something to do wakes a worker after the commit, where the store has
workers to wake. Only `Executions.start` does not, for an execution that no task starts: whoever
asks for it makes sure once that a worker lives (api/following.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.protocols.events import Connections
    from sfn_cli.store.protocols.functions import FunctionAliases, FunctionEvents, Functions, FunctionVersions
    from sfn_cli.store.protocols.logs import LogGroups, Logs
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
    from sfn_cli.store.records.snapshot import StoredExecution


class Store(Protocol):
    """A store, opened. It belongs to one thread."""

    @property
    def executions(self) -> Executions: ...
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
    def log_groups(self) -> LogGroups: ...
    @property
    def logs(self) -> Logs: ...
    @property
    def connections(self) -> Connections: ...

    def changes(self) -> Changes: ...
    def snapshot(self) -> AbstractContextManager[Snapshot]: ...
    def is_current(self) -> bool:
        """Whether no other version of sfn has taken the store over since it was opened."""

    def close(self) -> None: ...


class Changes(Protocol):
    """Waits for the store to change. Belongs to one thread."""

    def wait(self, seconds: float, *, every: float = ...) -> bool:
        """Waits, for that long at most, until there may have been a change since the last call that
        returned True; the first call returns True. With 0 it only looks. `every` is how many
        seconds may pass until a change is noticed.
        """

    def look_again(self) -> None:
        """Makes the next `wait` return True at once."""

    def check_in_place(self) -> None:
        """Raises StoreError when the store was moved or deleted: such a one never changes again."""


class Snapshot(Protocol):
    """All of a store as it was at one moment, for an integrity check. Raises RowError for damage."""

    def file_damage(self) -> Iterator[str]:
        """What the store's own check finds, in lines."""

    def execution_ids(self) -> Iterator[int]: ...
    def arn(self, id: int) -> str: ...
    def execution(self, id: int) -> StoredExecution: ...
    def definition(self, revision: int) -> str: ...
    def events(self, id: int) -> Iterator[HistoryEvent]: ...
