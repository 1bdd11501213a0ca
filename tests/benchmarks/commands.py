"""How long commands take: `sfn start-execution` against Python's imports and the aws CLI; Tab."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.processes import PYTHON, create, timed, timed_cpu
from tests.benchmarks.table import Result, in_turn
from tests.processes import SFN, await_end, ended, environment_of, serving, sfn, until, worker_pids

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 10_000

START_UP_RUNS = 40
"""The minimum number of timed starts: the ratio to Python's own start is close to the limit."""


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Yields times with a live worker, without one (the command starts it), and of completion."""
    home = folder / "home"
    machine = create(home, "Hello", {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    command = [SFN, "start-execution", "--state-machine-arn", machine]
    environment = environment_of(home, {"SFN_WORKER_IDLE_SECONDS": "600"})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users' commands have compiled modules

    def start() -> float:
        return timed(command, environment)

    def python() -> float:
        return timed(PYTHON, environment)

    start()
    until(lambda: worker_pids(home), "a worker")
    execution = sfn(
        home, "start-execution", "--state-machine-arn", machine, "--query", "executionArn", "--output", "text"
    ).stdout.strip()
    ended(home, execution)
    took, described, shown, listed, baseline = in_turn(
        max(runs, START_UP_RUNS),
        start,
        lambda: timed([SFN, "describe-execution", "--execution-arn", execution], environment),
        lambda: timed([SFN, "show", execution], environment),
        lambda: timed([SFN, "list-state-machines"], environment),
        python,
    )
    yield Result("start-execution, live worker", took, "ms", "<= 1.25", baseline)
    yield Result("describe-execution", described, "ms", "<= 1.25", baseline)
    yield Result("show, against describe-execution", shown, "ms", "<= 1.6", described)
    yield Result("list-state-machines", listed, "ms", "<= 1.25", baseline)

    def start_without_worker() -> float:
        for pid in worker_pids(home):
            os.kill(pid, signal.SIGKILL)
            await_end(pid)
        took = start()
        until(lambda: worker_pids(home), "a worker")
        return took

    took, baseline = in_turn(runs, start_without_worker, python)
    yield Result("start-execution, no worker", took, "ms", "<= 2.0", baseline)

    yield from _against_aws_cli(home, command, environment, runs)

    inputs = folder / "inputs.jsonl"
    inputs.write_text("{}\n" * MANY)
    assert (
        sfn(
            home, "start-executions", "--state-machine-arn", machine, "--inputs", str(inputs), "--wait"
        ).returncode
        == 0
    )
    beginning = machine.replace(":stateMachine:", ":execution:") + ":0"
    tab = [SFN, "__complete", "zsh", "describe-execution", "--execution-arn", beginning]
    (took,) = in_turn(runs, lambda: timed(tab, environment))
    yield Result(f"Tab, an execution of {MANY:,}", took, "ms", "<= 120")


def _against_aws_cli(
    home: Path, command: list[str], environment: dict[str, str], runs: int
) -> Iterator[Result]:
    """Compares CPU times: those of wall time depend on what else the machine does."""
    aws = str(Path(SFN).with_name("aws"))
    keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}
    with serving(home) as url:
        served = [aws, "stepfunctions", "--endpoint-url", url, *command[1:]]
        took, version, baseline = in_turn(
            runs,
            lambda: timed_cpu(command, environment),
            lambda: timed_cpu([aws, "--version"], environment),
            lambda: timed_cpu(served, {**environment, **keys}),
        )
    yield Result("start-execution, CPU against aws --version", took, "ms", "<= 0.33", version)
    yield Result("start-execution, CPU against aws stepfunctions", took, "ms", "<= 0.25", baseline)
