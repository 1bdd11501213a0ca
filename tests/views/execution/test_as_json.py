"""The view of an execution as JSON."""

from __future__ import annotations

from sfn_cli.views.execution.as_json import view_to_json
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from tests.views.recorded import source_of


def test_as_json() -> None:
    """JSON has values instead of texts, dates, durations in milliseconds, and no unknown members."""
    view = fold_execution(source_of("callback"))
    shown = view_to_json(view, view.last_at + 5_000)
    (asked,) = shown.pop("states")
    assert shown == {
        "name": "Callback/callback",
        "executionArn": "arn:aws:states:us-east-1:123456789012:execution:Callback:callback",
        "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Callback",
        "status": "RUNNING",
        "startDate": "2026-12-01T09:00:00.000+00:00",
        "durationMs": view.last_at - view.started_at + 5_000,
        "wallMs": view.last_at - view.started_at + 5_000,
        "isVirtual": False,
        "speed": 1.0,
        "redriveCount": 0,
        "lastEventId": 5,
        "input": {"question": "Shall we?"},
    }
    (attempt,) = asked.pop("attempts")
    assert {key: asked[key] for key in ("state", "path", "type", "status", "cameBy", "isLast")} == {
        "state": "Ask",
        "path": "/Ask",
        "type": "Task",
        "status": "RUNNING",
        "cameBy": "start",
        "isLast": False,
    }
    assert attempt["parameters"]["Payload"]["question"] == "Shall we?"
    assert (attempt["heartbeatSeconds"], attempt["status"]) == (86400, "RUNNING")
    assert "endedDate" not in attempt and "error" not in attempt


def test_as_json_of_maps() -> None:
    """Iterations are nested; a Map has its counts."""
    view = fold_execution(source_of("nested-map"))
    each = view_to_json(view, view.last_at)["states"][1]
    assert each["counts"] == {"total": 4, "succeeded": 2, "running": 0, "failed": 1, "aborted": 0}
    assert [iteration["status"] for iteration in each["iterations"]] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
    assert each["iterations"][2]["states"][1]["iterations"][1]["states"][0]["error"] == "KeyError"
    run = view_to_json(fold_execution(source_of("distributed")), view.last_at)["states"][0]
    assert run["counts"] == {"total": 10, "succeeded": 9, "running": 0, "failed": 1, "aborted": 0}


def test_pending_states() -> None:
    """With `pending`, a waiting state has the status WAITING and its reason."""
    view = fold_execution(source_of("waiting"))
    (every,) = view_to_json(view, view.last_at, pending=pending_of(view))["states"]
    states = [branch["states"][0] for branch in every["branches"]]
    assert [(state["status"], state["pending"]["waitsFor"]) for state in states] == [
        ("WAITING", "answer"),
        ("WAITING", "worker"),
        ("WAITING", "time"),
        ("WAITING", "child"),
        ("WAITING", "retry"),
    ]
    assert states[2]["pending"]["until"] == "2099-12-07T09:00:00.000+00:00"
