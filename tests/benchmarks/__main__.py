"""Speed and size, measured side by side in one run: `python -m tests.benchmarks [--runs N]`.

Machines are shared and noisy: what counts is the ratio of medians taken in turn, not a time.

    start, live worker    `sfn start-execution`                / `python -c 'import click, json, sqlite3'`
    start, no worker      the same, and it starts a worker     / the same
    chain                 events per second of 1,000 Pass states, durable, from start to terminal event
    waiting               memory of a worker that holds 10,000 executions in a Wait
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.interpreter.events import execution_started
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.executions import Executions, NewExecution
from tests.processes import SFN, await_end, environment_of, sfn_json, stop_workers, until, worker_pids

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = "arn:aws:iam::123456789012:role/any"
BASELINE = [sys.executable, "-c", "import click, json, sqlite3"]


def main() -> None:
    """Runs all, and prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="how many times each command is timed")
    runs = parser.parse_args().runs
    print(f"{'measure':28} {'median':>14} {'baseline':>12} {'ratio':>7} {'wanted':>10}")
    with tempfile.TemporaryDirectory() as folder:
        start_commands(Path(folder) / "start", runs)
        chain(Path(folder) / "chain", max(3, runs // 3))
        waiting(Path(folder) / "waiting", 10_000)


def start_commands(home: Path, runs: int) -> None:
    machine = create(home, "Hello", {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    command = [SFN, "start-execution", "--state-machine-arn", machine]
    environment = environment_of(home, {"SFN_WORKER_IDLE_SECONDS": "600"})

    def start() -> float:
        return timed(command, environment)

    start()
    until(lambda: worker_pids(home), "a worker")
    live, base_live = in_turn(runs, start, lambda: timed(BASELINE, environment))
    show("start-execution, live worker", live, base_live, "<= 1.6")

    def start_without_worker() -> float:
        for pid in worker_pids(home):
            os.kill(pid, signal.SIGKILL)
            await_end(pid)
        took = start()
        until(lambda: worker_pids(home), "a worker")
        return took

    alone, base_alone = in_turn(runs, start_without_worker, lambda: timed(BASELINE, environment))
    show("start-execution, no worker", alone, base_alone, "<= 2.0")
    stop_workers(home)


def chain(home: Path, runs: int, length: int = 1000) -> None:
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(length - 1)}
    machine = create(home, "Chain", {"StartAt": "S0", "States": {**states, f"S{length - 1}": {"Type": "Pass", "End": True}}})
    rates = []
    for _ in range(runs):
        arn = sfn_json(home, "start-execution", "--state-machine-arn", machine, "--input", '{"hello": "world"}')["executionArn"]
        described = until(lambda arn=arn: ended(home, arn), "the chain's end")
        database = Database(home)
        first, last, events = database.connection.execute(
            "SELECT min(at), max(at), count(*) FROM event WHERE key BETWEEN ? AND ?", (described * 65536, (described + 1) * 65536)
        ).fetchone()
        database.close()
        rates.append(events / max(1, last - first) * 1000)
    print(f"{'chain of 1,000 Pass':28} {statistics.median(rates):10.0f} e/s {'':12} {'':7} {'>= 20000':>10}")
    stop_workers(home)


def ended(home: Path, arn: str) -> int | None:
    database = Database(home)
    try:
        row = database.connection.execute("SELECT id FROM execution WHERE arn = ? AND status = 'SUCCEEDED'", (arn,)).fetchone()
        return row[0] if row else None
    finally:
        database.close()


def waiting(home: Path, count: int) -> None:
    machine = create(home, "Wait", {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}}})
    database = Database(home)
    executions = Executions(database)
    database.connection.execute("PRAGMA synchronous = OFF")
    machine_id, revision = database.connection.execute("SELECT id, revision FROM state_machine").fetchone()
    for n in range(count):
        arn = machine.replace(":stateMachine:", ":execution:") + f":e{n}"
        new = NewExecution(arn, machine_id, machine, revision, f"e{n}", None, f"seed{n}")
        executions.start(new, execution_started(Payload({"n": n, "text": "x" * 100}), ROLE, time.time_ns() // 1_000_000))
    subprocess.run(
        [SFN, "start-execution", "--state-machine-arn", machine],
        env=environment_of(home, {"SFN_WORKERS": "1"}),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    entered = "SELECT count(*) FROM event WHERE type = 'WaitStateEntered'"
    until(lambda: database.connection.execute(entered).fetchone()[0] == count + 1, "all to wait")
    (pid,) = worker_pids(home)
    print(f"{f'worker with {count:,} waiting':28} {resident_mb(pid):11.0f} MB {'':12} {'':7} {'< 200':>10}")
    before = cpu_seconds(pid)
    time.sleep(3)
    print(f"{'its CPU while it waits':28} {(cpu_seconds(pid) - before) / 3 * 100:12.2f} % {'':12} {'':7} {'< 1':>10}")
    database.close()
    stop_workers(home)


def create(home: Path, name: str, definition: object) -> str:
    file = home.with_suffix(".json")
    file.write_text(json.dumps(definition))
    created = sfn_json(home, "create-state-machine", "--name", name, "--role-arn", ROLE, "--definition", f"file://{file}")
    arn: str = created["stateMachineArn"]
    return arn


def timed(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def in_turn(runs: int, one: Callable[[], float], other: Callable[[], float]) -> tuple[list[float], list[float]]:
    pairs = [(one(), other()) for _ in range(runs)]
    return [first for first, _ in pairs], [second for _, second in pairs]


def show(name: str, times: list[float], baseline: list[float], wanted: str) -> None:
    median, base = statistics.median(times), statistics.median(baseline)
    print(f"{name:28} {median * 1000:11.1f} ms {base * 1000:9.1f} ms {median / base:7.2f} {wanted:>10}")


def resident_mb(pid: int) -> float:
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) / 1024


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
