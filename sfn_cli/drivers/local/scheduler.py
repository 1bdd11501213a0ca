"""The executions that one worker drives: claim, turn, commit, dispatch, in rounds.

A round gives a turn to every execution that can advance, and commits the changes in one transaction
(group commit). Signals wait for the next turn of their execution. No task is started, and no
change is visible, before the transaction that records it.

A step that is slow because of a state's expressions is run by a thread (its execution is offloaded).
Errors are isolated (isolation.py): only an error of the store ends the worker.
"""

from __future__ import annotations

import time
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from sfn_cli import quotas
from sfn_cli.drivers.local.agenda import Agenda
from sfn_cli.drivers.local.claims import CLAIM_LIMIT, SECONDS_A_CLAIM, Claims, WorkerStore
from sfn_cli.drivers.local.driven_execution import DrivenExecution, DrivenExecutions, PendingChanges
from sfn_cli.drivers.local.group_commit import GroupCommit, Round
from sfn_cli.drivers.local.isolation import Isolation
from sfn_cli.drivers.local.map_run_notices import MapRunNotices
from sfn_cli.drivers.local.messages import Messages
from sfn_cli.drivers.local.task_dispatch import TaskDispatch
from sfn_cli.errors import is_store_error
from sfn_cli.interpreter.interpreter import Interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sfn_cli.drivers.local.offloaded_steps import OffloadedSteps
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.interpreter.signals import Signal
    from sfn_cli.store.records.stepfunctions.worker_commits import Claimed

EVENTS_A_ROUND = 5_000
"""The number of events after which a round is committed."""

SECONDS_A_ROUND = 0.25
"""The time after which a round is committed."""


