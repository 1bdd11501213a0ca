"""The interpreter of one execution, as drivers use it: apply stored events, then take turns.

    for event in stored_history:                     # one event for a new execution
        interpreter.apply(event)
    while not interpreter.ended:
        turned = turn(interpreter, mailbox.take(), clock.now())      # turn.py
        …                                            # store its events, start and cancel its tasks
        mailbox.wait(until=turned.due)

To resume an execution, a driver applies its history and then runs the same loop as for a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import quotas
from sfn_cli.interpreter.decide import decide
from sfn_cli.interpreter.evolve import evolve
from sfn_cli.interpreter.execution import Execution
from sfn_cli.interpreter.receive import receive
from sfn_cli.query.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal
    from sfn_cli.query.limits import TimeBudget


class Interpreter:
    """One execution and its machine.

    Times are milliseconds since 1970; time never runs backwards in a history.
    """

    __slots__ = ("_last_at", "execution", "over_budget")

    def __init__(
        self,
        arn: str,
        state_machine_arn: str,
        machine: CompiledMachine,
        seed: str,
        max_events: int = quotas.HISTORY_EVENTS,
    ) -> None:
        self.execution = Execution(arn, state_machine_arn, machine, seed, max_events)
        self.over_budget = False
        self._last_at = 0

    @property
    def budget(self) -> TimeBudget:
        """The time limit of the execution's expressions.

        It is unlimited unless the driver runs several executions.
        """
        return self.execution.budget

    @budget.setter
    def budget(self, budget: TimeBudget) -> None:
        self.execution.budget = budget

    def apply(self, event: HistoryEvent) -> None:
        """Applies a stored event.

        After BudgetExceeded, the interpreter must be discarded: a replay cannot be postponed.
        """
        evolve(self.execution, event)
        self._last_at = event.at

    def next_event(self, now: int) -> HistoryEvent | None:
        """Returns the next event that is due by `now`, None if the execution waits.

        The caller applies it, perhaps with another payload, before any other call; or it stops the
        execution.
        """
        self._last_at = max(now, self._last_at)
        return decide(self.execution, self._last_at)

    def advance(self, now: int, limit: int = 1000) -> list[HistoryEvent]:
        """Applies and returns the events that are due by `now`, at most `limit`.

        The list is empty if the execution waits. If `over_budget` is true afterwards, the next event is
        also due, but computing it takes longer than `budget`.
        """
        execution = self.execution
        at = self._last_at = max(now, self._last_at)
        events: list[HistoryEvent] = []
        self.over_budget = False
        while len(events) < limit:
            try:
                event = decide(execution, at)
            except BudgetExceeded:
                self.over_budget = True
                break
            if event is None:
                break
            evolve(execution, event)
            events.append(event)
        return events

    def receive(self, signal: Signal, now: int) -> list[HistoryEvent]:
        """Applies and returns the event that records the signal.

        The list is empty if the signal is late or has no event.
        """
        self._last_at = max(now, self._last_at)
        event = receive(self.execution, signal, self._last_at)
        if event is None:
            return []
        evolve(self.execution, event)
        return [event]

    @property
    def ended(self) -> bool:
        return self.execution.ended

    @property
    def wake_at(self) -> int | None:
        """When `advance` next returns events; None if it does so only after a signal."""
        return self.execution.wake_at

    @property
    def timer_at(self) -> int | None:
        """When the next timer of a state, or the machine's TimeoutSeconds, are due.

        Unlike `wake_at`, this ignores AWS's limit of a year.
        """
        return self.execution.next_timer()

    @property
    def last_at(self) -> int:
        """The time of the last event."""
        return self._last_at

    def changed_tasks(self) -> tuple[list[OpenTask], list[OpenTask]]:
        """Returns the tasks opened and the tasks closed since the last call.

        A task opened and closed in between is in neither list.
        """
        execution = self.execution
        opened, execution.opened = execution.opened, []
        closed, execution.closed = execution.closed, []
        came = {task.id for task in opened}
        return [task for task in opened if task.id in execution.open_tasks], [
            task for task in closed if task.id not in came
        ]

    @property
    def open_tasks(self) -> Mapping[int, OpenTask]:
        """The pending tasks, by the id of the event that scheduled each."""
        return self.execution.open_tasks
