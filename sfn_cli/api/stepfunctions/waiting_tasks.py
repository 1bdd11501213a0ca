"""Lists pending tasks that a person or program must answer. AWS has no such operation.

They are answered with their task token by AWS's operations (task_answers.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api.stepfunctions import qualifiers
from sfn_cli.arn import name_in_arn
from sfn_cli.interpreter.task_token import task_token_of_handle
from sfn_cli.settings import clock_reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stepfunctions import waiting_tasks as records
    from sfn_cli.store.records.stepfunctions.waiting_tasks import WaitingExecution

HANDLE_DIGITS = 8
"""How many of a handle's digits are shown: enough to tell thousands of tasks apart."""


class WaitingTask(NamedTuple):
    """A pending task.

    `status` is WAITING if a token was issued, and SCHEDULED or STARTED for an activity task. `since`
    and `until` (the timeout or missed heartbeat) are by the execution's own clock. `handle` has all
    its digits; `task_token` is None until a client has taken the task. `has_heartbeat`: it times out
    without heartbeats.
    """

    handle: str
    status: str
    execution_arn: str
    state_machine_arn: str
    execution_name: str
    state: str
    resource: str
    worker_name: str | None
    input: str
    since: int
    until: int | None
    task_token: str | None
    has_heartbeat: bool = False

    @property
    def short_handle(self) -> str:
        return self.handle[:HANDLE_DIGITS]

    @property
    def execution(self) -> str:
        """The name of the task's execution: MACHINE/NAME."""
        return f"{name_in_arn(self.state_machine_arn)}/{self.execution_name}"

    @property
    def name(self) -> str:
        """The name of the task: MACHINE/EXECUTION/STATE."""
        return f"{self.execution}/{self.state}"

    @property
    def names(self) -> tuple[str, str, str]:
        """Other accepted names of the task."""
        return f"{self.execution_name}/{self.state}", self.name, f"{self.execution_arn}/{self.state}"

    def to_response(self) -> dict[str, Any]:
        """Returns the task in the form of AWS's responses; times are milliseconds since 1970."""
        return {
            "handle": self.short_handle,
            "status": self.status,
            "executionArn": self.execution_arn,
            "stateMachineArn": self.state_machine_arn,
            "name": self.execution_name,
            "state": self.state,
            "resource": self.resource,
            "workerName": self.worker_name,
            "input": self.input,
            "since": self.since,
            "until": self.until,
            "taskToken": self.task_token,
        }


def waiting_tasks(
    service: Service,
    *,
    execution_arn: str | None = None,
    state_machine_arn: str | None = None,
    limit: int = -1,
) -> Iterator[WaitingTask]:
    """Yields the pending tasks of one execution, of one machine's executions, or all.

    `state_machine_arn` may be a version or an alias, and then selects its executions; children of Map
    Runs are included. `limit` is the most tasks that are read, if it is not negative.
    """
    for task in service.tasks.waiting(execution_arn, limit):
        if _waiting_task_belongs_to(task.execution, state_machine_arn):
            yield _waiting_task(task)


def take_waiting_task(service: Service, task: WaitingTask, worker_name: str) -> str | None:
    """Assigns a pending activity task to this client. Returns its token, or None if it was taken."""
    taken = service.tasks.take_one(task.handle, worker_name, service.clock())
    return None if taken is None else taken.token


def _waiting_task_belongs_to(execution: WaitingExecution, machine_arn: str | None) -> bool:
    started_by = qualifiers.qualifier_arns(execution.state_machine_arn, execution.version, execution.alias)
    return machine_arn is None or qualifiers.qualifier_owns(
        machine_arn, execution.state_machine_arn, started_by.values()
    )


def _waiting_task(task: records.StoredWaitingTask) -> WaitingTask:
    status = "WAITING" if task.activity is None else "STARTED" if task.taken else "SCHEDULED"
    details, execution = task.details, task.execution
    return WaitingTask(
        handle=task.handle,
        status=status,
        execution_arn=execution.arn,
        state_machine_arn=execution.state_machine_arn,
        execution_name=execution.name,
        state=task.state,
        resource=task.activity or f"arn:aws:states:::{details['resourceType']}:{details['resource']}",
        worker_name=task.worker,
        input=task.input,
        since=task.scheduled_at,
        until=_waiting_task_until(task),
        task_token=None if status == "SCHEDULED" else task_token_of_handle(execution.seed, task.handle),
        has_heartbeat="heartbeatInSeconds" in details,
    )


def _waiting_task_until(task: records.StoredWaitingTask) -> int | None:
    beat_at = task.scheduled_at
    if task.beat_at is not None:
        beat_at = max(beat_at, clock_reading(task.execution.clock, task.execution.started_at, task.beat_at))
    limits = [
        at + int(task.details[name]) * 1000
        for name, at in (("timeoutInSeconds", task.scheduled_at), ("heartbeatInSeconds", beat_at))
        if name in task.details
    ]
    return min(limits, default=None)
