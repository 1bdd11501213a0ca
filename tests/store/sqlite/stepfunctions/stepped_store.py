"""A store whose executions a test advances by writing events, without an interpreter or process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.interpreter.events import HistoryEvent, execution_started_event
from sfn_cli.interpreter.task_token import task_token
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.activities import Activity
from sfn_cli.store.records.executions import Execution, NewExecution
from sfn_cli.store.records.state_machines import StateMachine
from sfn_cli.store.records.stepfunctions.revisions import Revision
from sfn_cli.store.records.stepfunctions.worker_commits import ExecutionChanges
from sfn_cli.store.records.tasks import Opened
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.stepfunctions.activities import SqliteActivities
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.stepfunctions.inbox import SqliteInbox
from sfn_cli.store.sqlite.stepfunctions.map_runs import SqliteMapRuns
from sfn_cli.store.sqlite.stepfunctions.outbox import SqliteOutbox
from sfn_cli.store.sqlite.stepfunctions.redrives import SqliteRedrives
from sfn_cli.store.sqlite.stepfunctions.state_machines import SqliteStateMachines
from sfn_cli.store.sqlite.stepfunctions.status_changes import SqliteStatusChanges
from sfn_cli.store.sqlite.stepfunctions.tasks import SqliteTasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import SqliteWorkerCommits
from sfn_cli.store.sqlite.workers import SqliteWorkers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ACCOUNT = "arn:aws:states:us-east-1:123456789012"
MACHINE = f"{ACCOUNT}:stateMachine:M"
ACTIVITY = f"{ACCOUNT}:activity:A"
ROLE = "arn:aws:iam::123456789012:role/r"

DATA_OF_END = {
    "ExecutionSucceeded": {"payload": Payload({"ok": True}), "details": {}},
    "ExecutionFailed": {"details": {"error": "E", "cause": "c"}},
    "ExecutionTimedOut": {"details": {"error": "States.Timeout"}},
}
"""The payload and details of each event by which a worker ends an execution."""


class SteppedStore:
    """A store with one state machine, M, and one worker.

    Executions are identified by row id, as in the store. The test sets the times.
    """

    def __init__(self, home: Path) -> None:
        self.database = Database(home)
        self.executions = SqliteExecutions(self.database)
        self.inbox = SqliteInbox(self.database)
        self.map_runs = SqliteMapRuns(self.database)
        self.redrives = SqliteRedrives(self.database)
        self.outbox = SqliteOutbox(self.database)
        self.status_changes = SqliteStatusChanges(self.database)
        self.tasks = SqliteTasks(self.database)
        self.state_machines = SqliteStateMachines(self.database)
        self.state_machines.create(
            StateMachine(
                MACHINE, "M", "STANDARD", "ACTIVE", 0, "[]", Revision(None, "{}", ROLE, "{}", "{}", "{}", 0)
            )
        )
        SqliteActivities(self.database).create(Activity(ACTIVITY, "A", 0, "{}", "[]"))
        self.worker = SqliteWorkers(self.database).register(0, 1, 0)
        self.turns = SqliteWorkerCommits(self.database, self.worker)

    def start(self, name: str = "e", at: int = 1, *, express: bool = False, **more: Any) -> int:
        """Starts an execution of M; returns its row id. `more` are other fields of NewExecution."""
        kind = "express" if express else "execution"
        new = NewExecution(f"{ACCOUNT}:{kind}:M:{name}", 1, MACHINE, 1, name, None, f"seed of {name}")
        started = self.executions.start(new._replace(**more), execution_started_event(Payload({}), ROLE, at))
        assert started is not None
        return started.id

    def start_and_claim(self, name: str = "e", at: int = 1, **more: Any) -> int:
        """Starts an execution that the worker drives and returns its row id."""
        execution = self.start(name, at, **more)
        self.turns.claim_new(100)
        return execution

    def arn(self, execution: int) -> str:
        """Returns the ARN of the execution with this row id."""
        query = "SELECT arn FROM execution WHERE id = ?"
        return str(self.database.connection.execute(query, (execution,)).fetchone()[0])

    def get(self, execution: int) -> Execution:
        described = self.executions.find(self.arn(execution))
        assert described is not None
        return described

    def event_types(self, execution: int) -> list[str]:
        return [event.type for event in self.executions.history(self.arn(execution))]

    # What the worker writes

    def write(
        self, execution: int, *types: str, at: int = 2, previous: int | None = None, **moved: Any
    ) -> int:
        """Writes a turn of the execution with these events. Returns the id of the last.

        `previous` is the event that the first of them follows. `moved` are other fields of
        ExecutionChanges.
        """
        last = self.executions.history(self.arn(execution))[-1].id
        follows = [last if previous is None else previous, *range(last + 1, last + len(types))]
        events = [
            HistoryEvent(last + n, before, at, type, **DATA_OF_END.get(type, {}))
            for n, (type, before) in enumerate(zip(types, follows, strict=False), 1)
        ]
        committed = self.turns.commit(
            [ExecutionChanges(execution, events, **moved)], read_up_to=1 << 40, now=at
        )
        assert (committed.lost, committed.refused) == (set(), {})
        return last + len(events)

    def open_task(self, execution: int, at: int = 2, *, activity: str | None = None) -> tuple[int, str]:
        """Schedules a task that is answered from outside. Returns its event and its token."""
        task = self.executions.history(self.arn(execution))[-1].id + 1
        token = task_token(f"seed of {self.get(execution).name}", str(task))
        event = HistoryEvent(task, task - 1, at, "TaskScheduled", payload=Payload({}), details={})
        opened = ExecutionChanges(execution, [event], opened=[Opened(task, token, activity)])
        assert self.turns.commit([opened], now=at).lost == set()
        return task, token

    # What comes from outside

    def abort(self, execution: int, at: int) -> None:
        assert self.executions.abort(self.get(execution).arn, None, None, at) is not None

    def redrive(self, execution: int, at: int, token: str | None = None) -> int | None:
        return self.redrives.redrive(self.get(execution).arn, token, at, lambda _: at)

    def messages(self, after: int = 0) -> Sequence[tuple[int, str, dict[str, Any]]]:
        """Returns the messages in the inbox: execution, kind and body of each."""
        return [(message.execution, message.kind, message.body) for message in self.inbox.after(after)]
