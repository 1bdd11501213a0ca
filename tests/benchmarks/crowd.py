"""Fifty shells at once, with pauses between their commands: how long `start-execution` takes among them."""

from __future__ import annotations

import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.benchmarks.processes import create
from tests.benchmarks.table import Result
from tests.processes import SFN, environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHELLS, SECONDS, PAUSE_SECONDS = 50, 20, 4.0
"""Two cores start about 25 Python processes a second: without pauses, only that would count."""


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Each shell starts, describes, lists and stops, again and again.

    They all begin at a time of their own.
    """
    home = folder / "home"
    machine = create(
        home, "Wait", {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}}
    )
    environment = environment_of(home)
    until = time.monotonic() + SECONDS

    def shell(number: int) -> list[float]:
        dice = random.Random(number)
        took: list[float] = []
        time.sleep(dice.uniform(0, PAUSE_SECONDS))
        while time.monotonic() < until:
            name = f"{number}-{len(took)}"
            execution = machine.replace(":stateMachine:", ":execution:") + f":{name}"
            took.append(_run(environment, "start-execution", "--state-machine-arn", machine, "--name", name))
            for command in (
                ("describe-execution", "--execution-arn", execution),
                ("list-executions", "--state-machine-arn", machine, "--max-items", "10"),
                ("stop-execution", "--execution-arn", execution),
            ):
                time.sleep(dice.expovariate(1 / PAUSE_SECONDS))
                _run(environment, *command)
            time.sleep(dice.expovariate(1 / PAUSE_SECONDS))
        return took

    with ThreadPoolExecutor(SHELLS) as shells:
        times = sorted(time for taken in shells.map(shell, range(SHELLS)) for time in taken)
    yield Result(
        f"start-execution among {SHELLS} shells: median", times[len(times) // 2] * 1000, "ms", "<= 500"
    )
    yield Result(
        f"start-execution among {SHELLS} shells: 99th of 100",
        times[len(times) * 99 // 100] * 1000,
        "ms",
        "<= 1000",
    )


def _run(environment: dict[str, str], *arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([SFN, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
