"""The parts that operations use: settings, the store, and the runner and invoker.

`sfn_cli.app` creates a Service. Its parts are created on first use, so that a command pays only
for the parts that it uses. A Service holds one database connection and belongs to one thread;
`sibling()` returns another one over the same store, for another thread.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
    from sfn_cli.asl.resource import Resource
    from sfn_cli.errors import StoreError
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols import Store
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


class Runner(Protocol):
    """Ensures that executions run. Thread-safe."""

    def wake(self) -> None:
        """Ensures that a worker is running and checks the store; never waits for it."""


class Invoker(Protocol):
    """Runs local Lambda functions and waits for them. Thread-safe."""

    def invoke(self, function_ref: str, payload: str, client_context: str | None = None) -> Any:
        """Returns the outcome of one invocation (`sfn_cli.functions.outcome.Outcome`).

        The client context is JSON text.
        """

    def stop(self) -> None:
        """Stops all processes that were started for invocations."""


MoreOperations = Callable[[str, str], "Callable[[Service, dict[str, Any]], Any] | None"]
"""Returns the function that answers an operation, by service and name; None if there is none."""

ReadObject = Callable[[str, str, "str | None"], bytes]
"""Returns an object of S3, by bucket, key and version. Raises ApiError with S3's code and message."""

RunTask = Callable[["Service", "OpenTask", "HttpInspection | None"], "TaskSucceeded | TaskFailed"]


class Service:
    """The parts that operations use; see the module's docstring."""

    def __init__(
        self,
        settings: Settings,
        *,
        open_store: Callable[[Callable[[], None]], Store],
        make_runner: Callable[[], Runner],
        make_invoker: Callable[[Service], Invoker],
        clock: Callable[[], int],
        run_task: RunTask | None = None,
        is_available: Callable[[Resource], bool] | None = None,
        more_operations: MoreOperations | None = None,
        read_object: ReadObject | None = None,
        parent: Service | None = None,
    ) -> None:
        """Takes the settings and the functions that create the parts.

        `clock` returns milliseconds since 1970. `open_store` and the `make_…` are called once, on
        first use; the store calls its argument to wake a worker. `run_task` runs one task and waits
        for it; without it, no task outside an execution can be run. `is_available` returns whether sfn
        can run tasks on a resource; a state machine with other tasks is rejected (never, if None).
        `more_operations` finds the operations of layers above `api`. `read_object` reads the code of
        functions from S3.
        """
        self.settings = settings
        self.clock = clock
        self.run_task = run_task
        self.is_available = is_available
        self.more_operations = more_operations
        self.read_object = read_object
        self._open_store = open_store
        self._make_runner = make_runner
        self._make_invoker = make_invoker
        self._parent = parent
        self.worker_error: StoreError | None = None
        """The error, if the last operation needed a worker and none could be started."""

    def sibling(self) -> Service:
        """Returns a Service for another thread: its own connection, the same runner and invoker."""
        return Service(
            self.settings,
            open_store=self._open_store,
            make_runner=self._make_runner,
            make_invoker=self._make_invoker,
            clock=self.clock,
            run_task=self.run_task,
            is_available=self.is_available,
            more_operations=self.more_operations,
            read_object=self.read_object,
            parent=self._parent or self,
        )

    def accepting_all_tasks(self) -> Service:
        """Returns this Service, with the same store, runner and invoker, without `is_available`.

        A state machine with tasks that sfn cannot run is then created; those tasks fail.
        """
        accepting = self._sharing_copy()
        accepting.is_available = None
        return accepting

    def starting_with_clock(self, clock: str | None) -> Service:
        """Returns this Service, with the same store, runner and invoker, for starts with this clock.

        The clock is one of `Settings.clock`.
        """
        starting = self._sharing_copy()
        starting.settings = self.settings._replace(clock=clock)
        return starting

    def _sharing_copy(self) -> Service:
        _ = self.store  # opened here, so that both share it
        sharing = copy(self)
        sharing._parent = self._parent or self
        return sharing

    def close(self) -> None:
        """Closes the connection and, unless a parent owns it, the invoker."""
        self.stop_invoker()
        if "store" in self.__dict__:
            self.store.close()

    def stop_invoker(self) -> None:
        """Stops the functions that this Service started; their callers get an error."""
        invoker = self.__dict__.pop("invoker", None)
        if invoker is not None and self._parent is None:
            invoker.stop()

    @cached_property
    def runner(self) -> Runner:
        return self._parent.runner if self._parent else self._make_runner()

    @cached_property
    def invoker(self) -> Invoker:
        return self._parent.invoker if self._parent else self._make_invoker(self)

    @cached_property
    def store(self) -> Store:
        return self._open_store(self._wake)

    def _wake(self) -> None:
        self.runner.wake()

    # The parts of the store

    @property
    def executions(self) -> Executions:
        return self.store.executions

    @property
    def execution_searches(self) -> ExecutionSearches:
        return self.store.execution_searches

    @property
    def state_machines(self) -> StateMachines:
        return self.store.state_machines

    @property
    def versions(self) -> Versions:
        return self.store.versions

    @property
    def aliases(self) -> Aliases:
        return self.store.aliases

    @property
    def activities(self) -> Activities:
        return self.store.activities

    @property
    def tasks(self) -> Tasks:
        return self.store.tasks

    @property
    def map_runs(self) -> MapRuns:
        return self.store.map_runs

    @property
    def redrives(self) -> Redrives:
        return self.store.redrives

    @property
    def suspensions(self) -> Suspensions:
        return self.store.suspensions

    @property
    def status_changes(self) -> StatusChanges:
        return self.store.status_changes

    @property
    def functions(self) -> Functions:
        return self.store.functions

    @property
    def function_versions(self) -> FunctionVersions:
        return self.store.function_versions

    @property
    def function_aliases(self) -> FunctionAliases:
        return self.store.function_aliases

    @property
    def function_events(self) -> FunctionEvents:
        return self.store.function_events

    @property
    def function_settings(self) -> FunctionSettings:
        return self.store.function_settings

    @property
    def log_groups(self) -> LogGroups:
        return self.store.log_groups

    @property
    def logs(self) -> Logs:
        return self.store.logs

    @property
    def connections(self) -> Connections:
        return self.store.connections

    @property
    def deliveries(self) -> Deliveries:
        return self.store.deliveries

    @property
    def change_sets(self) -> ChangeSets:
        return self.store.change_sets

    @property
    def event_rules(self) -> EventRules:
        return self.store.event_rules

    @property
    def event_items(self) -> EventItems:
        return self.store.event_items

    @property
    def archives(self) -> Archives:
        return self.store.archives

    @property
    def schedules(self) -> Schedules:
        return self.store.schedules

    @property
    def source_mappings(self) -> SourceMappings:
        return self.store.source_mappings

    @property
    def stacks(self) -> Stacks:
        return self.store.stacks

    @property
    def stack_events(self) -> StackEvents:
        return self.store.stack_events

    @property
    def deleted_stacks(self) -> DeletedStacks:
        return self.store.deleted_stacks

    @property
    def stack_operations(self) -> StackOperations:
        return self.store.stack_operations

    @property
    def running_stacks(self) -> RunningStacks:
        return self.store.running_stacks

    @property
    def api_parts(self) -> ApiParts:
        return self.store.api_parts

    @property
    def function_urls(self) -> FunctionUrls:
        return self.store.function_urls

    @property
    def store_counts(self) -> StoreCounts:
        return self.store.store_counts
