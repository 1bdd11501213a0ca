"""The store in a SQLite file: the nouns of `store.protocols` over one connection.

A noun is imported when it is first used, so that a command pays for what it uses.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    import os
    from contextlib import AbstractContextManager

    from sfn_cli.store.protocols import Store
    from sfn_cli.store.sqlite.changes import Changes
    from sfn_cli.store.sqlite.events.connections import Connections
    from sfn_cli.store.sqlite.functions.aliases import FunctionAliases
    from sfn_cli.store.sqlite.functions.events import FunctionEvents
    from sfn_cli.store.sqlite.functions.functions import Functions
    from sfn_cli.store.sqlite.functions.versions import FunctionVersions
    from sfn_cli.store.sqlite.logs.log_groups import LogGroups
    from sfn_cli.store.sqlite.logs.logs import Logs
    from sfn_cli.store.sqlite.snapshot import Snapshot
    from sfn_cli.store.sqlite.stepfunctions.activities import Activities
    from sfn_cli.store.sqlite.stepfunctions.aliases import Aliases
    from sfn_cli.store.sqlite.stepfunctions.executions import Executions
    from sfn_cli.store.sqlite.stepfunctions.map_runs import MapRuns
    from sfn_cli.store.sqlite.stepfunctions.redrives import Redrives
    from sfn_cli.store.sqlite.stepfunctions.state_machines import StateMachines
    from sfn_cli.store.sqlite.stepfunctions.status_changes import StatusChanges
    from sfn_cli.store.sqlite.stepfunctions.suspensions import Suspensions
    from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks
    from sfn_cli.store.sqlite.stepfunctions.versions import Versions
    from sfn_cli.store.sqlite.wake import Wake


class SqliteStore:
    """The store in the folder `home`. `wake` is called after a commit that gives a worker something
    to do.
    """

    def __init__(self, home: str | os.PathLike[str], wake: Wake = no_wake) -> None:
        """Opens (and, when new, creates) the store. Raises StoreError."""
        self.database = Database(home)
        self._wake = wake

    def close(self) -> None:
        self.database.close()

    def is_current(self) -> bool:
        return self.database.is_current()

    def changes(self) -> Changes:
        from sfn_cli.store.sqlite.changes import Changes

        return Changes(self.database)

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        from sfn_cli.store.sqlite.snapshot import snapshot_of

        return snapshot_of(self.database)

    @cached_property
    def executions(self) -> Executions:
        from sfn_cli.store.sqlite.stepfunctions.executions import Executions

        return Executions(self.database, self._wake)

    @cached_property
    def state_machines(self) -> StateMachines:
        from sfn_cli.store.sqlite.stepfunctions.state_machines import StateMachines

        return StateMachines(self.database)

    @cached_property
    def versions(self) -> Versions:
        from sfn_cli.store.sqlite.stepfunctions.versions import Versions

        return Versions(self.database)

    @cached_property
    def aliases(self) -> Aliases:
        from sfn_cli.store.sqlite.stepfunctions.aliases import Aliases

        return Aliases(self.database)

    @cached_property
    def activities(self) -> Activities:
        from sfn_cli.store.sqlite.stepfunctions.activities import Activities

        return Activities(self.database)

    @cached_property
    def tasks(self) -> Tasks:
        from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks

        return Tasks(self.database, self._wake)

    @cached_property
    def map_runs(self) -> MapRuns:
        from sfn_cli.store.sqlite.stepfunctions.map_runs import MapRuns

        return MapRuns(self.database, self._wake)

    @cached_property
    def redrives(self) -> Redrives:
        from sfn_cli.store.sqlite.stepfunctions.redrives import Redrives

        return Redrives(self.database, self._wake)

    @cached_property
    def suspensions(self) -> Suspensions:
        from sfn_cli.store.sqlite.stepfunctions.suspensions import Suspensions

        return Suspensions(self.database)

    @cached_property
    def status_changes(self) -> StatusChanges:
        from sfn_cli.store.sqlite.stepfunctions.status_changes import StatusChanges

        return StatusChanges(self.database)

    @cached_property
    def functions(self) -> Functions:
        from sfn_cli.store.sqlite.functions.functions import Functions

        return Functions(self.database)

    @cached_property
    def function_versions(self) -> FunctionVersions:
        from sfn_cli.store.sqlite.functions.versions import FunctionVersions

        return FunctionVersions(self.database)

    @cached_property
    def function_aliases(self) -> FunctionAliases:
        from sfn_cli.store.sqlite.functions.aliases import FunctionAliases

        return FunctionAliases(self.database)

    @cached_property
    def function_events(self) -> FunctionEvents:
        from sfn_cli.store.sqlite.functions.events import FunctionEvents

        return FunctionEvents(self.database, self._wake)

    @cached_property
    def log_groups(self) -> LogGroups:
        from sfn_cli.store.sqlite.logs.log_groups import LogGroups

        return LogGroups(self.database)

    @cached_property
    def logs(self) -> Logs:
        from sfn_cli.store.sqlite.logs.logs import Logs

        return Logs(self.database)

    @cached_property
    def connections(self) -> Connections:
        from sfn_cli.store.sqlite.events.connections import Connections

        return Connections(self.database)


def database_of(store: Store) -> Database:
    """The database of this process's store, for the driver of such stores."""
    assert isinstance(store, SqliteStore)
    return store.database
