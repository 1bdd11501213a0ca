"""The parts of the view model: threads of control, visits of states, attempts at their work.

Only the fold (`fold.py`) writes them. Times are in milliseconds since 1970, by the execution's own
clock; inputs, outputs and values of variables are JSON texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.statuses import Status

ThreadKind = Literal["root", "branch", "iteration"]

CameBy = Literal["start", "next", "choice", "catch"]
"""The kind of edge by which a state was entered. A default of a Choice is a choice."""

WaitsFor = Literal["time", "retry", "answer", "worker", "job", "child", "function"]
"""What a state waits for.

time      the end of a Wait
retry     the end of a Retrier's delay
answer    a success or failure that is sent with its task token
worker    a worker that takes or finishes its activity's task
job       a job of another service (.sync), or a Map Run
child     an execution that it started and awaits
function  its task, which runs now
"""


class Attempt:
    """One attempt at the work of a state: a task, a Map Run, or the children of a Map or Parallel.

    `number` counts from 1. `event` is the id of the event that began it (…Scheduled, …Started), 0
    when an expression failed before anything was begun. `resource` is the task's whole Resource, as
    in the definition ("arn:aws:states:::lambda:invoke"). `started_at` is when a worker took the
    task, `submitted_at` when a job or an awaited child was started. `child_arn` is the execution
    that it started, if any. `location` is the field whose expression failed, as in EvaluationFailed.
    """

    __slots__ = (
        "cause", "child_arn", "ended_at", "error", "event", "heartbeat_seconds", "location", "number",
        "parameters", "resource", "result", "scheduled_at", "started_at", "status", "submitted_at",
        "timeout_seconds",
    )  # fmt: skip

    def __init__(self, number: int, event: int, scheduled_at: int) -> None:
        self.number = number
        self.event = event
        self.scheduled_at = scheduled_at
        self.started_at: int | None = None
        self.submitted_at: int | None = None
        self.ended_at: int | None = None
        self.status: Status = "RUNNING"
        self.resource: str | None = None
        self.parameters: str | None = None
        self.result: str | None = None
        self.timeout_seconds: int | None = None
        self.heartbeat_seconds: int | None = None
        self.location: str | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.child_arn: str | None = None

    @property
    def missed_heartbeat(self) -> bool:
        """Whether it timed out because no heartbeat came, not because of its whole timeout."""
        if self.status != "TIMED_OUT" or self.heartbeat_seconds is None or self.ended_at is None:
            return False
        timeout = self.timeout_seconds
        return timeout is None or self.ended_at < self.scheduled_at + timeout * 1000


class StateVisit:
    """One visit of a state: from StateEntered until it is left, fails for good, or is aborted.

    `path` is the state's place in the definition: "/Prepare[0]/Reserve" is in the first branch of
    Prepare; a Map has only [0]. `assigned` are the variables that it set when it was left.
    `previous` is the visit from which the edge `came_by` led here. `threads` are the branches or
    iterations of the last attempt, in the order of their index; those of earlier attempts are in
    `former_threads`. `item_count` is how many items a Map has. `is_last`: no state follows it in
    its thread. `error` and `cause` are why the state failed, also where that was caught.
    """

    __slots__ = (
        "assigned", "attempts", "came_by", "cause", "ended_at", "entered_at", "entered_id", "error",
        "exited_id", "former_threads", "input", "is_last", "item_count", "map_run_arn", "output", "path",
        "previous", "state", "status", "thread", "threads", "type",
    )  # fmt: skip

    def __init__(
        self, state: str, type: str, thread: Thread, entered_id: int, entered_at: int, input: str | None
    ) -> None:
        self.state = state
        self.type = type
        self.thread = thread
        self.entered_id = entered_id
        self.entered_at = entered_at
        self.input = input
        self.path: str = f"{thread.path}/{state}"
        self.status: Status = "RUNNING"
        self.exited_id: int | None = None
        self.ended_at: int | None = None
        self.output: str | None = None
        self.assigned: Mapping[str, str] = {}
        self.attempts: list[Attempt] = []
        self.threads: list[Thread] = []
        self.former_threads: list[Thread] = []
        self.item_count: int | None = None
        self.map_run_arn: str | None = None
        self.previous: StateVisit | None = None
        self.came_by: CameBy = "start"
        self.is_last = False
        self.error: str | None = None
        self.cause: str | None = None

    @property
    def failures(self) -> list[Attempt]:
        """The attempts that failed, oldest first."""
        return [attempt for attempt in self.attempts if attempt.status in FAILURES]

    def duration_ms(self, now: int) -> int:
        """How long the visit took, or has taken by `now`, by the execution's own clock."""
        return max(0, (now if self.ended_at is None else self.ended_at) - self.entered_at)


class Thread:
    """One thread of control: the root, a branch of a Parallel, or an iteration of a Map.

    `index` is which branch or iteration it is, `parent` the visit that it belongs to, `path` the
    beginning of its states' paths: "" for the root, "/Prepare[0]" for a branch, "/Each[0]" for
    every iteration of a Map. `last_at` is the time of its last event.
    """

    __slots__ = ("ended_at", "index", "kind", "last_at", "parent", "path", "started_at", "status", "visits")

    def __init__(self, kind: ThreadKind, index: int, parent: StateVisit | None, started_at: int) -> None:
        self.kind = kind
        self.index = index
        self.parent = parent
        self.started_at = self.last_at = started_at
        self.ended_at: int | None = None
        self.status: Status = "RUNNING"
        self.visits: list[StateVisit] = []
        self.path: str = "" if parent is None else f"{parent.path}[{index if kind == 'branch' else 0}]"

    def all_visits(self) -> Iterator[StateVisit]:
        """Yields its visits in order, each followed by those inside it (of the last attempt)."""
        for visit in self.visits:
            yield visit
            for thread in visit.threads:
                yield from thread.all_visits()