class Scheduler:
    """Runs the executions of one worker. `report` writes a line to the worker's log.

    `on_crash` is SFN_ON_CRASH: a task that was in flight when its worker died is called again
    ("retry") or failed ("fail"); `max_events` is the limit on a history's length.
    """

    def __init__(
        self,
        store: WorkerStore,
        context: TaskContext,
        steps: OffloadedSteps[DrivenExecution],
        report: Callable[[str], None],
        *,
        on_crash: str = "retry",
        max_events: int = quotas.HISTORY_EVENTS,
    ) -> None:
        self._turns = store.turns
        self._clock = context.clock
        self._steps = steps
        self._driven = DrivenExecutions()
        self._agenda = Agenda(self._driven)
        self._over_budget: list[DrivenExecution] = []  # offloaded once the round is committed
        self._isolation = Isolation(store.turns, context.clock, report, self._stop_driving)
        self._dispatch = TaskDispatch(context, self._deliver, self._isolation.of)
        self._messages = Messages(store.inbox, store.executions)
        self._group_commit = GroupCommit(store.turns, self._messages, self._isolation, self._driven)
        self.log = self._group_commit.log
        self._claims = Claims(
            store, self._messages, self._dispatch, steps, context.clock,
            fails_after_crash=on_crash == "fail", max_events=max_events,
        )  # fmt: skip
        self.map_runs = MapRunNotices(context)

    @property
    def driven(self) -> int:
        """How many executions this worker drives."""
        return len(self._driven)

    @property
    def is_busy(self) -> bool:
        """Whether there is work for another round right now."""
        has_results = self._group_commit.has_lines or self._steps.has_finished
        return len(self._agenda) > 0 or has_results or self._isolation.has_faults

    @property
    def has_room(self) -> bool:
        """Whether to claim more executions: false while many are already queued for a turn."""
        return len(self._agenda) < CLAIM_LIMIT

    @property
    def wake_at(self) -> int | None:
        """When the next round is due if no signal comes first; None if never."""
        return self._agenda.wake_at

    def claim_new(self) -> int:
        """Takes over new executions. Returns their number."""
        return self._take(self._turns.claim_new(CLAIM_LIMIT))

    def claim_abandoned(self, live: Collection[int]) -> int:
        """Takes over new executions, and those of dead workers. Returns their number."""
        return self._take(self._turns.claim_abandoned(live, CLAIM_LIMIT))

    def _take(self, claimed: list[Claimed]) -> int:
        ends_at = time.monotonic() + SECONDS_A_CLAIM
        for one in claimed:
            self._stop_driving(one.id)  # it was stopped and redriven; the message is still unread
            with self._isolation.of(one.id):
                if one.damage is not None:
                    raise one.damage
                driven = self._driven[one.id] = DrivenExecution(one)
                self._claims.take(one, driven, at_once=time.monotonic() < ends_at)
                self._agenda.queue(driven)
        return len(claimed)

    def read_inbox(self) -> None:
        """Delivers the messages of other processes to the executions driven here."""
        aborted: list[int] = []
        for message in self._messages.unread():
            driven = self._driven.get(message.execution)
            if driven is None:
                continue
            with self._isolation.of(message.execution):
                if message.kind == "aborted":
                    if message.body.get("worker", self._turns.worker) == self._turns.worker:
                        self._stop_driving(message.execution)
                        self._group_commit.forget(message.id)
                        aborted.append(message.execution)
                elif message.kind == "machineDeleted":
                    driven.end_with_machine()
                    self._group_commit.forget(message.id)
                elif not driven.is_offloaded:  # an offloaded one catches up later
                    self._messages.deliver(message, driven)
                    self._agenda.queue(driven)
        if aborted:
            self._turns.release(aborted)  # if one was redriven and claimed since, it is claimed again

    def _deliver(self, driven: DrivenExecution, signal: Signal) -> None:
        driven.receive(signal)
        self._agenda.queue(driven)

    def run_round(self) -> int:
        """Runs one round: takes turns and commits them. Returns the number of events."""
        now = self._clock()
        changes: Round = defaultdict(PendingChanges)
        try:
            events = self._take_turns(now, changes)
            self._commit(changes, now)
        except Exception as error:
            if not is_store_error(error):
                self._start_over(changes)
            raise
        self._offload_slow_steps(now)
        self.map_runs.send()
        self._isolation.set_aside()
        return events

    def _take_turns(self, now: int, changes: Round) -> int:
        """Adds the executions' changes to `changes`. Returns the number of events."""
        ends_at = time.monotonic() + SECONDS_A_ROUND
        self._finish_slow_steps(changes)
        self._agenda.queue_due(now)
        events = sum(len(pending.events) for pending in changes.values())
        for driven in self._agenda.turns():
            with self._isolation.of(driven.id):
                events += self._turn(driven, now, changes)
            if events >= EVENTS_A_ROUND or time.monotonic() >= ends_at:
                break
        return events

    def _finish_slow_steps(self, changes: Round) -> None:
        """Continues the executions whose slow steps are done."""
        for step in self._steps.finished():
            driven = step.owner
            driven.step = None
            with self._isolation.of(driven.id):
                result = step.result()
                if isinstance(result, Interpreter):
                    self._claims.begin(driven, result)
                else:
                    changes[driven].add(result)
                    self._messages.catch_up(driven)
                self._agenda.queue(driven)

    def _turn(self, driven: DrivenExecution, now: int, changes: Round) -> int:
        consumed = driven.messages
        turned = driven.turn(now)
        if turned.events or consumed:
            changes[driven].add(turned, consumed)
        if turned.over_budget:
            self._over_budget.append(driven)
        elif (due_at := driven.due_after(turned, now)) is not None:
            if due_at <= now:
                self._agenda.queue(driven)
            else:
                self._agenda.wake(driven, due_at)
        return len(turned.events)

    def _commit(self, changes: Round, now: int) -> None:
        """Stores the round, then starts and cancels tasks, and drops executions that ended."""
        lost = self._group_commit.write(changes, now)
        for driven, pending in changes.items():
            if not self._driven.contains(driven):
                continue
            ended = driven.interpreter.ended
            if driven.map_run is not None and ended:
                self.map_runs.child_ended(driven.map_run)
            if driven.id in lost or ended:
                self._stop_driving(driven.id)
            elif pending.opened or pending.closed:
                with self._isolation.of(driven.id):
                    self._dispatch.update(driven, pending.opened, pending.closed)
        if lost:
            self.claim_new()

    def _start_over(self, changes: Round) -> None:
        """Releases executions whose changes may not be stored, so that they are claimed as stored."""
        self._turns.release([driven.id for driven in changes])
        for driven in changes:
            self._stop_driving(driven.id)

    def _offload_slow_steps(self, now: int) -> None:
        """Hands executions that are over budget to threads, for the slow step."""
        for driven in self._over_budget:
            if self._driven.contains(driven):
                # With the time of this round, the step has the same result.
                driven.step = self._steps.start(driven, partial(driven.slow_turn, driven.own_time(now)))
        self._over_budget.clear()

    def _stop_driving(self, execution: int) -> None:
        """Stops driving the execution in this row."""
        if (driven := self._driven.pop(execution, None)) is not None:
            self._dispatch.drop(driven)

    def release(self) -> None:
        """Releases all executions driven here, and cancels their tasks."""
        self._isolation.set_aside()
        if self._driven:
            self._turns.release(self._driven)
            for execution in list(self._driven):
                self._stop_driving(execution)
