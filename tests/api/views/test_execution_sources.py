"""What views are built from: children of Map Runs, EXPRESS executions, deleted machines, damage."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.views.history.api_history import read_api_history
from tests.processes import (
    create_machine,
    ended,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)
from tests.stored_views import stored_view

if TYPE_CHECKING:
    from pathlib import Path

EACH: dict[str, Any] = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ToleratedFailureCount": 1,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "IsSmall",
                "States": {
                    "IsSmall": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$", "NumericLessThan": 3, "Next": "Fits"}],
                        "Default": "TooLarge",
                    },
                    "Fits": {"Type": "Succeed"},
                    "TooLarge": {"Type": "Fail", "Error": "TooLarge"},
                },
            },
            "End": True,
        }
    },
}
ONE: dict[str, Any] = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}


def states(home: Path, arn: str) -> list[str]:
    return [f"{visit.path} {visit.status}" for visit in stored_view(home, arn).visits()]


def test_children_of_a_map_run(home: Path) -> None:
    """The counts are the Map Run's; the view of a child uses the processor's definition."""
    arn = start_execution(home, create_machine(home, "Each", EACH), "--input", "[1, 2, 3]")
    ended(home, arn)
    view = stored_view(home, arn)
    (each,) = view.visits()
    counts = view.source.map_runs[str(each.map_run_arn)]
    assert (counts.status, counts.total, counts.succeeded, counts.failed) == ("SUCCEEDED", 3, 2, 1)
    children = sfn_json(home, "list-executions", "--map-run-arn", str(each.map_run_arn))["executions"]
    (failed,) = [child["executionArn"] for child in children if child["status"] == "FAILED"]
    assert states(home, failed) == ["/IsSmall SUCCEEDED", "/TooLarge FAILED"]
    child = stored_view(home, failed)
    assert json.loads(child.source.definition or "")["StartAt"] == "IsSmall"
    assert child.root.visits[-1].error == "TooLarge"


def test_the_history_by_the_api(home: Path) -> None:
    """GetExecutionHistory's output is parsed to the stored history.

    The exception is the Map Run's result.
    """
    arn = start_execution(home, create_machine(home, "Each", EACH), "--input", "[1, 2]")
    ended(home, arn)
    events = sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
    stored = [
        event._replace(
            payload=None if event.type == "MapRunSucceeded" else event.payload, details=event.details or None
        )
        for event in stored_view(home, arn).source.history
    ]
    assert read_api_history(events, EACH) == stored


def test_express(home: Path) -> None:
    """An EXPRESS execution can be viewed, although AWS does not describe it."""
    machine = sfn_json(
        home, "create-state-machine", "--name", "Fast", "--type", "EXPRESS", "--definition", json.dumps(ONE),
        "--role-arn", "arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]  # fmt: skip
    express = start_execution(home, machine)
    until(lambda: stored_view(home, express).is_over, "the end of the EXPRESS execution")
    assert states(home, express) == ["/One SUCCEEDED"]


def test_a_machine_that_was_changed_and_deleted(home: Path) -> None:
    """An execution keeps the definition it was started with, even after its machine is deleted."""
    machine = create_machine(home, "Gone", ONE)
    arn = start_execution(home, machine)
    ended(home, arn)
    sfn_json(
        home, "update-state-machine", "--state-machine-arn", machine,
        "--definition", json.dumps({"StartAt": "Two", "States": {"Two": {"Type": "Succeed"}}}),
    )  # fmt: skip
    assert json.loads(stored_view(home, arn).source.definition or "") == ONE
    sfn(home, "delete-state-machine", "--state-machine-arn", machine)
    assert states(home, arn) == ["/One SUCCEEDED"]
    assert json.loads(stored_view(home, arn).source.definition or "") == ONE


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE event SET details = '{'",
        "UPDATE event SET type = 'Odd' WHERE previous = 0",
        "DELETE FROM event",
        "PRAGMA foreign_keys = OFF; DELETE FROM revision",
    ],
)
def test_damaged_rows(home: Path, damage: str) -> None:
    """A row that cannot be read is reported in one line."""
    arn = start_execution(home, create_machine(home, "Odd", ONE), "--name", "one")
    ended(home, arn)
    stop_workers(home)
    with closing(sqlite3.connect(home / "sfn.db")) as store:
        store.executescript(damage)
    shown = sfn(home, "show", arn)
    assert (shown.returncode, shown.stdout) == (255, "")
    (line,) = shown.stderr.strip().splitlines()
    assert line.startswith("sfn: [ERROR]: ") and "damaged" in line
