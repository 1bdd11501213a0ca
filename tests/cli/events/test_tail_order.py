"""`sfn events tail`: status changes and deliveries in one order of time, to the millisecond."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions.executions import new_execution
from sfn_cli.store.records.events.deliveries import DELIVERED, NewDelivery
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.store import database_of
from tests.driven_store import Store
from tests.processes import sfn

if TYPE_CHECKING:
    from pathlib import Path

WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
SECOND = 1_800_000_000_000


def test_events_of_one_second(home: Path) -> None:
    """The event of a status change has only seconds in its `time`, a delivery has milliseconds."""
    store = Store(home)
    machine = store.machine("M", WAIT)
    executions = SqliteExecutions(database_of(store.service.store))
    for at in (100, 900):
        executions.start_many([new_execution(machine, {"input": "{}", "name": f"at-{at}"}, SECOND + at)])
    for at in (950, 500, 100):
        delivery = NewDelivery(f"at-{at}", "rule/default/r", machine.arn, "1", "{}")
        store.service.deliveries.record(delivery, DELIVERED, None, SECOND + at)
    store.service.close()
    done = sfn(home, "events", "tail", "--since", str(SECOND // 1000))
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["detail"]["name"] if "detail" in event else event["eventId"] for event in events] == [
        "at-100", "at-100", "at-500", "at-900", "at-950",
    ]  # fmt: skip
    assert ["detail" in event for event in events] == [True, False, False, True, False]
