"""The state of an execution that may be redriven."""

from typing import NamedTuple


class RedriveState(NamedTuple):
    """The facts that decide whether an execution may be redriven.

    `machine_status` is None when its machine no longer exists.
    """

    status: str
    started_at: int
    stopped_at: int | None
    redrive_count: int
    clock: str | None
    machine_status: str | None
    in_map_run: bool
    events: int
    last_at: int
