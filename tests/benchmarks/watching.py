"""`sfn watch`: what it costs while the execution that it shows is idle, and while it is busy."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.table import Result
from tests.processes import create_machine, start_execution
from tests.pseudo_terminals import pseudo_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.pseudo_terminals import PseudoTerminal

SETTLE_SECONDS, IDLE_SECONDS = 2, 30
ITEMS = 2_000

NAP = {"Type": "Wait", "Seconds": 3600, "End": True}
EACH = {
    "Type": "Map",
    "ItemsPath": "$.items",
    "ItemProcessor": {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}},
    "Next": "Nap",
}


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Watches executions that wait for an hour, alone and below the tree of a large Map."""
    home = folder / "home"
    for name, states, items in (
        ("a Wait", {"Nap": NAP}, 0),
        (f"a Wait after a Map of {ITEMS:,}", {"Each": EACH, "Nap": NAP}, ITEMS),
    ):
        machine = create_machine(home, f"M{items}", {"StartAt": next(iter(states)), "States": states})
        start_execution(home, machine, "--input", json.dumps({"items": list(range(items))}))
        with pseudo_terminal(home, "watch", f"M{items}/last") as terminal:
            terminal.until_shown("◔ Nap")
            terminal.read_for(SETTLE_SECONDS)
            yield Result(f"CPU of sfn watch, {name}", _cpu_share(terminal) * 100, "%", "<= 2")


def _cpu_share(terminal: PseudoTerminal) -> float:
    """Returns the CPU time of the command in the wall time that passes."""
    before, began_at = cpu_seconds(terminal.process.pid), time.monotonic()
    terminal.read_for(IDLE_SECONDS)
    return (cpu_seconds(terminal.process.pid) - before) / (time.monotonic() - began_at)
