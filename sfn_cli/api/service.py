"""What the operations work with: settings, the store, and what acts on the store.

`sfn_cli.app` creates a Service. Its parts are created on first use, so that a command pays for
what it uses. A Service holds one database connection and belongs to one thread;
`sibling()` is another over the same store, for another thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
    from sfn_cli.asl.resource import Resource
    from sfn_cli.errors import StoreError
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
    from sfn_cli.settings import Settings
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.events.connections import Connections
    from sfn_cli.store.sqlite.functions.aliases import FunctionAliases
    from sfn_cli.store.sqlite.functions.events import FunctionEvents
    from sfn_cli.store.sqlite.functions.functions import Functions
    from sfn_cli.store.sqlite.functions.versions import FunctionVersions
    from sfn_cli.store.sqlite.logs.log_groups import LogGroups
    from sfn_cli.store.sqlite.logs.logs import Logs
    from sfn_cli.store.sqlite.stepfunctions.activities import Activities
    from sfn_cli.store.sqlite.stepfunctions.aliases import Aliases
    from sfn_cli.store.sqlite.stepfunctions.executions import Executions
    from sfn_cli.store.sqlite.stepfunctions.map_runs import MapRuns
    from sfn_cli.store.sqlite.stepfunctions.redrives import Redrives
    from sfn_cli.store.sqlite.stepfunctions.state_machines import StateMachines
    from sfn_cli.store.sqlite.stepfunctions.suspensions import Suspensions
    from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks
    from sfn_cli.store.sqlite.stepfunctions.versions import Versions


class Runner(Protocol):
    """Who makes executions run. Called from any thread."""

    def wake(self) -> None:
        """Makes sure that a worker lives and looks at the store; never waits for it."""


class Invoker(Protocol):
    """Who runs local Lambda functions and waits for them. Called from any thread."""

    def invoke(self, function_ref: str, payload: str, client_context: str | None = None) -> Any:
        """The outcome of one invocation, in the terms of `sfn_cli.functions`; the client's context
        is JSON text.
        """

    def stop(self) -> None:
        """Ends what was started for invocations."""


RunTask = Callable[["Service", "OpenTask", "HttpInspection | None"], "TaskSucceeded | TaskFailed"]


class Service:
    """The parts that operations use; see the module's docstring."""

    def __init__(
        self,
        settings: Settings,
        *,
        open_database: Callable[[], Database],
        make_runner: Callable[[], Runner],
        make_invoker: Callable[[Service], Invoker],
        clock: Callable[[], int],
        run_task: RunTask | None = None,
        is_available: Callable[[Resource], bool] | None = None,
        parent: Service | None = None,
    ) -> None:
        """`clock` returns milliseconds since 1970. The `make_…` are called once, on first use.
        `run_task` carries out one task and waits for it; without it, no task outside of an
        execution can be run. `is_available` returns whether sfn can run tasks on a resource; a
        state machine with other tasks is refused. None: no state machine is refused for that.
        """
        self.settings = settings
        self.clock = clock
        self.run_task = run_task
        self.is_available = is_available
        self._open_database = open_database
        self._make_runner = make_runner
        self._make_invoker = make_invoker
        self._parent = parent
        self.worker_error: StoreError | None = None
        """Why no worker could be started after the last operation, though there is work for one."""

    def sibling(self) -> Service:
        """A Service for another thread: its own connection, the same runner and invoker."""
        return Service(
            self.settings,
            open_database=self._open_database,
            make_runner=self._make_runner,
            make_invoker=self._make_invoker,
            clock=self.clock,
            run_task=self.run_task,
            is_available=self.is_available,
            parent=self._parent or self,
        )

    def close(self) -> None:
        """Closes the connection and, unless a parent owns it, what runs functions."""
        self.stop_invoker()
        if "database" in self.__dict__:
            self.database.close()

    def stop_invoker(self) -> None:
        """Ends the functions that this Service started, if any; their invocations are answered."""
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
    def database(self) -> Database:
        return self._open_database()

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
    def executions(self) -> Executions:
        from sfn_cli.store.sqlite.stepfunctions.executions import Executions

        return Executions(self.database)

    @cached_property
    def redrives(self) -> Redrives:
        from sfn_cli.store.sqlite.stepfunctions.redrives import Redrives

        return Redrives(self.database)

    @cached_property
    def activities(self) -> Activities:
        from sfn_cli.store.sqlite.stepfunctions.activities import Activities

        return Activities(self.database)

    @cached_property
    def connections(self) -> Connections:
        from sfn_cli.store.sqlite.events.connections import Connections

        return Connections(self.database)

    @cached_property
    def map_runs(self) -> MapRuns:
        from sfn_cli.store.sqlite.stepfunctions.map_runs import MapRuns

        return MapRuns(self.database)

    @cached_property
    def suspensions(self) -> Suspensions:
        from sfn_cli.store.sqlite.stepfunctions.suspensions import Suspensions

        return Suspensions(self.database)

    @cached_property
    def tasks(self) -> Tasks:
        from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks

        return Tasks(self.database)

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

        return FunctionEvents(self.database)

    @cached_property
    def log_groups(self) -> LogGroups:
        from sfn_cli.store.sqlite.logs.log_groups import LogGroups

        return LogGroups(self.database)

    @cached_property
    def logs(self) -> Logs:
        from sfn_cli.store.sqlite.logs.logs import Logs

        return Logs(self.database)
