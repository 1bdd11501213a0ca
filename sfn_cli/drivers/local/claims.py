"""Takes over executions: claims them, replays them, and starts their open tasks.

New executions, with one event, and those that another worker left take the same path.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import arn
from sfn_cli.asl.state_machine import load_machine
from sfn_cli.drivers.local.driven_execution import SECONDS_AT_A_TIME, DrivenExecution
from sfn_cli.drivers.local.offloaded_steps import loop_offload_budget
from sfn_cli.errors import RowError
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.signals import TaskFailed, TaskHeartbeat
from sfn_cli.query.limits import BudgetExceeded, TimeBudget
from sfn_cli.store.sqlite.keys import EVENTS_PER_EXECUTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.drivers.local.messages import Messages
    from sfn_cli.drivers.local.offloaded_steps import OffloadedSteps
    from sfn_cli.drivers.local.task_dispatch import TaskDispatch
    from sfn_cli.store.protocols.driver import Heartbeats, Inbox, WorkerCommits
    from sfn_cli.store.protocols.stepfunctions import Executions
    from sfn_cli.store.records.stepfunctions.worker_commits import Claimed

CLAIM_LIMIT = 500
"""The maximum number of executions taken over by one claim."""

SECONDS_A_CLAIM = 0.25
"""How long the replays of one claim may block the loop; threads replay the rest."""

LONG_DEFINITION = 50_000
"""Longer definitions, in characters, are compiled in a thread so as not to block other executions."""

EVENTS_BETWEEN_LOOKS = 64
"""How many events are replayed between two checks of the time."""

CRASHED = "The worker died while the task was in flight, and SFN_ON_CRASH is fail."


class WorkerStore(NamedTuple):
    """The parts of the store that a worker's scheduler uses."""

    turns: WorkerCommits
    executions: Executions
    tasks: Heartbeats
    inbox: Inbox


class Claims:
    """Takes over executions that were claimed.

    `fails_after_crash`: a task that was in flight when its worker died fails instead of being called
    again; `max_events` is the limit on a history's length.
    """

    def __init__(
        self,
        store: WorkerStore,
        messages: Messages,
        dispatch: TaskDispatch,
        steps: OffloadedSteps[DrivenExecution],
        clock: Callable[[], int],
        *,
        fails_after_crash: bool,
        max_events: int,
    ) -> None:
        self._turns = store.turns
        self._tasks = store.tasks
        self._messages = messages
        self._dispatch = dispatch
        self._steps = steps
        self._clock = clock
        self._fails_after_crash = fails_after_crash
        self._max_events = max_events
        self._budget = loop_offload_budget()

    def take(self, claimed: Claimed, driven: DrivenExecution, *, at_once: bool) -> None:
        """Replays the execution and begins to drive it. Raises RowError.

        A thread replays it if the replay takes long, or if `at_once` is false.
        """
        replay = self._replay_of(claimed)
        try:
            if len(claimed.definition) > LONG_DEFINITION or not at_once:
                raise BudgetExceeded
            self.begin(driven, replay(self._budget))
        except BudgetExceeded:
            driven.step = self._steps.start(driven, replay)

    def _replay_of(self, claimed: Claimed) -> Callable[[TimeBudget], Interpreter]:
        """Reads the history, in the loop's thread, and returns a function that replays it."""
        history = self._turns.history(claimed.id)
        if not history:
            raise RowError("The execution has no events in the store.")
        # AWS does not limit the history of an EXPRESS execution; the store does.
        max_events = EVENTS_PER_EXECUTION - 1 if arn.is_express_arn(claimed.arn) else self._max_events

        def replay(budget: TimeBudget) -> Interpreter:
            machine = load_machine(claimed.definition)
            interpreter = Interpreter(
                claimed.arn, claimed.state_machine_arn, machine, claimed.seed, max_events
            )
            interpreter.budget = budget
            began = time.thread_time()
            for event in history:
                interpreter.apply(event)
                if (
                    event.id % EVENTS_BETWEEN_LOOKS == 0
                    and not budget.is_all
                    and time.thread_time() - began > SECONDS_AT_A_TIME
                ):
                    raise BudgetExceeded
            if interpreter.ended:
                # It was stopped just after it was claimed. It no longer belongs to this worker, so
                # nothing of this is stored.
                raise RowError("The execution's history has ended, but its row says RUNNING.")
            return interpreter

        return replay

    def begin(self, driven: DrivenExecution, interpreter: Interpreter) -> None:
        """Drives an execution from the end of its history.

        Its open tasks are started again, or failed, and the messages that arrived in the meantime
        are delivered.
        """
        driven.begin(interpreter, self._clock())
        interpreter.budget = self._budget
        interpreter.execution.activity_is_missing = partial(self._is_missing_activity, driven)
        interpreter.changed_tasks()
        if not interpreter.open_tasks:
            return
        for id, at in self._tasks.beats(driven.id):
            driven.receive(TaskHeartbeat(id, at))
        for task in interpreter.open_tasks.values():
            if task.in_flight and self._fails_after_crash and not driven.is_mocked(task):
                driven.receive(TaskFailed(task.id, "States.TaskFailed", CRASHED))
            else:
                self._dispatch.update(driven, [task])
        self._messages.catch_up(driven)

    def _is_missing_activity(self, driven: DrivenExecution, state: str, activity: str) -> bool:
        """Whether the state's activity is missing, and needed: no mock answers its tasks."""
        if driven.mocks is not None and driven.mocks.mentions(state):
            return False
        return not self._tasks.has_activity(activity)
