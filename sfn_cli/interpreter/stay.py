"""One stay in a state: what is known of it from the time a frame enters a state until it leaves.

A `Stay` is created when its state is entered, so that entering a state is one assignment. Only
`evolve` (and `redrive`, for it) writes one, but for its memo.

Law: a `Memo` may be lost at any time, and no event changes by it. Each of its values follows from
the history: who needs one that is missing computes it again. A memo is about the frame's last event;
after the frame's next event, all of it is void.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.asl.moves import Distribute, Move
    from sfn_cli.asl.states.state import State
    from sfn_cli.errors import StatesError
    from sfn_cli.interpreter.execution import Frame, OpenTask
    from sfn_cli.interpreter.fork import ForkState
    from sfn_cli.jsonvalue import Payload


class Memo:
    """What `decide` remembers to save time.

    `move` is what the state asks for on being entered, `next_move` what it asks for in the attempt
    that is about to begin, `plan` what the Map Run that is about to begin will do. `error` is why an
    expression of the state failed. `failed_for_good` is why the frame itself failed: it does no
    more. `failed_child` is the branch of a Parallel that failed for good.
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
"""The memo of every stay of which nothing is remembered. Never written to."""

_NO_RETRIES: Mapping[int, int] = {}


class Stay:
    """`entered_id` and `entered_previous` are the id and the previous event of StateEntered,
    `entered_at` its time (milliseconds since 1970).

    `retried` counts the retries by the position of their Retrier; `retry_count` is their sum.
    `scheduled` is how many tasks the stay has scheduled, redrives included. `error` is why the
    state failed, as an event says. `heartbeat_missed`: it timed out because no heartbeat came.
    `result` is what its task or Map Run gave. `distribution` is what a Map asked for whose Map Run
    is about to begin; `map_run_arn` is the Map Run of the last attempt, redriven
    `map_run_redrives` times. `join_failed`: MapStateFailed or ParallelStateFailed is recorded.
    """

    __slots__ = (
        "distribution",
        "entered_at",
        "entered_id",
        "entered_previous",
        "error",
        "fork",
        "heartbeat_missed",
        "join_failed",
        "map_run_arn",
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
        self.retry_count = self.scheduled = self.map_run_redrives = 0
        self.heartbeat_missed = self.join_failed = False
        self.fork: ForkState | None = None
        self.task: OpenTask | None = None
        self.error: StatesError | None = None
        self.result: Payload | None = None
        self.distribution: Distribute | None = None
        self.map_run_arn: str | None = None

    def note(self) -> Memo:
        """The memo, to write to."""
        if self.memo is NO_MEMO:
            self.memo = Memo()
        return self.memo

    @property
    def failed_child(self) -> Frame | None:
        """The child that failed for good, and with it this Map or Parallel."""
        recorded = self.fork.failed_child if self.fork is not None else None
        return recorded or self.memo.failed_child

    def for_redrive(self, *, fork: ForkState | None, result: Payload | None) -> Stay:
        """The same stay with all its attempts ahead of it, and what it keeps of those before."""
        stay = Stay(self.state, self.entered_id, self.entered_previous, self.entered_at)
        stay.scheduled = self.scheduled
        stay.map_run_arn = self.map_run_arn
        stay.map_run_redrives = self.map_run_redrives
        stay.fork = fork
        stay.result = result
        return stay
