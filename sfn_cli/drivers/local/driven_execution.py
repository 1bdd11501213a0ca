"""The state of one execution that a worker drives, and its turn.

An execution is *offloaded* while a thread runs a slow step for it (offloaded_steps.py): during that
time, the thread owns the interpreter, and messages to the execution wait.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sfn_cli.arn import name_in_arn
from sfn_cli.drivers.local.clocks import GRACE_MS, Clock, VirtualClock, clock_of
from sfn_cli.interpreter import mocks, turn
from sfn_cli.interpreter.execution_log import execution_log
from sfn_cli.interpreter.signals import time_of_signal
from sfn_cli.store.records.stepfunctions.worker_commits import ExecutionChanges
from sfn_cli.store.records.tasks import Opened
from sfn_cli.store.sqlite.stepfunctions.execution_logs import log_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.drivers.local.offloaded_steps import OffloadedStep
    from sfn_cli.integrations.integration import Cancel
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.interpreter import Interpreter
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal
    from sfn_cli.interpreter.turn import Turned
    from sfn_cli.query.limits import TimeBudget
    from sfn_cli.store.records.logs import LogLine
    from sfn_cli.store.records.stepfunctions.worker_commits import Claimed, VirtualJump

EVENTS_AT_A_TIME = 500
"""How many events one execution may write in one round, so that it does not delay the others."""

SECONDS_AT_A_TIME = 0.05
"""How long one execution may run in one round."""


class PendingChanges:
    """The changes of one execution in a round, before they are stored.

    Tasks that are both opened and closed in the round are left out.
    """

    __slots__ = ("closed", "consumed", "events", "opened")

    def __init__(self) -> None:
        self.events: list[HistoryEvent] = []
        self.consumed: list[int] = []
        self.opened: list[OpenTask] = []
        self.closed: list[OpenTask] = []

    def add(self, turned: Turned, consumed: Sequence[int] = ()) -> None:
        """Adds the changes of a turn, and the messages that it consumed."""
        self.events += turned.events
        self.consumed += consumed
        if turned.closed and self.opened:
            opened = {task.id for task in self.opened}
            closed = {task.id for task in turned.closed}
            self.opened = [task for task in self.opened if task.id not in closed]
            self.closed += [task for task in turned.closed if task.id not in opened]
        else:
            self.closed += turned.closed
        self.opened += turned.opened


class DrivenExecution:
    """An execution that was claimed; see the module's docstring. `id` is its row in the store."""

    __slots__ = (
        "_clock_setting",
        "_interpreter",
        "clock",
        "due_at",
        "id",
        "is_deleted",
        "is_queued",
        "log",
        "map_run",
        "messages",
        "mocks",
        "running",
        "signals",
        "step",
    )  # fmt: skip

    def __init__(self, claimed: Claimed) -> None:
        """Raises ValueError or KeyError when its row is damaged."""
        self.id = claimed.id
        self._interpreter: Interpreter | None = None  # until its history was read
        self._clock_setting = claimed.clock
        self.clock: Clock | None = None
        """Its own clock, if it does not follow the wall clock."""
        self.log = execution_log(claimed.logging)
        self.mocks = None if claimed.mocks is None else mocks.read_mocks(claimed.mocks)
        self.map_run = claimed.map_run
        """The row of its Map Run, if it is a child of one."""
        self.is_deleted = claimed.is_deleted
        """Whether its state machine was deleted, so that it ends at its next transition."""
        self.running: dict[int, Cancel] = {}
        """Its running tasks, by the id of the event that scheduled them."""
        self.signals: list[Signal] = []
        """The signals for its next turn."""
        self.messages: list[int] = []
        """The inbox messages of its pending signals."""
        self.due_at: int | None = None
        """When its next turn is due, by wall clock."""
        self.is_queued = False
        """Whether it is queued for a turn."""
        self.step: OffloadedStep[DrivenExecution] | None = None
        """The slow step for which it is offloaded."""

    @property
    def interpreter(self) -> Interpreter:
        """Its interpreter. Do not use it while the execution is offloaded."""
        assert self._interpreter is not None
        return self._interpreter

    @property
    def is_offloaded(self) -> bool:
        return self.step is not None

    def begin(self, interpreter: Interpreter, now: int) -> None:
        """Starts to drive the execution from the end of its history."""
        self._interpreter = interpreter
        if self.is_deleted:
            self.end_with_machine()
        if self._clock_setting is not None:
            started_at, last_at = interpreter.execution.started_at, interpreter.last_at
            self.clock = clock_of(self._clock_setting, started_at, last_at, now)

    def end_with_machine(self) -> None:
        """Lets the execution end at its next transition, because its state machine was deleted."""
        self.is_deleted = True
        if self._interpreter is not None:  # otherwise `begin` does it
            execution = self._interpreter.execution
            # The children of a Map Run have the Map's label after the machine's name.
            name = name_in_arn(execution.state_machine_arn).partition("/")[0]
            execution.end_at_next_transition(f"State machine {name} has been deleted")

    def receive(self, signal: Signal, message: int | None = None) -> None:
        """Queues a signal for the next turn, which also consumes `message`, if the signal came in one."""
        self.signals.append(signal)
        if message is not None:
            self.messages.append(message)

    def turn(self, now: int) -> Turned:
        """Takes one turn, within the limits of a round, and consumes all pending signals."""
        ends_at = time.monotonic() + SECONDS_AT_A_TIME
        signals = self.signals
        if signals:
            self.signals, self.messages = [], []
        virtual = self.clock if isinstance(self.clock, VirtualClock) else None
        turned = turn.turn(
            self.interpreter,
            signals,
            self.own_time(now),
            limit=EVENTS_AT_A_TIME,
            is_time_up=lambda: time.monotonic() >= ends_at,
            follows_signals=virtual is not None,
        )
        if virtual is not None:
            for signal in signals:
                virtual.jump(time_of_signal(signal), now)
        return turned

    def slow_turn(self, now: int, budget: TimeBudget) -> Turned:
        """Takes the one step that exceeds the budget of the loop. Runs in a thread."""
        execution = self.interpreter.execution
        loop_budget, execution.budget = execution.budget, budget
        # The loop's connection to the store is not for threads.
        is_missing, execution.activity_is_missing = execution.activity_is_missing, None
        try:
            return turn.turn(self.interpreter, (), now, limit=1)
        finally:
            execution.budget = loop_budget
            execution.activity_is_missing = is_missing

    def own_time(self, now: int) -> int:
        """Returns the time on its own clock at the wall-clock time `now`."""
        return now if self.clock is None else self.clock.now(now)

    def due_after(self, turned: Turned, now: int) -> int | None:
        """Returns the wall-clock time at which the execution is due after a turn.

        `now` means immediately; None means that only a signal resumes it.
        """
        due_at = turned.due
        if due_at is None or self.clock is None:
            return due_at
        if due_at <= self.own_time(now):
            return now  # the turn reached a limit
        if isinstance(self.clock, VirtualClock):
            return self._virtual_due(self.clock, due_at, now)
        return self.clock.wall_time_of(due_at)

    def _virtual_due(self, clock: VirtualClock, due_at: int, now: int) -> int:
        """Returns `due_after` for an execution on a virtual clock.

        The clock jumps to the next due time unless work for the execution is in progress. While only an
        outside caller can answer, it pauses for a moment first.
        """
        timer_at = self.interpreter.timer_at
        tasks = self.interpreter.open_tasks.values()
        if timer_at is None or any(task.in_flight or task.awaits_child for task in tasks):
            return clock.wall_time_of(due_at)
        if tasks:
            after, until = clock.paused_until
            if after != self.interpreter.execution.last_id:
                after, until = clock.paused_until = (self.interpreter.execution.last_id, now + GRACE_MS)
            if now < until:
                return min(until, clock.wall_time_of(due_at))
        clock.jump(timer_at, now)
        return now

    def changes(self, pending: PendingChanges) -> ExecutionChanges:
        """Returns the changes of this execution that the round stores."""
        changes = ExecutionChanges(
            self.id,
            pending.events,
            pending.consumed,
            in_map_run=self.map_run is not None,
            log=self._log_lines(pending.events) if self.log is not None else (),
            jumps=self._jumps_before(pending.events),
        )
        if not (pending.opened or pending.closed):
            return changes
        awaited = [task for task in pending.closed if task.token is not None or task.plan is not None]
        return changes._replace(
            opened=self._answerable(pending.opened),
            closed=[task.id for task in pending.closed if task.token is not None],
            given_up=[task.id for task in awaited if not task.answered],
            map_runs=[task.id for task in pending.closed if task.plan is not None and task.answered],
        )

    def _jumps_before(self, events: Sequence[HistoryEvent]) -> Sequence[VirtualJump]:
        """Returns the jumps of the virtual clock before these events.

        A later jump is stored with the next events: a worker that takes over before that starts from
        the last event and makes the jump again.
        """
        if not events or not isinstance(self.clock, VirtualClock):
            return ()
        return self.clock.take_jumps(events[-1].at)

    def _answerable(self, opened: Sequence[OpenTask]) -> list[Opened]:
        """Returns the tasks that an outside caller can answer with a token.

        A task that a mock answers is not offered to the activity's clients.
        """
        return [
            Opened(task.id, task.token, None if self.is_mocked(task) else task.activity)
            for task in opened
            if task.token is not None
        ]

    def _log_lines(self, events: Sequence[HistoryEvent]) -> Sequence[LogLine]:
        assert self.log is not None
        execution = self.interpreter.execution
        return log_lines(
            self.log, execution.arn, execution.state_machine_arn, events, execution.redrive_count
        )

    def is_mocked(self, task: OpenTask) -> bool:
        """Whether a mock answers this task in place of an integration."""
        return self.mocks is not None and self.mocks.answer(task) is not None


class DrivenExecutions(dict[int, DrivenExecution]):
    """All executions that a worker drives, by row."""

    def contains(self, driven: DrivenExecution) -> bool:
        """Whether this object still drives the execution; false if it has been claimed again since."""
        return self.get(driven.id) is driven
