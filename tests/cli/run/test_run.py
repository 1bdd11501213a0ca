"""`sfn run`: a folder becomes a state machine and functions; an execution is shown to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Sfn

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:price"
HANDLER = "def lambda_handler(event, context):\n    return {{'price': {factor} * event['id']}}\n"


@pytest.fixture(autouse=True)
def stopped_worker(sfn: Sfn, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leaves no worker behind."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    yield
    sfn("worker", "stop")


def make(factor: int, **state: object) -> None:
    task = {"Type": "Task", "Resource": FUNCTION, "End": True, **state}
    Path("order/functions/price").mkdir(parents=True, exist_ok=True)
    Path("order/order.asl.json").write_text(json.dumps({"StartAt": "Price", "States": {"Price": task}}))
    Path("order/functions/price/app.py").write_text(HANDLER.format(factor=factor))
    Path("order/input.json").write_text('{"id": 2}')


def test_output_and_events(sfn: Sfn) -> None:
    """The output goes to stdout, the events to stderr; the next run uses a changed folder."""
    make(factor=10)
    result = sfn("run", "order")
    assert (result.exit, json.loads(result.stdout)) == (ExitCode.SUCCESS, {"price": 20})
    assert "TaskStateEntered             Price\n" in result.stderr
    make(factor=3, ResultSelector={"total.$": "$.price"})
    result = sfn("run", "order", "--input", '{"id": 5}', "--query", "total")
    assert (result.exit, result.stdout) == (ExitCode.SUCCESS, "15\n")


def test_a_log_of_executions(sfn: Sfn) -> None:
    """machine.json configures the machine when it is created and updated; its log group is created."""
    make(factor=10)
    group = "arn:aws:logs:us-east-1:123456789012:log-group:orders:*"
    logging = {"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]}
    Path("order/machine.json").write_text(json.dumps({"loggingConfiguration": logging, "type": "STANDARD"}))
    for _ in range(2):
        assert sfn("run", "order").exit == ExitCode.SUCCESS
    assert sfn("logs", "tail", "orders", "--since", "1h").stdout.count("ExecutionSucceeded") == 2


def test_failure(sfn: Sfn) -> None:
    """A failed execution is 255, with its error and cause on stderr."""
    make(factor=10)
    result = sfn("run", "order", "--input", "{}")
    assert (result.exit, result.stdout) == (ExitCode.FAILURE, "")
    assert "\nsfn: [ERROR]: The execution failed: KeyError: " in result.stderr
