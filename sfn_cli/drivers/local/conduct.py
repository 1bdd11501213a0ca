"""The executions that one worker drives: claim, advance, commit, dispatch, in turns.

A turn advances every execution that may move, by a bounded number of events each, and commits all
of them in one transaction (group commit). Signals wait in the mailbox for the next turn. Nothing is
started and nothing is shown before the transaction that tells of it.

A step that takes long, by the expressions of its state, is taken in the slow lane (slow_lane.py), and its
execution with it: signals for it wait. The others go on meanwhile.

Failures are isolated. An error while one execution is decided, written or served concerns that execution
alone: data that cannot be stored fails it, and a bug or a damaged row sets it aside, to be suspended after a
few attempts (store/sqlite/stepfunctions/suspensions.py). Only an error of the store itself ends the worker.
"""

from __future__ import annotations

import time
import traceback
from collections import defaultdict, deque
from contextlib import contextmanager
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import arn
from sfn_cli.asl.retry import RUNTIME
from sfn_cli.asl.state_machine import load
from sfn_cli.drivers.local.clocks import GRACE_MS, Clock, VirtualClock, clock_of
from sfn_cli.drivers.local.dispatch import Dispatch
from sfn_cli.drivers.local.messages import signal_of
from sfn_cli.drivers.local.slow_lane import SlowLane, Step, Taken, loop_patience
from sfn_cli.errors import RowError, UnstorableError, is_of_the_store
from sfn_cli.interpreter import mocks
from sfn_cli.interpreter.execution import MAX_EVENTS
from sfn_cli.interpreter.execution_log import ExecutionLog, execution_log
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.signals import TaskFailed, TaskHeartbeat, time_of
from sfn_cli.jsonvalue import well_formed
from sfn_cli.query.limits import Impatient, Patience
from sfn_cli.store.records.logs import LogLine
from sfn_cli.store.records.suspensions import ATTEMPTS, Fault
from sfn_cli.store.records.tasks import Opened
from sfn_cli.store.records.worker_commits import Claimed, ExecutionChanges
from sfn_cli.store.sqlite.keys import EVENTS_PER_EXECUTION
from sfn_cli.store.sqlite.stepfunctions.execution_logs import log_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sfn_cli.integrations.integration import World
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import OpenTask
    from sfn_cli.interpreter.signals import Signal
    from sfn_cli.store.records.inbox import Message
    from sfn_cli.store.sqlite.stepfunctions.executions import Executions
    from sfn_cli.store.sqlite.stepfunctions.inbox import Inbox
    from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks
    from sfn_cli.store.sqlite.stepfunctions.worker_commits import Turns

EVENTS_AT_A_TIME = 500
"""How many events one execution may make in one turn, so that none holds up the others."""

SECONDS_AT_A_TIME = 0.05
"""How long one execution may take in one turn; looked at after each EVENTS_BETWEEN_LOOKS."""

EVENTS_BETWEEN_LOOKS = 10

EVENTS_A_TURN = 5_000
"""After how many events a turn is committed."""

SECONDS_A_TURN = 0.25
"""After how long a turn is committed."""

LONG_DEFINITION = 50_000
"""Compiling a definition of more characters would hold up the others."""

CLAIM_LIMIT = 500

CRASHED = "The worker died while the task was in flight, and SFN_ON_CRASH is fail."


class _Mail(NamedTuple):
    """A signal for an execution, and the message that brought it, if one did."""

    execution: int
    signal: Signal
    message: int | None = None


class _Turn:
    """What a turn brings for one execution."""

    __slots__ = ("consumed", "events")

    def __init__(self) -> None:
        self.events: list[HistoryEvent] = []
        self.consumed: list[int] = []


