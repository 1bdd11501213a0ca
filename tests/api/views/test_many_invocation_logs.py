"""Log lines of many invocations that are read together are assigned to the right invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.api.views.execution_sources import execution_source
from sfn_cli.api.views.invocation_logs import invocation_log
from sfn_cli.api.views.many_invocation_logs import many_invocation_logs
from sfn_cli.app import build_app
from sfn_cli.settings import Settings
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.failure.explain import invoked_function
from tests.processes import create_function, create_machine, ended, start_execution, stop_workers

if TYPE_CHECKING:
    from pathlib import Path

CODE = """\
def handler(event, context):
    print("item", event["n"])
    if event["n"] == 3:
        raise ValueError("three")
    return event["n"]
"""

EACH = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Fetch",
                "States": {
                    "Fetch": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "Parameters": {"FunctionName": "Fetch", "Payload.$": "$"},
                        "Retry": [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                        "Catch": [{"ErrorEquals": ["ValueError"], "Next": "Skip"}],
                        "End": True,
                    },
                    "Skip": {"Type": "Pass", "End": True},
                },
            },
            "End": True,
        }
    },
}


@pytest.mark.slow
def test_each_has_its_own(tmp_path: Path) -> None:
    """Parallel iterations, and attempts of one state, each have their own lines."""
    home, code = tmp_path / "home", tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(CODE)
    try:
        create_function(home, "Fetch", code)
        machine = create_machine(home, "Pages", EACH)
        items = "[" + ",".join(f'{{"n": {number}}}' for number in range(8)) + "]"
        arn = start_execution(home, machine, "--input", items)
        assert ended(home, arn)["status"] == "SUCCEEDED"
    finally:
        stop_workers(home)
    service = build_app(Settings.from_environment({"SFN_HOME": str(home)}))
    try:
        source = execution_source(service, arn)
        fetches = [visit for visit in fold_execution(source).visits() if visit.state == "Fetch"]
        invocations = [
            (attempt.event, function)
            for visit in fetches
            for attempt in visit.attempts
            if (function := invoked_function(attempt)) is not None
        ]
        found = many_invocation_logs(service, source, invocations)
        one_by_one = {
            task: [event.message for event in invocation_log(service, source, task, function)]
            for task, function in invocations
        }
        assert len(invocations) == 9  # item 3 was tried twice
        assert found == one_by_one
        for visit in fetches:
            for attempt in visit.attempts:
                said = [line for line in found[attempt.event] if line.startswith("item ")]
                assert [line.rstrip("\n") for line in said] == [f"item {visit.thread.index}"]
        assert many_invocation_logs(service, source, [(99_999, "Fetch"), (99_998, "Gone")]) == {}
        assert many_invocation_logs(service, source._replace(seed=None), invocations) == {}
    finally:
        service.close()
