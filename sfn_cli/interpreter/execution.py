"""The state of one execution: frames, open tasks, and the agenda of what may happen next.

`evolve` alone writes frames and tasks. A frame is one thread of control: the root, a branch of a
Parallel, an iteration of a Map. Frames are numbered in the order of their making (`serial`).
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sfn_cli import arn, quotas
from sfn_cli.query.limits import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.asl.resource import Resource
    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.interpreter.phase import Phase
    from sfn_cli.interpreter.stay import Stay
    from sfn_cli.jsonvalue import Json, Payload


class OpenTask:
    """A task that was scheduled and is not closed. `id` is that of the event that scheduled it.

    `at` is the time of the task's last event: when it was scheduled, started or submitted.
    `timeout_at` is in milliseconds since 1970, or None; `beat_at` is the last sign of life. `token`
    is None where nobody outside can answer. `submitted`: the service took the request, and only the
    result is missing; `answered`: the result, or a failure, has come. `plan` is what a Map Run is
    to do, and `map_run_arn` its name: both are None for tasks of Task states. `attempt` counts
    within the stay in its state, from 1, `invocation` all tasks of the state in the execution,
    from 0.
    """

    __slots__ = (
        "answered", "arguments", "at", "attempt", "beat_at", "credentials", "frame", "heartbeat_seconds",
        "id", "invocation", "map_run_arn", "plan", "resource", "started", "state_name", "submitted",
        "timeout_at", "token",
    )  # fmt: skip

    def __init__(
        self,
        id: int,
        frame: Frame,
        state_name: str,
        resource: Resource,
        arguments: Payload,
        scheduled_at: int,
        timeout_seconds: int | None,
        heartbeat_seconds: int | None,
        credentials: Json | None,
        token: str | None,
        plan: MapRunPlan | None = None,
        map_run_arn: str | None = None,
        attempt: int = 1,
        invocation: int = 0,
    ) -> None:
        self.id = id
        self.frame = frame
        self.state_name = state_name
        self.resource = resource
        self.arguments = arguments
        self.at = scheduled_at
        self.timeout_at = None if timeout_seconds is None else scheduled_at + timeout_seconds * 1000
        self.heartbeat_seconds = heartbeat_seconds
        self.beat_at = scheduled_at
        self.credentials = credentials
        self.token = token
        self.plan = plan
        self.map_run_arn = map_run_arn
        self.attempt = attempt
        self.invocation = invocation
        self.started = False
        self.submitted = False
        self.answered = False

    @property
    def activity(self) -> str | None:
        """The ARN of the activity whose workers may take the task."""
        return self.resource.arn if self.resource.kind == "activity" else None

    @property
    def awaits_child(self) -> bool:
        """Whether the end of executions that were started is the answer."""
        return self.plan is not None or self.resource.pattern.startswith("sync")

    @property
    def in_flight(self) -> bool:
        """Whether it is being done by who drives the execution, and would be lost with it."""
        return self.started and not self.submitted and self.activity is None and self.plan is None

    @property
    def heartbeat_due_at(self) -> int | None:
        return None if self.heartbeat_seconds is None else self.beat_at + self.heartbeat_seconds * 1000

    @property
    def due_at(self) -> int | None:
        """When the task times out, if nothing comes before."""
        limits = [at for at in (self.timeout_at, self.heartbeat_due_at) if at is not None]
        return min(limits) if limits else None


class Frame:
    """One thread of control.

    `last` is the event that its next event follows (previousEventId), `last_at` the time of that
    event (milliseconds since 1970). `index` is which child of its parent it is; `item` the (index,
    value) of the Map item that it works on. `stay` is what is known of the state that it is in, or
    has just left; no frame has one before it enters its first state. `stood` is the frame's phase
    before it was ABORTED, or failed and ENDED.
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
        self.last = last
        self.last_at = at
        self.stay: Stay = None  # type: ignore[assignment]  # set when the first state is entered


class Execution:
    """The fold of a history. `seed` is secret: task tokens and all randomness derive from it."""

    __slots__ = (
        "arn",
        "budget",
        "closed",
        "deadline_at",
        "failed_by",
        "frames",
        "input",
        "invocations",
        "last_id",
        "locator",
        "machine",
        "max_events",
        "name",
        "next_serial",
        "open_tasks",
        "opened",
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
        self.name = arn.split(":")[7]  # an EXPRESS execution's ARN has an id of its own after the name
        self.state_machine_arn = state_machine_arn
        self.machine = machine
        self.seed = seed
        self.max_events = max_events
        self.locator = ""  # what task tokens end with, for a driver that needs it to find the execution
        self.budget = UNLIMITED  # of its expressions
        self.role_arn = ""
        self.input: Payload = None  # type: ignore[assignment]  # ExecutionStarted brings it
        self.started_at = 0
        self.deadline_at: int | None = None  # by the machine's own TimeoutSeconds, or AWS's quota
        self.status = "RUNNING"
        self.failed_by: str | None = None  # the error, when it has FAILED
        self.redrive_count = 0
        self.redriven_at = 0
        self.last_id = 0
        self.frames: dict[int, Frame] = {}
        self.next_serial = 0
        self.invocations: dict[str, int] = {}  # state → how many tasks it has scheduled
        self.open_tasks: dict[int, OpenTask] = {}
        self.opened: list[OpenTask] = []  # and `closed`: what became of tasks since somebody took note
        self.closed: list[OpenTask] = []
        self.ready: list[int] = []  # a heap of the serials of frames that may move now
        self.timers: list[tuple[int, int]] = []  # a heap of (due at, serial)
        self.waiting: dict[int, int] = {}  # serial → when its current timer is due

    @property
    def ended(self) -> bool:
        return self.status != "RUNNING"

    @property
    def is_express(self) -> bool:
        return arn.is_express(self.arn)

    @property
    def redrive_mark(self) -> str:
        """Tells the attempts after a redrive from those before it, in what tokens and randomness
        derive from.
        """
        return f"/{self.redrive_count}" if self.redrive_count else ""

    @property
    def wake_at(self) -> int | None:
        """When `decide` has something to do again (milliseconds since 1970); None: only a signal helps."""
        if self.ended:
            return None
        due = self.timers[0][0] if self.timers else None
        if self.deadline_at is None:
            return due
        return self.deadline_at if due is None else min(due, self.deadline_at)

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
        """Puts a frame on the agenda for later. A frame has one timer at a time that counts."""
        if self.waiting.get(frame.serial) != due_at:
            self.waiting[frame.serial] = due_at
            heappush(self.timers, (due_at, frame.serial))

    def next_timer(self) -> int | None:
        """When a state has something to do again, if no signal comes first."""
        timers = self.timers
        while timers and self.waiting.get(timers[0][1]) != timers[0][0]:
            heappop(timers)
        if not timers:
            return None
        return timers[0][0] if self.deadline_at is None else min(timers[0][0], self.deadline_at)

    def next_ready(self, now: int) -> Frame | None:
        """Takes the first frame off the agenda that may move by `now`: timers first, then by serial."""
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
