"""A machine with every kind of container, and executions of it that end in different ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.console.opened_console import OpenedConsole

DEMO: dict[str, Any] = {
    "StartAt": "Check",
    "States": {
        "Check": {"Type": "Pass", "Next": "Prepare"},
        "Prepare": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": True}}},
                {
                    "StartAt": "Right",
                    "States": {
                        "Right": {"Type": "Pass", "Next": "More"},
                        "More": {"Type": "Pass", "End": True},
                    },
                },
            ],
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$[0].items",
            "ItemProcessor": {
                "StartAt": "Which",
                "States": {
                    "Which": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$", "NumericGreaterThan": 5, "Next": "Big"}],
                        "Default": "Small",
                    },
                    "Big": {"Type": "Pass", "End": True},
                    "Small": {"Type": "Pass", "End": True},
                },
            },
            "Next": "Way",
        },
        "Way": {
            "Type": "Choice",
            "Choices": [{"Variable": "$[0]", "NumericGreaterThan": 5, "Next": "Refuse"}],
            "Default": "Wait",
        },
        "Wait": {"Type": "Wait", "Seconds": 3600, "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Refuse": {"Type": "Fail", "Error": "Too.Big", "Cause": "The first item is too big."},
    },
}

FAILED, WAITING = "fails", "waits"
PAGES = "/console/machines/demo/executions"


def start_demo(console: OpenedConsole) -> None:
    """Starts an execution that fails, and one that waits for an hour."""
    machine = console.create("demo", DEMO)
    waiting = console.start(machine, {"items": [1, 2, 7, 3]}, name=WAITING)
    failed = console.start(machine, {"items": [9, 1]}, name=FAILED)
    assert console.end_of(failed) == "FAILED"
    console.reached(waiting, "WaitStateEntered")
