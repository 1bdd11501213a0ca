"""The executions that one worker drives: claim, advance, commit, dispatch, in turns.

A turn advances every execution that may move, by a bounded number of events each, and commits all
of them in one transaction (group commit). Signals wait in the mailbox for the next turn. Nothing is
started and nothing is shown before the transaction that tells of it.

An execution that cannot be interpreted (its history is broken, or sfn has a bug) is set aside: it
stays as it is, for a later worker, and holds up no other.
"""

from __future__ import annotations

import traceback
from collections import deque
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sfn_cli.asl.state_machine import load
from sfn_cli.drivers.local.dispatch import Dispatch
from sfn_cli.errors import SfnError
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.signals import TaskFailed
from sfn_cli.store.sqlite.logs import LogLine
from sfn_cli.store.sqlite.turns import Claimed, Moved, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from sfn_cli.integrations.integration import World
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.signals import Signal
    from sfn_cli.store.sqlite.executions import Executions
    from sfn_cli.store.sqlite.inbox import Inbox

EVENTS_AT_A_TIME = 500
"""How many events one execution may make in one turn, so that none holds up the others."""

EVENTS_A_TURN = 5_000
"""After how many events a turn is committed."""

CLAIM_LIMIT = 500

CRASHED = "The worker died while the task was in flight, and SFN_ON_CRASH is fail."


class Conductor:
    """See the module's docstring. `report` takes a line for the worker's log; `on_crash` is SFN_ON_CRASH:
    a task that was in flight when its worker died is called again ("retry") or failed ("fail")."""

    def __init__(
        self, turns: Turns, executions: Executions, inbox: Inbox, world: World, report: Callable[[str], None], *, on_crash: str = "retry"
    ) -> None:
        self._turns = turns
        self._executions = executions
        self._inbox = inbox
        self._clock = world.clock
        self._report = report
        self._fails_after_crash = on_crash == "fail"
        self._driven: dict[int, Interpreter] = {}
        self._ready: deque[int] = deque()
        self._queued: set[int] = set()
        self._mailbox: deque[tuple[int, Signal]] = deque()
        self._timers: list[tuple[int, int]] = []
        self._due: dict[int, int] = {}
        self._last_message = 0
        self._consumed: list[int] = []
        self._lines: list[LogLine] = []
        self._dispatch = Dispatch(world, self._mail)

    @property
    def driven(self) -> int:
        """How many executions this worker drives."""
        return len(self._driven)

    @property
    def busy(self) -> bool:
        """Whether another turn has something to do right now."""
        return bool(self._ready or self._mailbox or self._lines)

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
        for execution in claimed:
            with self._setting_aside(execution.id):
                interpreter = Interpreter(execution.arn, execution.state_machine_arn, load(execution.definition), execution.seed)
                for event in self._executions.history(execution.id):
                    interpreter.apply(event)
                self._driven[execution.id] = interpreter
                in_flight = [task.id for task in interpreter.open_tasks.values() if task.started]
                if in_flight and self._fails_after_crash:
                    for task in in_flight:
                        self._mail(execution.id, TaskFailed(task, "States.TaskFailed", CRASHED))
                else:
                    self._dispatch.match(execution.id, interpreter)
                self._queue(execution.id)
        return len(claimed)

    @contextmanager
    def _setting_aside(self, execution: int) -> Iterator[None]:
        try:
            yield
        except SfnError:
            raise  # the store's trouble is everybody's
        except Exception as error:
            self._report(f"sets execution {execution} aside: {error!r}\n{traceback.format_exc()}")
            self._let_go(execution)

    def read_inbox(self) -> None:
        """Takes in what other processes say to the executions driven here."""
        for message in self._inbox.after(self._last_message):
            self._last_message = message.id
            if message.execution in self._driven and message.kind == "aborted":
                self._let_go(message.execution)
                self._consumed.append(message.id)

    def log(self, group: str, stream: str, at: int, message: str) -> None:
        """Keeps a line of a function's log for the next commit."""
        self._lines.append(LogLine(group, stream, at, message))

    def _mail(self, execution: int, signal: Signal) -> None:
        self._mailbox.append((execution, signal))

    def _queue(self, execution: int) -> None:
        if execution not in self._queued:
            self._queued.add(execution)
            self._ready.append(execution)

    def turn(self) -> int:
        """One turn: what the signals, the time and the states bring, committed. Gives the number of events."""
        now = self._clock()
        moved: dict[int, list[HistoryEvent]] = {}
        self._receive(now, moved)
        self._wake_due(now)
        events = sum(map(len, moved.values()))
        for _ in range(len(self._ready)):
            if events >= EVENTS_A_TURN:
                break
            execution = self._ready.popleft()
            self._queued.discard(execution)
            events += self._advance(execution, now, moved)
        if moved or self._lines or self._consumed:
            self._commit(moved, now)
        return events

    def _receive(self, now: int, moved: dict[int, list[HistoryEvent]]) -> None:
        while self._mailbox:
            execution, signal = self._mailbox.popleft()
            interpreter = self._driven.get(execution)
            if interpreter is None:
                continue
            with self._setting_aside(execution):
                events = interpreter.receive(signal, now)
                if events:
                    moved.setdefault(execution, []).extend(events)
                self._queue(execution)

    def _wake_due(self, now: int) -> None:
        while self._timers and self._timers[0][0] <= now:
            due_at, execution = heappop(self._timers)
            if self._due.get(execution) == due_at:
                del self._due[execution]
                self._queue(execution)

    def _advance(self, execution: int, now: int, moved: dict[int, list[HistoryEvent]]) -> int:
        interpreter = self._driven.get(execution)
        if interpreter is None:
            return 0
        events: list[HistoryEvent] = []
        with self._setting_aside(execution):
            events = interpreter.advance(now, EVENTS_AT_A_TIME)
        if execution not in self._driven:
            return 0
        if events:
            moved.setdefault(execution, []).extend(events)
        if len(events) == EVENTS_AT_A_TIME:
            self._queue(execution)
        due_at = interpreter.wake_at
        if due_at is not None and self._due.get(execution) != due_at:
            self._due[execution] = due_at
            heappush(self._timers, (due_at, execution))
        return len(events)

    def _commit(self, moved: dict[int, list[HistoryEvent]], now: int) -> None:
        lines, self._lines = self._lines, []
        consumed, self._consumed = self._consumed, []
        lost = self._turns.commit([Moved(execution, events) for execution, events in moved.items()], consumed, lines, now)
        for execution in moved:
            interpreter = self._driven.get(execution)
            if interpreter is None:
                continue
            if execution in lost or interpreter.ended:
                self._let_go(execution)
            else:
                with self._setting_aside(execution):
                    self._dispatch.match(execution, interpreter)

    def _let_go(self, execution: int) -> None:
        self._dispatch.drop(execution)
        self._driven.pop(execution, None)
        self._due.pop(execution, None)

    def release(self) -> None:
        """Gives back all that is driven here, and cancels what runs for it."""
        if not self._driven:
            return
        self._turns.release(list(self._driven))
        for execution in list(self._driven):
            self._let_go(execution)
