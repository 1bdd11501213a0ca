"""Executions, new executions, and lists of executions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.stepfunctions.revisions import Revision


class Execution(NamedTuple):
    """One execution; `input`, `output` and `mocks` are JSON texts.

    `revision` is the row id of the revision it runs. `version` (a number) and `alias` (a name) are
    those by which it was started, if any.
    """

    id: int
    arn: str
    state_machine_arn: str
    name: str
    revision: int
    status: str
    input: str
    output: str | None
    error: str | None
    cause: str | None
    trace_header: str | None
    started_at: int
    stopped_at: int | None
    version: int | None = None
    alias: str | None = None
    redrive_count: int = 0
    redriven_at: int | None = None
    map_run_arn: str | None = None
    item_count: int | None = None
    mocks: str | None = None


class ReplayFacts(NamedTuple):
    """What a replay of an execution needs in addition to its history, and what its times mean.

    `seed` is secret. `clock` is as in NewExecution; `jumps` are the jumps of a virtual clock, as
    (from, to) by that clock. `beats` are the wall-clock times of the last heartbeats of open tasks,
    by the id of the event that scheduled the task.
    """

    seed: str
    clock: str | None
    jumps: Sequence[tuple[int, int]]
    beats: Mapping[int, int]


class NewExecution(NamedTuple):
    """A new execution, as StartExecution describes it; `state_machine` and `revision` are row ids.

    If a task starts it, `parent_arn` is the task's execution and `task` the number of the task's
    event; `awaited` means that the task waits for the end. `clock` is "virtual", or how many times
    faster than the wall clock it is; an execution that a task starts has its parent's clock.
    `logged`: the loggingConfiguration of its machine enables a log. `version` (a number) and
    `alias` (a name) are those by which its revision was found, if any. `mocks` is the JSON of what
    answers its tasks instead of integrations (interpreter/mocks.py).
    """

    arn: str
    state_machine: int
    state_machine_arn: str
    revision: int
    name: str
    trace_header: str | None
    seed: str
    parent_arn: str | None = None
    task: int | None = None
    awaited: bool = False
    clock: str | None = None
    logged: bool = False
    version: int | None = None
    alias: str | None = None
    mocks: str | None = None


class TakenOverStart(NamedTuple):
    """What a new execution takes over: the events after its first one (interpreter/takeover/).

    `revision` is a revision to store for this execution alone; without one, it runs
    `NewExecution.revision`.
    """

    events: "Sequence[HistoryEvent]"
    revision: "Revision | None" = None


class ExecutionSummary(NamedTuple):
    """An execution as it is listed."""

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
    """A filter for lists: executions of a machine, or of a Map Run.

    An execution matches if it has the value of every field that is not None.
    """

    state_machine_arn: str | None = None
    map_run_arn: str | None = None
    version: int | None = None
    alias: str | None = None
    status: str | None = None
    redriven: bool | None = None
