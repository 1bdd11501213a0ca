"""Open tasks, which are scheduled and not closed: drivers start them, and signals complete them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.asl.resource import Resource
    from sfn_cli.jsonvalue import Json, Payload


class OpenTask:
    """A task that was scheduled and is not closed.

    `id` is the id of the event that scheduled the task, `frame` the serial of its frame.

    `at` is the time of the task's last event: when it was scheduled, started or submitted.
    `timeout_at` is in milliseconds since 1970, or None; `beat_at` is the time of the last heartbeat.
    Both limits of an activity's task count from its start: until a worker takes it, it waits without a
    limit. (AWS: https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html)
    `token` is None if only the driver can complete the task. `submitted` says whether the service has
    accepted the request, so that only the result is missing; `answered` whether the result or a failure
    has arrived. `plan` and `map_run_arn` describe a Map Run; both are None for tasks of Task states.
    `attempt` counts attempts within the stay in its state, from 1; `invocation` counts all tasks of the
    state in the execution, from 0.
    """

    __slots__ = (
        "answered", "arguments", "at", "attempt", "beat_at", "credentials", "frame", "heartbeat_seconds",
        "id", "invocation", "map_run_arn", "plan", "resource", "started", "state_name", "submitted",
        "timeout_at", "timeout_seconds", "token",
    )  # fmt: skip

    def __init__(
        self,
        id: int,
        frame: int,
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
        self.timeout_seconds = timeout_seconds
        self.heartbeat_seconds = heartbeat_seconds
        self.timeout_at: int | None = None
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
        if resource.kind != "activity":
            self.limit_from(scheduled_at)

    def limit_from(self, at: int) -> None:
        """Lets the limits of the task count from this time."""
        self.timeout_at = None if self.timeout_seconds is None else at + self.timeout_seconds * 1000
        self.beat_at = max(self.beat_at, at)

    @property
    def activity(self) -> str | None:
        """The ARN of the activity whose workers may receive the task."""
        return self.resource.arn if self.resource.kind == "activity" else None

    @property
    def awaits_child(self) -> bool:
        """Whether the task completes when the executions that it started end."""
        return self.plan is not None or self.resource.pattern.startswith("sync")

    @property
    def in_flight(self) -> bool:
        """Whether the execution's driver is running the task, which would be lost with the driver."""
        return self.started and not self.submitted and self.activity is None and self.plan is None

    @property
    def heartbeat_due_at(self) -> int | None:
        if self.heartbeat_seconds is None or (not self.started and self.activity is not None):
            return None
        return self.beat_at + self.heartbeat_seconds * 1000

    @property
    def due_at(self) -> int | None:
        """When the task times out, if nothing happens before."""
        limits = [at for at in (self.timeout_at, self.heartbeat_due_at) if at is not None]
        return min(limits) if limits else None
