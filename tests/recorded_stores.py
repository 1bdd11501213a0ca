"""A store with the recorded executions of `tests/views/executions`, at ages that stay the same.

Lists show ages in their largest unit: each execution began so many days ago when the test runs.
No worker drives the waiting executions: the store says that another one does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.api import call_api, model
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.store.sqlite.stepfunctions.events import event_rows, insert_events
from tests.driven_store import Store
from tests.views.recorded import recorded, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DAY_MS = 86_400_000
_NO_WORKER = -1
_STATUSES = {"ExecutionSucceeded": "SUCCEEDED", "ExecutionFailed": "FAILED", "ExecutionTimedOut": "TIMED_OUT"}


def store_recordings(home: Path, days: Mapping[str, int]) -> None:
    """Stores the recorded executions of these names, each of which began so many days ago."""
    store = Store(home)
    oldest_first = sorted(days, key=lambda name: -days[name])
    for name in oldest_first:
        _store_recording(store, name, store.service.clock() - days[name] * _DAY_MS)
    store.service.close()


def _store_recording(store: Store, name: str, started_at: int) -> None:
    source = source_of(name)
    arn, machine_arn = str(source.arn), str(source.state_machine_arn)
    definition = recorded(name)["definition"]
    machine = store.service.state_machines.find(machine_arn)
    if machine is None:
        machine = store.machine(machine_arn.rpartition(":")[2], definition)
    elif json.loads(machine.revision.definition) != definition:
        request = {"stateMachineArn": machine_arn, "definition": json.dumps(definition)}
        call_api(store.service, model.load_model("stepfunctions", "UpdateStateMachine"), request)
        machine = store.service.state_machines.find(machine_arn)
        assert machine is not None
    store.start(machine, [source.history[0].payload.text])
    shift = started_at - source.history[0].at
    events = [event._replace(at=event.at + shift) for event in source.history]
    end = events[-1] if events[-1].type in TERMINAL else None
    details = {} if end is None else end.details or {}
    with store.connection:
        (id,) = store.connection.execute("SELECT max(id) FROM execution").fetchone()
        first, after = event_rows(id, events[:1])[0][0], event_rows(id + 1, events[:1])[0][0]
        store.connection.execute("DELETE FROM event WHERE key >= ? AND key < ?", (first, after))
        insert_events(store.connection, event_rows(id, events))
        store.connection.execute(
            "UPDATE execution SET arn = ?, name = ?, status = ?, started_at = ?, stopped_at = ?, error = ?,"
            " cause = ?, owner = ? WHERE id = ?",
            (
                arn,
                arn.rpartition(":")[2],
                "RUNNING" if end is None else _STATUSES.get(end.type, "ABORTED"),
                started_at,
                None if end is None else end.at,
                details.get("error"),
                details.get("cause"),
                _NO_WORKER if end is None else None,
                id,
            ),
        )