class Conductor:
    """See the module's docstring. `report` takes a line for the worker's log; `on_crash` is SFN_ON_CRASH:
    a task that was in flight when its worker died is called again ("retry") or failed ("fail");
    `max_events` is the most that a history may have."""

    def __init__(
        self,
        turns: Turns,
        executions: Executions,
        tasks: Tasks,
        inbox: Inbox,
        world: World,
        report: Callable[[str], None],
        *,
        on_crash: str = "retry",
        max_events: int = MAX_EVENTS,
    ) -> None:
        self._turns = turns
        self._executions = executions
        self._tasks = tasks
        self._inbox = inbox
        self._world = world
        self._clock = world.clock
        self._report = report
        self._fails_after_crash = on_crash == "fail"
        self._max_events = max_events
        self._driven: dict[int, Interpreter] = {}
        self._ready: deque[int] = deque()
        self._queued: set[int] = set()
        self._mailbox: deque[_Mail] = deque()
        self._timers: list[tuple[int, int]] = []
        self._due: dict[int, int] = {}
        self._last_message = 0
        self._forgotten: list[int] = []
        self._lines: list[LogLine] = []
        self._faults: dict[int, Fault] = {}  # of executions that are no longer driven, and not yet set aside
        self._reported: set[str] = set()  # tracebacks that the worker's log has
        self._dispatch = Dispatch(world, self._mail, self._isolating)
        self._in_map_runs: dict[int, int] = {}  # those that are children → their Map Runs
        self._moved_runs: set[int] = set()  # Map Runs whose children have ended in this turn
        self._clocks: dict[int, Clock] = {}  # of those that do not run by the wall's
        self._logs: dict[int, ExecutionLog] = {}  # of those that have one
        self._patience = loop_patience()
        self.slow_lane = SlowLane()
        self._slow: list[int] = []  # those that go to the slow lane when the turn is committed
        self._away: dict[
            int, list[_Mail]
        ] = {}  # those that are there for one step, and what came for them meanwhile

    @property
    def driven(self) -> int:
        """How many executions this worker drives."""
        return len(self._driven) + len(self.slow_lane)

    @property
    def busy(self) -> bool:
        """Whether another turn has something to do right now."""
        return bool(self._ready or self._mailbox or self._lines or self._faults or self.slow_lane.has_done)

    @property
    def has_room(self) -> bool:
        """Whether to claim more: executions that wait for a turn would only wait here instead."""
        return len(self._ready) < CLAIM_LIMIT

    @property
    def wake_at(self) -> int | None:
        """When a turn has something to do again, if no signal comes first."""
        return self._timers[0][0] if self._timers else None

    def claim_new(self) -> int:
        """Takes over new executions; gives their number."""
        return self._take(self._turns.claim_new(CLAIM_LIMIT))

    def claim_abandoned(self, live: Collection[int]) -> int:
        """Takes over what workers that no longer live left behind; gives the number."""
        return self._take(self._turns.claim_abandoned(live, CLAIM_LIMIT))

    def _take(self, claimed: list[Claimed]) -> int:
        ends_at = time.monotonic() + SECONDS_A_TURN
        for execution in claimed:
            with self._isolating(execution.id):
                if execution.damage is not None:
                    raise execution.damage
                if execution.map_run is not None:
                    self._in_map_runs[execution.id] = execution.map_run
                if (log := execution_log(execution.logging)) is not None:
                    self._logs[execution.id] = log
                self._dispatch.name(execution.id, execution.arn)
                if execution.mocks is not None:
                    self._dispatch.mock(execution.id, mocks.read(execution.mocks))
                resume = self._resuming(execution)
                try:
                    if len(execution.definition) > LONG_DEFINITION or time.monotonic() >= ends_at:
                        raise Impatient
                    self._take_up(execution.id, resume(self._patience))
                except Impatient:
                    self.slow_lane.take(execution.id, resume)
        return len(claimed)

    def _resuming(self, execution: Claimed) -> Step:
        """How to make its interpreter from what is stored. The store is read here, in the thread that may."""
        history = list(self._executions.history(execution.arn))
        if not history:
            raise RowError("The events of the execution are gone.")
        # AWS sets no bound to the history of an EXPRESS execution: the store has one.
        max_events = EVENTS_PER_EXECUTION - 1 if arn.is_express(execution.arn) else self._max_events

        def resume(patience: Patience) -> Taken:
            machine = load(execution.definition)
            interpreter = Interpreter(
                execution.arn, execution.state_machine_arn, machine, execution.seed, max_events
            )
            interpreter.patience = patience
            began = time.thread_time()
            for event in history:
                interpreter.apply(event)
                if (
                    event.id % 64 == 0
                    and not patience.is_all
                    and time.thread_time() - began > SECONDS_AT_A_TIME
                ):
                    raise Impatient
            return Taken(interpreter, [], execution.clock)

        return resume

    def _take_up(self, execution: int, taken: Taken) -> None:
        interpreter = taken.interpreter
        if interpreter.ended:
            # Stopped just after it was claimed: then it is not this worker's any more, and nothing
            # is stored of this.
            raise RowError("The history of the execution has ended, but its row says that it runs.")
        interpreter.patience = self._patience
        self._driven[execution] = interpreter
        if taken.clock is not None:
            self._clocks[execution] = clock_of(
                taken.clock, interpreter.execution.started_at, interpreter.last_at, self._clock()
            )
        self._resume_tasks(execution, interpreter)
        self._queue(execution)

    def _take_back(self, moved: defaultdict[int, _Turn]) -> None:
        """Takes back the executions whose slow steps are done, with what came for them meanwhile."""
        for execution, outcome in self.slow_lane.finished():
            mail = self._away.pop(execution, None)
            with self._isolating(execution):
                taken = outcome()
                if mail is None:
                    self._take_up(execution, taken)
                    continue
                taken.interpreter.patience = self._patience
                self._driven[execution] = taken.interpreter
                moved[execution].events += taken.events
                self._mailbox.extend(mail)
                self._catch_up(execution, taken.interpreter)
                self._queue(execution)

    def _resume_tasks(self, execution: int, interpreter: Interpreter) -> None:
        """What is owed is started again, or failed; then what others have said meanwhile is taken in."""
        interpreter.changed_tasks()
        if not interpreter.open_tasks:
            return
        for task in interpreter.open_tasks.values():
            if task.in_flight and self._fails_after_crash and not self._dispatch.is_mocked(execution, task):
                self._mail(execution, TaskFailed(task.id, "States.TaskFailed", CRASHED))
            else:
                self._dispatch.match(execution, [task])
        for id, at in self._tasks.beats(execution):
            interpreter.receive(TaskHeartbeat(id, at), self._clock())
        self._catch_up(execution, interpreter)

    @contextmanager
    def _isolating(self, execution: int) -> Iterator[None]:
        """Keeps an error within the block from harming any execution but this one.

        A StoreError passes through.
        """
        try:
            yield
        except (Exception, Impatient) as error:
            if is_of_the_store(error):
                raise
            self._give_up(execution, error)

    def _give_up(self, execution: int, error: BaseException) -> None:
        """Fails an execution whose data is to blame for the error; sets it aside when sfn is to blame.

        Raises StoreError.
        """
        self._let_go(execution)
        if isinstance(error, UnstorableError):
            try:
                self._turns.fail(execution, RUNTIME, str(error), self._clock())
                self._report(f"fails execution {execution}: {error}")
                return
            except Exception as failed:
                if is_of_the_store(failed):
                    raise
                error = failed  # its rows are damaged too: it cannot even fail
        fault = Fault(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
        self._faults[execution] = fault

    def _set_aside(self) -> None:
        """Sets aside all executions that sfn failed on since the last turn. Many in one
        transaction: they hold up no others.
        """
        if not self._faults:
            return
        attempts = self._turns.set_aside(self._faults, self._clock())
        faults, self._faults = self._faults, {}
        for execution, number in attempts.items():
            outcome = "suspended" if number >= ATTEMPTS else "released"
            fault = faults[execution]
            seen = fault.traceback in self._reported
            self._reported.add(fault.traceback)
            shown = fault.error if seen else f"\n{fault.traceback}"
            self._report(f"execution {execution} {outcome} after attempt {number} of {ATTEMPTS}: {shown}")

    def read_inbox(self) -> None:
        """Takes in what other processes say to the executions driven here."""
        aborted: list[int] = []
        for message in self._inbox.after(self._last_message):
            self._last_message = message.id
            with self._isolating(message.execution):
                interpreter = self._driven.get(message.execution)
                if message.kind == "aborted":
                    if message.body.get("worker", self._turns.worker) == self._turns.worker and self._drives(
                        message.execution
                    ):
                        self._let_go(message.execution)
                        self._forgotten.append(message.id)
                        aborted.append(message.execution)
                elif interpreter is not None:
                    self._take_in(message, interpreter)
        if aborted:
            self._turns.release(aborted)  # one that was redriven and claimed meanwhile is claimed anew

    def _drives(self, execution: int) -> bool:
        return execution in self._driven or execution in self.slow_lane

    def _catch_up(self, execution: int, interpreter: Interpreter) -> None:
        """Takes in what came while the execution was not driven here."""
        for message in self._inbox.of(execution, up_to=self._last_message):
            self._take_in(message, interpreter)

    def _take_in(self, message: Message, interpreter: Interpreter) -> None:
        signal = signal_of(message, interpreter.open_tasks, self._executions)
        self._mailbox.append(_Mail(message.execution, signal, message.id))

    def log(self, group: str, stream: str, at: int, message: str) -> None:
        """Keeps a line of a function's log for the next commit."""
        self._lines.append(LogLine(group, stream, at, well_formed(message)))

    def _mail(self, execution: int, signal: Signal) -> None:
        self._mailbox.append(_Mail(execution, signal))

    def _queue(self, execution: int) -> None:
        if execution not in self._queued:
            self._queued.add(execution)
            self._ready.append(execution)

    def turn(self) -> int:
        """One turn: what the signals, the time and the states bring, committed. Gives the number of events."""
        now = self._clock()
        moved: defaultdict[int, _Turn] = defaultdict(_Turn)
        try:
            events = self._move(now, moved)
            if moved or self._lines or self._forgotten:
                self._commit(moved, now)
        except Exception as error:
            if not is_of_the_store(error):
                self._start_over(moved)
            raise
        self._send_away(now)
        self._tell_map_runs()
        self._set_aside()
        return events

    def _move(self, now: int, moved: defaultdict[int, _Turn]) -> int:
        """Lets the executions make events, which are added to `moved`. Returns their number."""
        ends_at = time.monotonic() + SECONDS_A_TURN
        self._take_back(moved)
        self._receive(now, moved)
        self._wake_due(now)
        events = sum(len(turn.events) for turn in moved.values())
        for _ in range(len(self._ready)):
            if events >= EVENTS_A_TURN or time.monotonic() >= ends_at:
                break
            execution = self._ready.popleft()
            self._queued.discard(execution)
            events += self._advance(execution, now, moved)
        return events

    def _start_over(self, moved: Iterable[int]) -> None:
        """Releases executions whose events may not be stored: they are claimed again, and go on
        from what is.
        """
        self._turns.release(list(moved))
        for execution in moved:
            self._let_go(execution)

    def _receive(self, now: int, moved: defaultdict[int, _Turn]) -> None:
        while self._mailbox:
            execution, signal, message = mail = self._mailbox.popleft()
            interpreter = self._driven.get(execution)
            if interpreter is None:
                if execution in self._away and message is None:  # a message is in the inbox still
                    self._away[execution].append(mail)
                continue
            with self._isolating(execution):
                if isinstance(clock := self._clocks.get(execution), VirtualClock):
                    clock.jump(time_of(signal), now)
                events = interpreter.receive(signal, self._shown(execution, now))
                if events:
                    moved[execution].events += events
                if message is not None:
                    moved[execution].consumed.append(message)
                self._queue(execution)

    def _wake_due(self, now: int) -> None:
        while self._timers and self._timers[0][0] <= now:
            due_at, execution = heappop(self._timers)
            if self._due.get(execution) == due_at:
                del self._due[execution]
                self._queue(execution)

    def _advance(self, execution: int, now: int, moved: defaultdict[int, _Turn]) -> int:
        interpreter = self._driven.get(execution)
        if interpreter is None:
            return 0
        events: list[HistoryEvent] = []
        more = True
        ends_at = time.monotonic() + SECONDS_AT_A_TIME
        with self._isolating(execution):
            shown = self._shown(execution, now)
            while more and len(events) < EVENTS_AT_A_TIME and time.monotonic() < ends_at:
                made = interpreter.advance(shown, EVENTS_BETWEEN_LOOKS)
                more = len(made) == EVENTS_BETWEEN_LOOKS
                events += made
            self._wake(execution, self._due_by_clock(execution, interpreter, now, more=more))
        if execution not in self._driven:
            return 0
        if events:
            moved[execution].events += events
        if interpreter.needs_patience:
            self._slow.append(execution)
        elif more:
            self._queue(execution)
        return len(events)

    def _shown(self, execution: int, now: int) -> int:
        """What the execution's clock shows at that time by the wall's."""
        clock = self._clocks.get(execution)
        return now if clock is None else clock.now(now)

    def _due_by_clock(self, execution: int, interpreter: Interpreter, now: int, *, more: bool) -> int | None:
        """When the execution is due by the wall's clock."""
        clock, due_at = self._clocks.get(execution), interpreter.wake_at
        if clock is None or due_at is None:
            return due_at
        if isinstance(clock, VirtualClock) and not more and not interpreter.needs_patience:
            stands_until = self._jump(execution, interpreter, clock, now)
            if stands_until is not None:
                return min(stands_until, clock.comes_at(due_at))
        return clock.comes_at(due_at)

    def _jump(self, execution: int, interpreter: Interpreter, clock: VirtualClock, now: int) -> int | None:
        """An execution by a virtual clock waits: its clock jumps to what is due next, unless
        somebody works for it.

        While only somebody outside can answer, it stands for a moment: until when, by the wall's clock.
        """
        due_at = interpreter.timer_at
        tasks = interpreter.open_tasks.values()
        if due_at is None or any(task.in_flight or task.awaits_child for task in tasks):
            return None
        if tasks:
            after, until = clock.stands_until
            if after != interpreter.execution.last_id:
                after, until = clock.stands_until = (interpreter.execution.last_id, now + GRACE_MS)
            if now < until:
                return until
        clock.jump(due_at, now)
        self._queue(execution)
        return None

    def _wake(self, execution: int, due_at: int | None) -> None:
        """Gives the execution a turn at that time by the wall's clock."""
        if due_at is not None and self._due.get(execution) != due_at:
            self._due[execution] = due_at
            heappush(self._timers, (due_at, execution))

    def _commit(self, moved: dict[int, _Turn], now: int) -> None:
        lines, self._lines = self._lines, []
        forgotten, self._forgotten = self._forgotten, []
        changes: dict[int, tuple[list[OpenTask], list[OpenTask]]] = {}
        turns: list[ExecutionChanges] = []
        for execution, turn in moved.items():
            with self._isolating(execution):
                if execution in self._driven:
                    changes[execution] = self._driven[execution].changed_tasks()
                    turns.append(self._moved(execution, turn, *changes[execution]))
        committed = self._turns.commit(turns, forgotten, lines, read_up_to=self._last_message, now=now)
        for execution, error in committed.refused.items():
            self._give_up(execution, error)
        for execution, (opened, closed) in changes.items():
            interpreter = self._driven.get(execution)
            if interpreter is None:
                continue
            if execution in self._in_map_runs and interpreter.ended:
                self._moved_runs.add(self._in_map_runs[execution])
            if execution in committed.lost or interpreter.ended:
                self._let_go(execution)
            elif opened or closed:
                with self._isolating(execution):
                    self._dispatch.match(execution, opened, closed)
        if committed.lost:
            self.claim_new()

    def _moved(
        self, execution: int, turn: _Turn, opened: list[OpenTask], closed: list[OpenTask]
    ) -> ExecutionChanges:
        """What the turn writes for the execution."""
        in_map_run = execution in self._in_map_runs
        moved = _moved(execution, turn, self._answerable(execution, opened), closed, in_map_run=in_map_run)
        return moved._replace(log=self._logged(moved)) if execution in self._logs else moved

    def _answerable(self, execution: int, opened: list[OpenTask]) -> list[Opened]:
        """The tasks that others may answer by their token. What a mock answers is offered to no
        activity's worker.
        """
        return [
            Opened(task.id, task.token, None if self._dispatch.is_mocked(execution, task) else task.activity)
            for task in opened
            if task.token is not None
        ]

    def _tell_map_runs(self) -> None:
        """Notifies the conductors of Map Runs whose children have ended, in this worker or in another."""
        moved, self._moved_runs = self._moved_runs, set()
        self._look_at(moved & self._world.map_runs.keys())
        if moved - self._world.map_runs.keys():
            self._world.service.runner.wake()

    def look_at_map_runs(self) -> None:
        """Looks at every Map Run: another process may have ended children, or changed what it allows."""
        self._look_at(tuple(self._world.map_runs))

    def _look_at(self, map_runs: Iterable[int]) -> None:
        for run in map_runs:
            if (look := self._world.map_runs.get(run)) is not None:
                look()

    def _logged(self, turn: ExecutionChanges) -> list[LogLine]:
        """What the execution's log has of the turn."""
        execution = self._driven[turn.execution].execution
        return log_lines(
            self._logs[turn.execution],
            execution.arn,
            execution.state_machine_arn,
            turn.events,
            execution.redrive_count,
        )

    def _send_away(self, now: int) -> None:
        """Sends those that need patience to the slow lane, for the step that they need it for."""
        for execution in self._slow:
            interpreter = self._driven.pop(execution, None)
            if interpreter is not None:
                self._away[execution] = []
                # At the time of this turn, the step is the same one.
                self.slow_lane.take(execution, partial(_step_of, interpreter, self._shown(execution, now)))
        self._slow.clear()

    def _let_go(self, execution: int) -> None:
        self.slow_lane.drop(execution)
        self._away.pop(execution, None)
        self._driven.pop(execution, None)
        self._due.pop(execution, None)
        self._clocks.pop(execution, None)
        self._in_map_runs.pop(execution, None)
        self._logs.pop(execution, None)
        self._dispatch.drop(execution)

    def release(self) -> None:
        """Gives back all that is driven here, and cancels what runs for it."""
        self._set_aside()
        driven = [*self._driven, *self.slow_lane]
        if not driven:
            return
        self._turns.release(driven)
        for execution in driven:
            self._let_go(execution)


def _step_of(interpreter: Interpreter, now: int, patience: Patience) -> Taken:
    interpreter.patience = patience
    return Taken(interpreter, interpreter.advance(now, limit=1))


def _moved(
    execution: int, turn: _Turn, opened: list[Opened], closed: list[OpenTask], *, in_map_run: bool
) -> ExecutionChanges:
    answerable = [task for task in closed if task.token is not None]
    awaited = [task for task in closed if task.token is not None or task.plan is not None]
    return ExecutionChanges(
        execution,
        turn.events,
        turn.consumed,
        opened=opened,
        closed=[task.id for task in answerable],
        given_up=[task.id for task in awaited if not task.answered],
        map_runs=[task.id for task in closed if task.plan is not None and task.answered],
        in_map_run=in_map_run,
    )
