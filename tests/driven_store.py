"""A store with a state machine, filled without commands, and driven in-process like a worker's."""

from __future__ import annotations

import json
import selectors
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli.api import call_api, model
from sfn_cli.api.stepfunctions.executions import new_execution
from sfn_cli.app import build_app
from sfn_cli.drivers.local.claims import WorkerStore
from sfn_cli.drivers.local.offload import Offload
from sfn_cli.drivers.local.outbox_delivery import OutboxDelivery
from sfn_cli.drivers.local.scheduler import Scheduler
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import TaskContext
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.stepfunctions.inbox import SqliteInbox
from sfn_cli.store.sqlite.stepfunctions.outbox import SqliteOutbox
from sfn_cli.store.sqlite.stepfunctions.tasks import SqliteTasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import SqliteWorkerCommits
from sfn_cli.store.sqlite.store import database_of
from sfn_cli.store.sqlite.workers import SqliteWorkers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sfn_cli.api.service import Service
    from sfn_cli.drivers.local.driven_execution import DrivenExecution
    from sfn_cli.store.records.state_machines import StateMachine

ROLE = "arn:aws:iam::123456789012:role/any"


class ManualClock:
    """A clock that only the test advances: milliseconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


class Runner:
    """Starts no worker: the test takes its place."""

    def wake(self) -> None:
        """Does nothing: the test polls the store."""


class Store:
    """The store in `home`. Its Service starts no worker."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        settings = Settings.from_environment({"SFN_HOME": str(home), **environment})
        self.service: Service = build_app(settings)
        self.service.runner = Runner()
        self._database = database_of(self.service.store)
        self.connection = self._database.connection
        self.selector = selectors.DefaultSelector()
        """The selector that the threads of schedulers wake."""
        self.reports: list[str] = []
        """The reports of schedulers."""

    def machine(self, name: str, definition: object) -> StateMachine:
        request = {"name": name, "definition": json.dumps(definition), "roleArn": ROLE}
        answer = call_api(self.service, model.load_model("stepfunctions", "CreateStateMachine"), request)
        arn = answer["stateMachineArn"]
        machine = self.service.state_machines.find(arn)
        assert machine is not None
        return machine

    def start(self, machine: StateMachine, inputs: Iterable[str]) -> None:
        """Starts an execution for each input, without notifying a worker or waiting for the disk."""
        self.connection.execute("PRAGMA synchronous = OFF")
        at = self.service.clock()
        SqliteExecutions(self._database).start_many(
            [new_execution(machine, {"input": text}, at) for text in inputs]
        )
        self.connection.execute("PRAGMA synchronous = FULL")

    def scheduler(self, **options: Any) -> Scheduler:
        """Returns a worker's Scheduler, without functions."""
        database = self._database
        worker = SqliteWorkers(database).register(0, 1, self.service.clock())
        offload: Offload[DrivenExecution] = Offload(self.selector)
        store = WorkerStore(
            SqliteWorkerCommits(database, worker),
            self.service.executions,
            SqliteTasks(database),
            SqliteInbox(database),
        )
        return Scheduler(store, self.context(offload), offload.steps, self._report, **options)

    def context(self, offload: Offload[Any]) -> TaskContext:
        """Returns the context of a worker's integrations, without functions."""
        service = self.service
        pool: Any = None  # no task is called here
        return TaskContext(
            service.settings, pool, service, service.clock, offload.calls, Clients(service.settings), {}
        )

    def outbox(self) -> OutboxDelivery:
        """Returns a worker's delivery of status changes."""
        return OutboxDelivery(
            SqliteOutbox(self._database), self.context(Offload(self.selector)), self._report
        )

    def _report(self, line: str) -> None:
        self.reports.append(line)
        print(line, file=sys.stderr)

    def call(self, operation: str, **request: Any) -> Any:
        """Returns an operation's answer from Step Functions."""
        return call_api(self.service, model.load_model("stepfunctions", operation), request)

    def work(self, scheduler: Scheduler, condition: Callable[[], object]) -> None:
        """Does what a notified worker does, until the condition holds."""
        for _ in range(1_000):
            self.answer_threads(0)
            scheduler.read_inbox()
            scheduler.map_runs.check_all()
            scheduler.claim_new()
            scheduler.run_round()
            if condition():
                return
            if not scheduler.is_busy:
                self.answer_threads(0.01)
        raise AssertionError("it does not come to that")

    def answer_threads(self, seconds: float) -> None:
        """Collects the results of threads, and waits this long for the first."""
        for key, _ in self.selector.select(seconds):
            key.data()


def drive(scheduler: Scheduler) -> int:
    """Drives executions as a worker does until all have ended. Returns the number of events."""
    events = 0
    while True:
        if scheduler.has_room:
            scheduler.claim_new()
        if not scheduler.driven:
            return events
        events += scheduler.run_round()
