"""A frame: the root of an execution, a branch of a Parallel, or an iteration of a Map.

A frame is one thread of control. It has its `Stay` in a state, which is created when the state is
entered, so that entering a state is one assignment. A stay in a Map or Parallel has the `ForkState` of
the frame's children. Only `evolve` (and `redrive`, for it) writes them, except for a stay's memo.

Law: a `Memo` may be lost at any time without affecting an event. Each of its values follows from the
history, and a missing value is computed again when it is needed. A memo belongs to the frame's last
event, and is invalid after the frame's next event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.asl.moves import Distribute, Fork, Move
    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.asl.states.state import State
    from sfn_cli.errors import StatesError
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.phase import Phase
    from sfn_cli.jsonvalue import Json, Payload


class Frame:
    """One thread of control.

    `last` is the frame's last event, which its next event follows (previousEventId); `last_at` is its
    time (milliseconds since 1970). `index` is the frame's position among its parent's children; `item`
    is the (index, value) of its Map item. `stay` describes the state that the frame is in or has just
    exited; it is None before the frame enters its first state. `stood` is the frame's phase before it
    was ABORTED, or failed and ENDED. `variable_bytes` is at least the size of all `variables`.
    """

    __slots__ = (
        "index",
        "input",
        "item",
        "last",
        "last_at",
        "machine",
        "next",
        "parent",
        "phase",
        "serial",
        "stay",
        "stood",
        "variable_bytes",
        "variables",
    )

    def __init__(
        self,
        serial: int,
        machine: CompiledMachine,
        input: Payload,
        variables: Mapping[str, Json],
        last: int,
        at: int,
    ) -> None:
        self.serial = serial
        self.machine = machine
        self.parent: Frame | None = None
        self.index = 0
        self.item: tuple[int, Json] | None = None
        self.phase: Phase = "STARTING"
        self.stood: Phase = "STARTING"
        self.next: str | None = machine.start_at
        self.input = input
        self.variables = variables
        self.variable_bytes = 0
        self.last = last
        self.last_at = at
        self.stay: Stay = None  # type: ignore[assignment]  # set when the first state is entered


class Memo:
    """The values that `decide` caches to save time.

    `move` is the state's request when it is entered, `next_move` its request for the next attempt, and
    `plan` the plan of the next Map Run. `error` is the error of an expression of the state.
    `failed_for_good` is the error with which the frame itself failed. `failed_child` is the branch of a
    Parallel that failed for good.
    """

    __slots__ = ("error", "failed_child", "failed_for_good", "move", "next_move", "plan")

    def __init__(self) -> None:
        self.move: Move | None = None
        self.next_move: Move | None = None
        self.plan: MapRunPlan | None = None
        self.error: StatesError | None = None
        self.failed_for_good: StatesError | None = None
        self.failed_child: Frame | None = None


NO_MEMO = Memo()
"""The memo of every stay without cached values. It is never written to."""

_NO_RETRIES: Mapping[int, int] = {}


class Stay:
    """A frame's stay in one state.

    `entered_id` and `entered_previous` are the id and the previous event of StateEntered, `entered_at`
    its time (milliseconds since 1970). `retried` counts the retries by the position of their Retrier;
    `retry_count` is their sum. `scheduled` counts the tasks that the stay has scheduled, including after
    redrives. `error` is the state's error in an event. `heartbeat_missed` says whether it timed out
    because of a missed heartbeat. `result` is the result of its task or Map Run. `distribution` is the
    move of a Map whose Map Run is about to start; `map_run_arn` is the Map Run of the last attempt,
    redriven `map_run_redrives` times, and `map_run_event` the event that started or redrove it.
    `failure_recorded` says whether MapStateFailed or ParallelStateFailed is recorded, or TaskStateAborted
    for the failed task of a branch; `before_failure` is the event that the former followed.
    `catch_failed` says whether an error of a Catcher's own fields is recorded.
    """

    __slots__ = (
        "before_failure",
        "catch_failed",
        "distribution",
        "entered_at",
        "entered_id",
        "entered_previous",
        "error",
        "failure_recorded",
        "fork",
        "heartbeat_missed",
        "map_run_arn",
        "map_run_event",
        "map_run_redrives",
        "memo",
        "result",
        "retried",
        "retry_count",
        "scheduled",
        "state",
        "task",
    )

    def __init__(self, state: State, entered_id: int, entered_previous: int, entered_at: int) -> None:
        self.state = state
        self.entered_id = entered_id
        self.entered_previous = entered_previous
        self.entered_at = entered_at
        self.memo = NO_MEMO
        self.retried = _NO_RETRIES
        self.retry_count = self.scheduled = self.map_run_redrives = self.map_run_event = 0
        self.heartbeat_missed = self.failure_recorded = self.catch_failed = False
        self.before_failure = 0
        self.fork: ForkState | None = None
        self.task: OpenTask | None = None
        self.error: StatesError | None = None
        self.result: Payload | None = None
        self.distribution: Distribute | None = None
        self.map_run_arn: str | None = None

    def note(self) -> Memo:
        """Returns the memo for writing."""
        if self.memo is NO_MEMO:
            self.memo = Memo()
        return self.memo

    @property
    def failed_child(self) -> Frame | None:
        """The child that failed for good, because of which this Map or Parallel fails."""
        recorded = self.fork.failed_child if self.fork is not None else None
        return recorded or self.memo.failed_child

    def for_redrive(self, *, fork: ForkState | None, result: Payload | None) -> Stay:
        """Returns the same stay with attempts reset and with the retained results."""
        stay = Stay(self.state, self.entered_id, self.entered_previous, self.entered_at)
        stay.scheduled = self.scheduled
        stay.map_run_arn = self.map_run_arn
        stay.map_run_redrives = self.map_run_redrives
        stay.map_run_event = self.map_run_event
        stay.fork = fork
        stay.result = result
        return stay


class ForkState:
    """The state of the children that `move` requests. Only `evolve` and `redrive` write it.

    `children` are the running children, by index. `unfinished` are those that failed or were aborted: a
    redrive resumes them. `results` are the outputs of those that succeeded, None for the others.
    `started`, `running` and `finished` count children. `failed_child` is the iteration for which
    MapIterationFailed is recorded, `aborted` has the indexes of those with MapIterationAborted.
    `previous_for_child` is the event that the start of the next iteration follows.
    """

    __slots__ = (
        "aborted",
        "children",
        "failed_child",
        "finished",
        "move",
        "previous_for_child",
        "results",
        "running",
        "started",
        "unfinished",
    )

    def __init__(self, move: Fork, event_id: int) -> None:
        self.move = move
        self.children: dict[int, Frame] = {}
        self.unfinished: dict[int, Frame] = {}
        self.results: list[Payload | None] = [None] * move.length
        self.started = self.running = self.finished = 0
        self.failed_child: Frame | None = None
        self.aborted: list[int] = []
        self.previous_for_child = event_id

    def set_aside(self) -> None:
        """Stops the running children; a redrive may resume each from where it stopped."""
        self.unfinished |= self.children
        self.children = {}
        self.failed_child = None
        self.aborted = []

    def resume(self) -> None:
        """Resumes the stopped children."""
        children = {**self.unfinished, **self.children}
        self.children = {index: children[index] for index in sorted(children)}
        self.unfinished = {}
        self.failed_child = None
        self.aborted = []
        self.running = len(children)
