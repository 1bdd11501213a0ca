"""The parts of the view model: threads of control, visits of states, and attempts at their work.

Only the fold (`fold.py`) writes them. Times are in milliseconds since 1970 by the execution's clock;
inputs, outputs and values of variables are JSON texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.statuses import Status

ThreadKind = Literal["root", "branch", "iteration"]

CameBy = Literal["start", "next", "choice", "catch"]
"""The kind of edge by which a state was entered. The Default of a Choice is "choice"."""

WaitsFor = Literal["time", "retry", "answer", "worker", "job", "child", "function"]
"""What a state waits for.

time      the end of a Wait
retry     the end of a Retrier's delay
answer    a success or failure that is sent with the task token
worker    a worker that receives or completes the activity's task
job       a job of another service (.sync), or a Map Run
child     an execution that the state started and waits for
function  its running task
"""


class Attempt:
    """One attempt at the work of a state: a task, a Map Run, or the children of a Map or Parallel.

    `number` counts from 1. `event` is the id of the event that started it (…Scheduled, …Started), 0 if
    an expression failed before. `resource` is the task's whole Resource, as in the definition
    ("arn:aws:states:::lambda:invoke"). `started_at` is when a worker received the task, `submitted_at`
    when a job or a child execution was started. `child_arn` is the execution that it started, if any.
    `location` is the field whose expression failed, as in EvaluationFailed.
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
        """Whether the attempt timed out because of a missed heartbeat instead of its TimeoutSeconds."""
        if self.status != "TIMED_OUT" or self.heartbeat_seconds is None or self.ended_at is None:
            return False
        timeout = self.timeout_seconds
        return timeout is None or self.ended_at < self.scheduled_at + timeout * 1000


class StateVisit:
    """One visit of a state, from StateEntered until the state is exited, fails for good, or is aborted.

    `path` is the state's place in the definition: "/Prepare[0]/Reserve" is in the first branch of
    Prepare; a Map has only [0]. `assigned` are the variables that the state assigned. `previous` is the
    previous visit, from which the edge `came_by` led here. `threads` are the branches or iterations of
    the last attempt, in index order; those of earlier attempts are in `former_threads`. `item_count` is
    the number of a Map's items. `is_last` says whether no state follows in the thread. `error` and
    `cause` belong to the state's failure, even if it was caught.
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
        """The failed attempts, oldest first."""
        return [attempt for attempt in self.attempts if attempt.status in FAILURES]

    def duration_ms(self, now: int) -> int:
        """Returns the duration of the visit, until `now` if it is open, by the execution's clock."""
        return max(0, (now if self.ended_at is None else self.ended_at) - self.entered_at)


class Thread:
    """One thread of control: the root, a branch of a Parallel, or an iteration of a Map.

    `index` is the index of the branch or iteration, `parent` the visit that it belongs to, `path` the
    start of its states' paths: "" for the root, "/Prepare[0]" for a branch, "/Each[0]" for every
    iteration of a Map. `last_at` is the time of its last event.
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
        """Yields the thread's visits in order, each followed by those inside it (of the last attempt)."""
        for visit in self.visits:
            yield visit
            for thread in visit.threads:
                yield from thread.all_visits()
