"""Lists of executions: which ones a list shows, and what it shows of each."""

from typing import NamedTuple


class ExecutionSummary(NamedTuple):
    """An execution as a list shows it."""

    id: int
    arn: str
    state_machine_arn: str
    name: str
    status: str
    started_at: int
    stopped_at: int | None
    version: int | None = None
    alias: str | None = None
    redrive_count: int = 0
    redriven_at: int | None = None
    map_run_arn: str | None = None
    item_count: int | None = None


class ExecutionFilter(NamedTuple):
    """A list's filter: executions of a machine, or of a Map Run.

    They match every field that is not None.
    """

    state_machine_arn: str | None = None
    map_run_arn: str | None = None
    version: int | None = None
    alias: str | None = None
    status: str | None = None
    redriven: bool | None = None
