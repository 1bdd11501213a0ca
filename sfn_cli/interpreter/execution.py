"""The state of one execution: frames, open tasks, and the agenda of what may happen next.

A frame is one thread of control: the root, a branch of a Parallel, an iteration of a Map. Frames
are numbered in the order in which they are created (`serial`).

Only `evolve` applies events. `receive` writes heartbeats (`OpenTask.beat_at`), which have no event: a
driver that resumes an execution sends the latest heartbeat again. `decide` writes the agenda and memos
(frame.py), which do not affect events.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sfn_cli import arn, quotas
from sfn_cli.query.limits import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.interpreter.frame import Frame
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.takeover.origin import Origin
    from sfn_cli.jsonvalue import Payload


class Execution:
    """The fold of a history. `seed` is secret: task tokens and all randomness derive from it."""

    __slots__ = (
        "activity_is_missing",
        "arn",
        "budget",
        "closed",
        "deadline_at",
        "end_cause",
        "failed_by",
        "frames",
        "input",
        "invocations",
        "is_synchronous",
        "last_id",
        "locator",
        "machine",
        "max_events",
        "name",
        "next_serial",
        "open_tasks",
        "opened",
        "origins",
        "own",
        "ready",
        "redrive_count",
        "redriven_at",
        "role_arn",
        "seed",
        "started_at",
        "state_machine_arn",
        "status",
        "timers",
        "waiting",
    )  # fmt: skip

    def __init__(
        self,
        arn: str,
        state_machine_arn: str,
        machine: CompiledMachine,
        seed: str,
        max_events: int = quotas.HISTORY_EVENTS,
    ) -> None:
        self.arn = arn
        self.name = arn.split(":")[7]  # an EXPRESS execution's ARN has an id after the name
        self.state_machine_arn = state_machine_arn
        self.machine = machine
        self.seed = seed
        self.max_events = max_events
        self.locator = ""  # a suffix of task tokens, for a driver that needs it to find the execution
        # Whether the state's activity is missing, for a driver that knows: (state, ARN) -> bool
        self.activity_is_missing: Callable[[str, str], bool] | None = None
        self.budget = UNLIMITED  # the time limit of the execution's expressions
        self.role_arn = ""
        self.is_synchronous = False  # whether StartSyncExecution waits for the end
        # Those whose events are still to be replayed (takeover/origin.py):
        self.origins: Sequence[Origin] = ()
        self.own: Origin | None = None  # what it is itself, until then
        self.input: Payload = None  # type: ignore[assignment]  # set by ExecutionStarted
        self.started_at = 0
        self.deadline_at: int | None = None  # from the machine's TimeoutSeconds or AWS's quota
        # The cause with which it fails at its next transition, because its machine was deleted:
        self.end_cause: str | None = None
        self.status = "RUNNING"
        self.failed_by: str | None = None  # the error, when it has FAILED
        self.redrive_count = 0
        self.redriven_at = 0
        self.last_id = 0
        self.frames: dict[int, Frame] = {}
        self.next_serial = 0
        self.invocations: dict[str, int] = {}  # state → how many tasks it has scheduled
        self.open_tasks: dict[int, OpenTask] = {}
        self.opened: list[OpenTask] = []  # `opened` and `closed`: changes since they were last read
        self.closed: list[OpenTask] = []
        self.ready: list[int] = []  # a heap of the serials of frames that may move now
        self.timers: list[tuple[int, int]] = []  # a heap of (due at, serial)
        self.waiting: dict[int, int] = {}  # serial → when its current timer is due

    @property
    def ended(self) -> bool:
        return self.status != "RUNNING"

    @property
    def is_express(self) -> bool:
        return arn.is_express_arn(self.arn)

    @property
    def redrive_mark(self) -> str:
        """A mark that distinguishes attempts after a redrive from those before it.

        Tokens and randomness derive from it.
        """
        return f"/{self.redrive_count}" if self.redrive_count else ""

    @property
    def wake_at(self) -> int | None:
        """When `decide` next returns an event (milliseconds since 1970).

        None if it does so only after a signal.
        """
        if self.ended:
            return None
        due = self.timers[0][0] if self.timers else None
        if self.deadline_at is None:
            return due
        return self.deadline_at if due is None else min(due, self.deadline_at)

    def limit_time(self, at: int) -> None:
        """Sets the deadline: the machine's TimeoutSeconds count from `at`, AWS's quota from the start."""
        longest = quotas.EXPRESS_SECONDS if self.is_express else quotas.STANDARD_SECONDS
        own = self.machine.timeout_seconds or longest
        self.deadline_at = min(self.started_at + longest * 1000, at + own * 1000)

    def end_at_next_transition(self, cause: str) -> None:
        """Lets the execution fail with this cause in place of its next event, apart from a task's start."""
        self.end_cause = cause
        self.max_events = 0

    def open_task(self, task: OpenTask) -> None:
        self.open_tasks[task.id] = task
        self.opened.append(task)

    def close_task(self, task: OpenTask) -> None:
        del self.open_tasks[task.id]
        self.closed.append(task)

    def make_ready(self, frame: Frame) -> None:
        """Puts a frame on the agenda for now."""
        heappush(self.ready, frame.serial)

    def wait(self, frame: Frame, due_at: int) -> None:
        """Puts a frame on the agenda for later, and replaces its timer: a frame has only one."""
        if self.waiting.get(frame.serial) != due_at:
            self.waiting[frame.serial] = due_at
            heappush(self.timers, (due_at, frame.serial))

    def next_timer(self) -> int | None:
        """Returns when the next timer of a state, or the machine's TimeoutSeconds, are due.

        None if there is neither: AWS's limit of a year is no timer.
        """
        timers = self.timers
        while timers and self.waiting.get(timers[0][1]) != timers[0][0]:
            heappop(timers)
        if not timers:
            return self.deadline_at if self.machine.timeout_seconds is not None else None
        return timers[0][0] if self.deadline_at is None else min(timers[0][0], self.deadline_at)

    def next_ready(self, now: int) -> Frame | None:
        """Takes the first frame that may move by `now` off the agenda.

        Timers come first, then the lowest serial.
        """
        timers = self.timers
        while timers and timers[0][0] <= now:
            due_at, serial = heappop(timers)
            if self.waiting.get(serial) == due_at:
                del self.waiting[serial]
                heappush(self.ready, serial)
        ready = self.ready
        while ready:
            frame = self.frames.get(heappop(ready))
            if frame is not None:
                return frame
        return None
