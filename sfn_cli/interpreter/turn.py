"""One turn of an execution: its signals, then the events that are due. Drivers loop around `turn`.

    turned = turn(interpreter, signals, now)
    store(turned.events)                    # before anything else: a task starts once its event is durable
    for task in turned.opened: start(task)
    for task in turned.closed: cancel(task)
    wait until turned.due, or a signal

Rule 1: signals come first. An acknowledged answer has priority over a timeout that is due in the same
turn.
Rule 2: the first turn after a replay (`Interpreter.apply`) opens every task that is still open, so that
a driver resumes an execution with the same code that starts one. A driver that has stored its open tasks
takes them from `Interpreter.changed_tasks` before that turn, and starts them itself.
Rule 3: the caller limits the length of a turn: `limit` counts events, `is_time_up` is called between
them, and the interpreter's budget limits the expressions of one state (query/limits.py). A turn that was
cut short is due again immediately, and the next turn continues where it stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.interpreter.signals import time_of_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.interpreter import Interpreter
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal

LIMIT = 1_000
"""The default maximum number of events in a turn, in addition to the events of its signals."""

EVENTS_BETWEEN_LOOKS = 10
"""The number of events between two calls of `is_time_up`."""


class Turned(NamedTuple):
    """The result of a turn. The interpreter has already applied `events`.

    `opened` and `closed` are the tasks to start and to cancel; a task that was opened and closed within
    the turn is in neither. `due` is the time of the next turn without a signal, in milliseconds since
    1970: the time of this turn if it was cut short, None if the execution waits for a signal or has
    ended. `late` are the signals whose task was not open, which changed nothing. `over_budget` says
    whether an expression that takes longer than the budget cut the turn short.
    """

    events: Sequence[HistoryEvent]
    opened: Sequence[OpenTask]
    closed: Sequence[OpenTask]
    due: int | None
    late: Sequence[Signal]
    ended: bool
    over_budget: bool = False


def turn(
    interpreter: Interpreter,
    signals: Iterable[Signal],
    now: int,
    *,
    limit: int = LIMIT,
    is_time_up: Callable[[], bool] | None = None,
    follows_signals: bool = False,
) -> Turned:
    """Applies the signals in order, then the events that are due by `now`.

    `follows_signals` is for executions in virtual time: a signal later than `now` (`time_of_signal`)
    advances the turn's time to the signal's time. What is due before that comes first: a task whose
    child execution took longer than its TimeoutSeconds times out.
    """
    events: list[HistoryEvent] = []
    late: list[Signal] = []
    for signal in signals:
        if follows_signals and (at := time_of_signal(signal)) > now:
            events += _events_due_before(interpreter, now, at, limit)
            now = at
        if signal.task in interpreter.open_tasks:
            events += interpreter.receive(signal, now)
        else:
            late.append(signal)
    is_cut_short = _advance_turn(interpreter, now, limit, is_time_up, events)
    opened, closed = interpreter.changed_tasks()
    due = now if is_cut_short and not interpreter.ended else interpreter.wake_at
    return Turned(events, opened, closed, due, late, interpreter.ended, interpreter.over_budget)


def _events_due_before(interpreter: Interpreter, now: int, at: int, limit: int) -> list[HistoryEvent]:
    """Applies and returns what is due from `now` until before a time, each event at its own time."""
    events = interpreter.advance(now, limit)
    while len(events) < limit and (due := interpreter.wake_at) is not None and due < at:
        advanced = interpreter.advance(due)
        events += advanced
        if not advanced and interpreter.wake_at == due:
            break
    return events


def _advance_turn(
    interpreter: Interpreter,
    now: int,
    limit: int,
    is_time_up: Callable[[], bool] | None,
    events: list[HistoryEvent],
) -> bool:
    """Adds due events to `events`. Returns whether more may be due."""
    while limit > 0:
        size = limit if is_time_up is None else min(limit, EVENTS_BETWEEN_LOOKS)
        advanced = interpreter.advance(now, size)
        events += advanced
        if len(advanced) < size:
            return interpreter.over_budget
        limit -= size
        if is_time_up is not None and is_time_up():
            return True
    return True
