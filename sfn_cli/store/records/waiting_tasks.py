"""Tasks that wait for someone outside: those with `.waitForTaskToken`, and those of activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


class WaitingExecution(NamedTuple):
    """The execution that waits: what its ARN and its clock are told by."""

    arn: str
    state_machine_arn: str
    name: str
    version: int | None
    alias: str | None
    started_at: int
    clock: str | None
    seed: str


class WaitingTask(NamedTuple):
    """One task. `input` is the JSON text that it was given, `details` those of the event that
    scheduled it.

    `taken`: a worker of its activity has it, and `worker` is the name that this one gave, if it
    gave one.
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
