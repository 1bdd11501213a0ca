"""Executions, existing and new ones, and lists of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Execution(NamedTuple):
    """One execution; `input`, `output` and `mocks` are JSON texts.

    `revision` is the row of what it runs. `version` (a number) and `alias` (a name) are those by
    which it was started, if any.
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
    """What a replay of an execution needs beyond its history, and what its times mean.

    `seed` is secret. `clock` is as in NewExecution; `jumps` are those of a virtual clock, as (from,
    to) by that clock. `beats` are the wall-clock times of the last heartbeats of open tasks, by the
    id of the event that scheduled them.
    """

    seed: str
    clock: str | None
    jumps: Sequence[tuple[int, int]]
    beats: Mapping[int, int]


class NewExecution(NamedTuple):
    """A new execution, as StartExecution describes it; `state_machine` and `revision` are rows.

    A task may start it: `parent_arn` and `task` are the task's execution and the number of its
    event; `awaited`: the task waits for the end. `clock` is "virtual", or how many times faster
    than the wall clock; an execution started by a task has its parent's. `logged`: its machine's
    loggingConfiguration enables a log. `version` (a number) and `alias` (a name) are those by which
    its revision was found, if any. `mocks` is the JSON of what answers its tasks instead of
    integrations (interpreter/mocks.py).
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
