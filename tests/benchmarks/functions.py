"""Lambda functions in a real worker, warm: tasks in a row, and a Map whose items all call one function."""

from __future__ import annotations

import json
import statistics
import sys
from typing import TYPE_CHECKING

from tests.benchmarks.processes import await_all_ended, create, event_times
from tests.benchmarks.table import Result
from tests.driven_store import ROLE
from tests.processes import sfn_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Echo"
IN_A_ROW, ITEMS = 200, 1_000


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Times a chain of tasks, from the first answer to the last, and a whole Map.

    One run beforehand starts a child.
    """
    few = max(3, runs // 3)
    home = folder / "home"
    code = folder / "code"
    code.mkdir()
    (code / "app.py").write_text("def handler(event, context):\n    return event\n")
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sfn_json(
        home, "lambda", "create-function", "--function-name", "Echo", "--runtime", runtime,
        "--handler", "app.handler", "--role", ROLE, "--code-dir", str(code),
    )  # fmt: skip
    task = {"Type": "Task", "Resource": FUNCTION}
    states = {f"S{n}": {**task, "Next": f"S{n + 1}"} for n in range(IN_A_ROW - 1)}
    row = create(
        home, "Row", {"StartAt": "S0", "States": {**states, f"S{IN_A_ROW - 1}": {**task, "End": True}}}
    )
    each = {"StartAt": "T", "States": {"T": {**task, "End": True}}}
    items = create(
        home, "Items", {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": each, "End": True}}}
    )

    def run(machine: str, input: object) -> None:
        sfn_json(home, "start-execution", "--state-machine-arn", machine, "--input", json.dumps(input))
        await_all_ended(home)

    run(row, {})  # from here on a child is warm
    times = []
    for _ in range(few):
        run(row, {})
        returned = event_times(home, "LambdaFunctionSucceeded")[-IN_A_ROW:]
        times.append((returned[-1] - returned[0]) / (IN_A_ROW - 1))
    yield Result(f"{IN_A_ROW} Lambda tasks in a row: each", statistics.median(times), "ms", "<= 2")

    rates = []
    for _ in range(few):
        run(items, list(range(ITEMS)))
        rates.append(
            ITEMS
            / (event_times(home, "MapStateSucceeded")[-1] - event_times(home, "MapStateStarted")[-1])
            * 1000
        )
    yield Result(
        f"Map of {ITEMS:,} items through one function: items", statistics.median(rates), "/s", ">= 1000"
    )
