"""The store in a SQLite file: the nouns of `store.protocols` over one connection.

Each noun is imported when it is first used, so that a command imports only what it uses.
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
    from sfn_cli.store.sqlite.apis.function_urls import SqliteFunctionUrls
    from sfn_cli.store.sqlite.apis.parts import SqliteApiParts
    from sfn_cli.store.sqlite.changes import SqliteChanges
    from sfn_cli.store.sqlite.events.connections import SqliteConnections
    from sfn_cli.store.sqlite.events.deliveries import SqliteDeliveries
    from sfn_cli.store.sqlite.events.items import SqliteArchives, SqliteEventItems
    from sfn_cli.store.sqlite.events.rules import SqliteEventRules
    from sfn_cli.store.sqlite.events.schedules import SqliteSchedules
    from sfn_cli.store.sqlite.events.source_mappings import SqliteSourceMappings
    from sfn_cli.store.sqlite.functions.aliases import SqliteFunctionAliases
    from sfn_cli.store.sqlite.functions.events import SqliteFunctionEvents
    from sfn_cli.store.sqlite.functions.functions import SqliteFunctions
    from sfn_cli.store.sqlite.functions.settings import SqliteFunctionSettings
    from sfn_cli.store.sqlite.functions.versions import SqliteFunctionVersions
    from sfn_cli.store.sqlite.logs.log_groups import SqliteLogGroups
    from sfn_cli.store.sqlite.logs.logs import SqliteLogs
    from sfn_cli.store.sqlite.searches.execution_searches import SqliteExecutionSearches
    from sfn_cli.store.sqlite.snapshot import SqliteSnapshot
    from sfn_cli.store.sqlite.stacks.change_sets import SqliteChangeSets
    from sfn_cli.store.sqlite.stacks.deleted import SqliteDeletedStacks
    from sfn_cli.store.sqlite.stacks.events import SqliteStackEvents
    from sfn_cli.store.sqlite.stacks.operations import SqliteStackOperations
    from sfn_cli.store.sqlite.stacks.running import SqliteRunningStacks
    from sfn_cli.store.sqlite.stacks.stacks import SqliteStacks
    from sfn_cli.store.sqlite.stepfunctions.activities import SqliteActivities
    from sfn_cli.store.sqlite.stepfunctions.aliases import SqliteAliases
    from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
    from sfn_cli.store.sqlite.stepfunctions.map_runs import SqliteMapRuns
    from sfn_cli.store.sqlite.stepfunctions.redrives import SqliteRedrives
    from sfn_cli.store.sqlite.stepfunctions.state_machines import SqliteStateMachines
    from sfn_cli.store.sqlite.stepfunctions.status_changes import SqliteStatusChanges
    from sfn_cli.store.sqlite.stepfunctions.suspensions import SqliteSuspensions
    from sfn_cli.store.sqlite.stepfunctions.tasks import SqliteTasks
    from sfn_cli.store.sqlite.stepfunctions.versions import SqliteVersions
    from sfn_cli.store.sqlite.store_counts import SqliteStoreCounts
    from sfn_cli.store.sqlite.wake import Wake


class SqliteStore:
    """The store in the folder `home`.

    `wake` is called after a commit that gives a worker something to do.
    """

    def __init__(self, home: str | os.PathLike[str], wake: Wake = no_wake) -> None:
        """Opens (and, when new, creates) the store. Raises StoreError."""
        self.database = Database(home)
        self._wake = wake

    def close(self) -> None:
        self.database.close()

    def is_current(self) -> bool:
        return self.database.is_current()

    def changes(self) -> SqliteChanges:
        from sfn_cli.store.sqlite.changes import SqliteChanges

        return SqliteChanges(self.database)

    def snapshot(self) -> AbstractContextManager[SqliteSnapshot]:
        from sfn_cli.store.sqlite.snapshot import snapshot_of

        return snapshot_of(self.database)

    @cached_property
    def executions(self) -> SqliteExecutions:
        from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions

        return SqliteExecutions(self.database, self._wake)

    @cached_property
    def execution_searches(self) -> SqliteExecutionSearches:
        from sfn_cli.store.sqlite.searches.execution_searches import SqliteExecutionSearches

        return SqliteExecutionSearches(self.database)

    @cached_property
    def state_machines(self) -> SqliteStateMachines:
        from sfn_cli.store.sqlite.stepfunctions.state_machines import SqliteStateMachines

        return SqliteStateMachines(self.database, self._wake)

    @cached_property
    def versions(self) -> SqliteVersions:
        from sfn_cli.store.sqlite.stepfunctions.versions import SqliteVersions

        return SqliteVersions(self.database)

    @cached_property
    def aliases(self) -> SqliteAliases:
        from sfn_cli.store.sqlite.stepfunctions.aliases import SqliteAliases

        return SqliteAliases(self.database)

    @cached_property
    def activities(self) -> SqliteActivities:
        from sfn_cli.store.sqlite.stepfunctions.activities import SqliteActivities

        return SqliteActivities(self.database)

    @cached_property
    def tasks(self) -> SqliteTasks:
        from sfn_cli.store.sqlite.stepfunctions.tasks import SqliteTasks

        return SqliteTasks(self.database, self._wake)

    @cached_property
    def map_runs(self) -> SqliteMapRuns:
        from sfn_cli.store.sqlite.stepfunctions.map_runs import SqliteMapRuns

        return SqliteMapRuns(self.database, self._wake)

    @cached_property
    def redrives(self) -> SqliteRedrives:
        from sfn_cli.store.sqlite.stepfunctions.redrives import SqliteRedrives

        return SqliteRedrives(self.database, self._wake)

    @cached_property
    def suspensions(self) -> SqliteSuspensions:
        from sfn_cli.store.sqlite.stepfunctions.suspensions import SqliteSuspensions

        return SqliteSuspensions(self.database)

    @cached_property
    def status_changes(self) -> SqliteStatusChanges:
        from sfn_cli.store.sqlite.stepfunctions.status_changes import SqliteStatusChanges

        return SqliteStatusChanges(self.database)

    @cached_property
    def functions(self) -> SqliteFunctions:
        from sfn_cli.store.sqlite.functions.functions import SqliteFunctions

        return SqliteFunctions(self.database)

    @cached_property
    def function_versions(self) -> SqliteFunctionVersions:
        from sfn_cli.store.sqlite.functions.versions import SqliteFunctionVersions

        return SqliteFunctionVersions(self.database)

    @cached_property
    def function_aliases(self) -> SqliteFunctionAliases:
        from sfn_cli.store.sqlite.functions.aliases import SqliteFunctionAliases

        return SqliteFunctionAliases(self.database)

    @cached_property
    def function_events(self) -> SqliteFunctionEvents:
        from sfn_cli.store.sqlite.functions.events import SqliteFunctionEvents

        return SqliteFunctionEvents(self.database, self._wake)

    @cached_property
    def function_settings(self) -> SqliteFunctionSettings:
        from sfn_cli.store.sqlite.functions.settings import SqliteFunctionSettings

        return SqliteFunctionSettings(self.database)

    @cached_property
    def log_groups(self) -> SqliteLogGroups:
        from sfn_cli.store.sqlite.logs.log_groups import SqliteLogGroups

        return SqliteLogGroups(self.database)

    @cached_property
    def logs(self) -> SqliteLogs:
        from sfn_cli.store.sqlite.logs.logs import SqliteLogs

        return SqliteLogs(self.database)

    @cached_property
    def connections(self) -> SqliteConnections:
        from sfn_cli.store.sqlite.events.connections import SqliteConnections

        return SqliteConnections(self.database)

    @cached_property
    def deliveries(self) -> SqliteDeliveries:
        from sfn_cli.store.sqlite.events.deliveries import SqliteDeliveries

        return SqliteDeliveries(self.database, self._wake)

    @cached_property
    def change_sets(self) -> SqliteChangeSets:
        from sfn_cli.store.sqlite.stacks.change_sets import SqliteChangeSets

        return SqliteChangeSets(self.database)

    @cached_property
    def event_rules(self) -> SqliteEventRules:
        from sfn_cli.store.sqlite.events.rules import SqliteEventRules

        return SqliteEventRules(self.database, self._wake)

    @cached_property
    def event_items(self) -> SqliteEventItems:
        from sfn_cli.store.sqlite.events.items import SqliteEventItems

        return SqliteEventItems(self.database)

    @cached_property
    def archives(self) -> SqliteArchives:
        from sfn_cli.store.sqlite.events.items import SqliteArchives

        return SqliteArchives(self.database)

    @cached_property
    def schedules(self) -> SqliteSchedules:
        from sfn_cli.store.sqlite.events.schedules import SqliteSchedules

        return SqliteSchedules(self.database, self._wake)

    @cached_property
    def source_mappings(self) -> SqliteSourceMappings:
        from sfn_cli.store.sqlite.events.source_mappings import SqliteSourceMappings

        return SqliteSourceMappings(self.database, self._wake)

    @cached_property
    def stacks(self) -> SqliteStacks:
        from sfn_cli.store.sqlite.stacks.stacks import SqliteStacks

        return SqliteStacks(self.database)

    @cached_property
    def stack_events(self) -> SqliteStackEvents:
        from sfn_cli.store.sqlite.stacks.events import SqliteStackEvents

        return SqliteStackEvents(self.database)

    @cached_property
    def deleted_stacks(self) -> SqliteDeletedStacks:
        from sfn_cli.store.sqlite.stacks.deleted import SqliteDeletedStacks

        return SqliteDeletedStacks(self.database)

    @cached_property
    def stack_operations(self) -> SqliteStackOperations:
        from sfn_cli.store.sqlite.stacks.operations import SqliteStackOperations

        return SqliteStackOperations(self.database)

    @cached_property
    def running_stacks(self) -> SqliteRunningStacks:
        from sfn_cli.store.sqlite.stacks.running import SqliteRunningStacks

        return SqliteRunningStacks(self.database, self._wake)

    @cached_property
    def api_parts(self) -> SqliteApiParts:
        from sfn_cli.store.sqlite.apis.parts import SqliteApiParts

        return SqliteApiParts(self.database)

    @cached_property
    def function_urls(self) -> SqliteFunctionUrls:
        from sfn_cli.store.sqlite.apis.function_urls import SqliteFunctionUrls

        return SqliteFunctionUrls(self.database)

    @cached_property
    def store_counts(self) -> SqliteStoreCounts:
        from sfn_cli.store.sqlite.store_counts import SqliteStoreCounts

        return SqliteStoreCounts(self.database)


def database_of(store: Store) -> Database:
    """Returns the database of this process's store, for the driver of such stores."""
    assert isinstance(store, SqliteStore)
    return store.database
