"""Tasks that wait for an answer from outside: `.waitForTaskToken` tasks and activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


class WaitingExecution(NamedTuple):
    """The waiting execution: its ARN and what its clock depends on."""

    arn: str
    state_machine_arn: str
    name: str
    version: int | None
    alias: str | None
    started_at: int
    clock: str | None
    seed: str


class StoredWaitingTask(NamedTuple):
    """One task.

    `input` is the JSON text that it received, `details` are the details of the event that scheduled
    it. `taken`: a worker of its activity has it; `worker` is that worker's name, if it has one.
    """

    handle: str
    execution: WaitingExecution
    state: str
    scheduled_at: int
    beat_at: int | None
    input: str
    details: dict[str, Json]
    activity: str | None
    taken: bool
    worker: str | None
