"""Integrity check: SQLite's own, and a replay of every history.

Rule 1: The whole check reads one snapshot of the store. It does not see later commits.
Rule 2: At most one execution is in memory at a time, and of its history only the part that its replay
needs.
Rule 3: A damaged execution is one finding; the others are still checked.

Suspended executions are findings too, with their tracebacks.

A healthy store has no findings. Each finding begins with one line that describes the problem.
"""

from __future__ import annotations

from collections import OrderedDict
from textwrap import indent
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.suspensions import describe_suspension
from sfn_cli.asl.state_machine import load_machine
from sfn_cli.errors import RowError, StoreError
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.interpreter.interpreter import Interpreter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.protocols import Snapshot, Store
    from sfn_cli.store.records.stepfunctions.snapshot import StoredExecution

MACHINE_CHARACTERS = 1_000_000
"""The total length of the definitions whose compiled machines stay in memory."""

_MAY_AWAIT_REDRIVE = ("FAILED", "TIMED_OUT", "ABORTED")
"""Statuses of a Map Run's child that may become PENDING_REDRIVE, and then ABORTED, without an event."""


class Examined(NamedTuple):
    """The numbers of executions and events checked, and of findings."""

    executions: int
    events: int
    findings: int


def examine_store(store: Store, report: Callable[[str], object]) -> Examined:
    """Checks the whole store without writing; calls `report` with each finding as it is found."""
    executions = events = findings = 0
    with store.snapshot() as snapshot:
        for damage in snapshot.file_damage():
            report(f"store file: {damage}")
            findings += 1
        machines = _ReplayedMachines(snapshot)
        for id in snapshot.execution_ids():
            finding, replayed = _doctor_replay(snapshot, machines, id)
            executions += 1
            events += replayed
            if finding is not None:
                report(finding)
                findings += 1
        for suspension in store.suspensions.all():
            report(f"{describe_suspension(suspension)}\n{indent(suspension.traceback.rstrip(), '    ')}")
            findings += 1
    return Examined(executions, events, findings)


def _doctor_replay(snapshot: Snapshot, machines: _ReplayedMachines, id: int) -> tuple[str | None, int]:
    """Returns the problem of an execution, or None, and the number of events read."""
    name, count, last = f"execution {id}", 0, None
    try:
        name = snapshot.arn(id)
        stored = snapshot.execution(id)
        interpreter = Interpreter(name, stored.state_machine_arn, machines.of(stored.revision), stored.seed)
        for last in snapshot.events(id):
            count += 1
            interpreter.apply(last)
    except RowError as error:
        return f"{name}: {error}", count
    except StoreError:
        raise
    except Exception as error:
        return f"{name}: replaying the history failed: {error!r:.200}", count
    difference = _difference_from_replay(stored, last)
    return None if difference is None else f"{name}: {difference}", count


def _difference_from_replay(stored: StoredExecution, last: HistoryEvent | None) -> str | None:
    """Returns how an execution's row and the last event of its history differ, or None."""
    recorded = "no events" if last is None else TERMINAL.get(last.type, "RUNNING")
    awaits_redrive = (
        stored.is_child and recorded in _MAY_AWAIT_REDRIVE and stored.status in ("PENDING_REDRIVE", "ABORTED")
    )
    if recorded != stored.status and not awaits_redrive:
        return f"its status is {stored.status}, but its history shows {recorded}"
    output = None if last is None or last.payload is None else last.payload.text
    if stored.status == "SUCCEEDED" and (output is None or output != stored.output):
        return "its output differs from its history"
    return None


class _ReplayedMachines:
    """An LRU cache of the compiled machines of revisions, limited by the length of definitions."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._loaded: OrderedDict[int, tuple[CompiledMachine, int]] = OrderedDict()
        self._characters = 0

    def of(self, revision: int) -> CompiledMachine:
        found = self._loaded.get(revision)
        if found is None:
            definition = self._snapshot.definition(revision)
            # Not `load_machine` itself, because its cache has no limit on size.
            found = self._loaded[revision] = (load_machine.__wrapped__(definition), len(definition))
            self._characters += found[1]
            while self._characters > MACHINE_CHARACTERS and len(self._loaded) > 1:
                _, (_, characters) = self._loaded.popitem(last=False)
                self._characters -= characters
        self._loaded.move_to_end(revision)
        return found[0]
