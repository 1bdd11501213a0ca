"""One turn of an execution: its signals, then the events that are due. Drivers loop around `turn`.

    turned = turn(interpreter, signals, now)
    store(turned.events)                    # before anything else: a task starts once its event is durable
    for task in turned.opened: start(task)
    for task in turned.closed: cancel(task)
    wait until turned.due, or a signal

Rule 1: signals come first. An answer that was acknowledged never loses to a timeout that falls due in
the same turn.
Rule 2: the first turn after a replay (`Interpreter.apply`) opens every task that is still open. So a
driver that resumes an execution runs the same lines as one that starts it. One that has stored its
open tasks takes them from `Interpreter.changed_tasks` before that turn, and starts them itself.
Rule 3: a turn is as long as its caller allows: `limit` counts events, `is_time_up` is called between
them, and the budget of the interpreter bounds the expressions of one state (query/limits.py). A turn
that was cut short is due again at once, and the next one goes on where it stopped.
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
"""The maximum number of events in a turn, in addition to those of its signals, if the caller sets none."""

EVENTS_BETWEEN_LOOKS = 10
"""The number of events between two calls of `is_time_up`."""


class Turned(NamedTuple):
    """The result of a turn. The interpreter has applied `events` already.

    `opened` and `closed` are the tasks to start and to cancel; a task that was opened and closed within
    the turn is in neither. `due` is when the next turn has something to do if no signal comes first, in
    milliseconds since 1970: the time of this turn if it was cut short, None if only a signal helps or the
    execution has ended. `late` are the signals whose task was not open (any more): they changed nothing.
    `over_budget`: the turn was cut short by an expression that takes longer than the budget.
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
    """Applies the signals in their order, then the events that are due by `now`.

    `follows_signals` is for executions on a virtual clock: a signal later than `now`
    (`time_of_signal`) moves the turn's time forward to its own.
    """
    events: list[HistoryEvent] = []
    late: list[Signal] = []
    for signal in signals:
        if follows_signals:
            now = max(now, time_of_signal(signal))
        if signal.task in interpreter.open_tasks:
            events += interpreter.receive(signal, now)
        else:
            late.append(signal)
    is_cut_short = _advance_turn(interpreter, now, limit, is_time_up, events)
    opened, closed = interpreter.changed_tasks()
    due = now if is_cut_short and not interpreter.ended else interpreter.wake_at
    return Turned(events, opened, closed, due, late, interpreter.ended, interpreter.over_budget)


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
