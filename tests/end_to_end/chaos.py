"""Chaos: a mixed load, while workers, function processes and commands are killed at random moments.

    python -m tests.end_to_end.chaos --seed 7 --executions 500 --kills 1000

The seed decides what is killed and after how long; the operating system decides the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import call_api
from sfn_cli.api.model import load_model
from sfn_cli.app import build_app
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.keys import event_of_key, execution_of_key
from tests.processes import (
    SFN,
    await_end,
    create_function,
    create_machine,
    environment_of,
    sfn,
    stop_workers,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Work"

HANDLER = """
import os, tempfile, time

def handler(event, context):
    if "token" in event:
        descriptor, path = tempfile.mkstemp(dir={tokens!r}, prefix=str(event["n"]) + "-", suffix=".new")
        with open(descriptor, "w") as file:
            file.write(event["token"])
        os.rename(path, path.replace(".new", ".token"))
        return
    time.sleep(event["n"] % 5 / 50)
    if event["retry"] < event["n"] % 3:
        raise ValueError("not yet")
    return {{"n": event["n"] * 2}}
"""

AGAIN = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 999}]
CALL = {
    "Type": "Task",
    "Resource": FUNCTION,
    "Parameters": {"n.$": "$.n", "retry.$": "$$.State.RetryCount"},
    "Retry": AGAIN,
    "End": True,
}
NAP = {"Type": "Wait", "Seconds": 1, "OutputPath": "$.n", "End": True}


def _nested(child: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": MACHINES + child, "Input.$": "$"},
        "OutputPath": "$.Output",
        "End": True,
    }


def _distributed(states: dict[str, Any]) -> dict[str, Any]:
    """A Map over `items`, two child executions at a time."""
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": next(iter(states)), "States": states}
    return {
        "Type": "Map",
        "Label": "Each",
        "ItemsPath": "$.items",
        "MaxConcurrency": 2,
        "ItemProcessor": processor,
        "End": True,
    }


MACHINE_STATES: dict[str, dict[str, Any]] = {
    "Child": {"W": {"Type": "Wait", "Seconds": 1, "Next": "C"}, "C": CALL},
    "Sleep": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}},
    "Waits": {"W": {"Type": "Wait", "SecondsPath": "$.seconds", "OutputPath": "$.n", "End": True}},
    "Calls": {"C": CALL},
    "Maps": {
        "M": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "StartAt": "P",
                "States": {
                    "P": {
                        "Type": "Parallel",
                        "Branches": [
                            {"StartAt": "W", "States": {"W": NAP}},
                            {"StartAt": "C", "States": {"C": CALL}},
                        ],
                        "End": True,
                    }
                },
            },
            "End": True,
        }
    },
    "Tokens": {
        "T": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": FUNCTION, "Payload": {"n.$": "$.n", "token.$": "$$.Task.Token"}},
            "Retry": AGAIN,
            "End": True,
        }
    },
    "Nests": {"N": _nested("Child")},
    "Distributes": {"M": _distributed({"C": CALL})},
    "Stops": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}},
    "NestedStops": {"N": _nested("Sleep")},
    "DistributedStops": {"M": _distributed({"W": {"Type": "Wait", "Seconds": 86400, "End": True}})},
}

MACHINE_STATES["Redrives"] = MACHINE_STATES["Maps"]

STOPPED = ("Stops", "NestedStops", "DistributedStops")
KINDS = ("Waits", "Calls", "Maps", "Tokens", "Nests", "Distributes", *STOPPED, "Redrives")
CHILDREN = {
    "Child": "SUCCEEDED",
    "Sleep": "ABORTED",
    "Distributes/Each": "SUCCEEDED",
    "DistributedStops/Each": "ABORTED",
}
"""The children of other executions, and their expected end."""


def given(n: int) -> dict[str, Any]:
    return {"n": n, "seconds": 1 + n % 3, "items": [{"n": n + i} for i in range(3)]}


def expected(kind: str, n: int) -> tuple[str, Any]:
    """The status and output that an execution must end with."""
    outputs = {
        "Waits": n,
        "Calls": {"n": 2 * n},
        "Maps": [[n + i, {"n": 2 * (n + i)}] for i in range(3)],
        "Redrives": [[n + i, {"n": 2 * (n + i)}] for i in range(3)],
        "Tokens": {"n": n},
        "Nests": {"n": 2 * n},
        "Distributes": [{"n": 2 * (n + i)} for i in range(3)],
    }
    return ("SUCCEEDED", outputs[kind]) if kind in outputs else ("ABORTED", None)


class Result(NamedTuple):
    """The load of a run, and the broken promises found afterwards."""

    kills: Counter[str]
    seconds: float
    wrong: list[str]


class Chaos:
    """One run over a new store in `home`."""

    def __init__(self, home: Path, folder: Path, seed: int, executions: int, kills: int) -> None:
        self.home = home
        self.tokens = folder / "tokens"
        self.tokens.mkdir(parents=True)
        self.code = folder / "code"
        self.code.mkdir()
        self.dice = random.Random(seed)
        self.work = [(KINDS[n % len(KINDS)], n) for n in range(executions)]
        self.wanted_kills = kills
        self.limit_seconds = 120 + executions / 2 + kills  # after which a run counts as stuck
        self.kills: Counter[str] = Counter()
        self.commands: set[int] = set()
        self.done = threading.Event()
        self.errors: list[str] = []

    def run(self) -> Result:
        began = time.monotonic()
        self.define()
        crowd = [
            threading.Thread(target=self.guard, args=(part,))
            for part in (self.start_by_commands, self.start_by_api, self.answer)
        ]
        for thread in crowd:
            thread.start()
        try:
            while not (self.all_ended() and sum(self.kills.values()) >= self.wanted_kills):
                if sum(self.kills.values()) < self.wanted_kills:
                    self.kill_something()
                    time.sleep(self.dice.expovariate(15))  # random moments are the purpose of this test
                else:
                    sfn(self.home, "list-state-machines")  # any command starts a worker
                if self.errors or time.monotonic() - began > self.limit_seconds:
                    break
        finally:
            self.done.set()
            for thread in crowd:
                thread.join()
        wrong = self.errors + list(self.findings())
        if not self.all_ended():
            wrong.append(f"not all have ended within {self.limit_seconds:.0f} s")
        stop_workers(self.home)
        until(lambda: not self.leftover_processes(), "the end of all processes", timeout=10)
        return Result(self.kills, time.monotonic() - began, wrong)

    def guard(self, part: Any) -> None:
        """Reports an exception in a part of the load."""
        try:
            part()
        except Exception as error:
            self.errors.append(f"{part.__name__}: {error!r}")

    def define(self) -> None:
        (self.code / "app.py").write_text(HANDLER.format(tokens=str(self.tokens)))
        create_function(self.home, "Work", self.code)
        for name, states in MACHINE_STATES.items():
            create_machine(self.home, name, {"StartAt": next(iter(states)), "States": states})
        self.database = Database(self.home)

    def start_by_commands(self) -> None:
        """Starts a fifth of the executions by commands that may be killed and are then repeated."""
        for kind, n in self.work[::5]:
            self.insist(
                "start-execution", "--state-machine-arn", MACHINES + kind, "--name", f"e{n}",
                "--input", json.dumps(given(n)), already="ExecutionAlreadyExists",
            )  # fmt: skip
            self.stop_if_so(kind, n)

    def start_by_api(self) -> None:
        """The others, spread over the run."""
        service = build_app(Settings.from_environment({"SFN_HOME": str(self.home)}))
        operation = load_model("stepfunctions", "StartExecution")
        pause = self.wanted_kills / 15 / len(self.work) / 2
        for at, (kind, n) in enumerate(self.work):
            if at % 5:
                call_api(
                    service,
                    operation,
                    {"stateMachineArn": MACHINES + kind, "name": f"e{n}", "input": json.dumps(given(n))},
                )
                self.stop_if_so(kind, n)
                self.done.wait(pause)
        service.close()

    def stop_if_so(self, kind: str, n: int) -> None:
        arn = MACHINES.replace("stateMachine", "execution") + f"{kind}:e{n}"
        if kind in (*STOPPED, "Redrives"):
            self.insist("stop-execution", "--execution-arn", arn)
        if kind == "Redrives":  # unless it had succeeded by then
            self.insist(
                "redrive-execution",
                "--execution-arn",
                arn,
                "--client-token",
                "once",
                already="ExecutionNotRedrivable",
            )

    def answer(self) -> None:
        """Answers every token that a function received, again if the command was killed."""
        while not self.done.is_set():
            for file in sorted(self.tokens.glob("*.token")):
                n = int(file.name.partition("-")[0])
                self.insist(
                    "send-task-success",
                    "--task-token",
                    file.read_text(),
                    "--task-output",
                    json.dumps({"n": n}),
                    already="TaskTimedOut",
                )
                file.unlink()
            self.done.wait(0.05)

    def insist(self, *arguments: str, already: str | None = None) -> None:
        """Repeats a command until it is not killed.

        It must then succeed, or fail because an earlier attempt succeeded (`already`).
        """
        while not self.errors:
            process = subprocess.Popen(
                [SFN, *arguments],
                env=environment_of(self.home),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.commands.add(process.pid)
            _, printed = process.communicate()
            self.commands.discard(process.pid)
            if process.returncode == -signal.SIGKILL:
                continue
            if process.returncode and (already is None or already not in printed):
                self.errors.append(f"{arguments}: {process.returncode} {printed}")
            return

    def kill_something(self) -> None:
        what = self.dice.choices(("worker", "function", "command"), (2, 3, 3))[0]
        find = {
            "worker": self.workers,
            "function": self.functions,
            "command": lambda: sorted(self.commands),
        }
        pids = find[what]()
        if not pids:
            return
        pid = self.dice.choice(pids)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        if what == "worker":
            await_end(pid)
        self.kills[what] += 1

    def workers(self) -> list[int]:
        return sorted(worker_pids(self.home))

    def functions(self) -> list[int]:
        workers = set(self.workers())
        return sorted(pid for pid, parent in _processes() if parent in workers)

    def all_ended(self) -> bool:
        rows = self.database.connection.execute(
            """
            SELECT count(*), sum(status = 'RUNNING' OR status <> 'SUCCEEDED' AND arn LIKE '%:Redrives:%')
            FROM execution WHERE name LIKE 'e%' AND length(name) < 10
            """
        ).fetchone()
        return rows[0] == len(self.work) and not rows[1]

    def findings(self) -> Iterator[str]:
        """Yields the broken promises."""
        rows = self.database.connection.execute("SELECT id, arn, status, output FROM execution").fetchall()
        machines: Counter[str] = Counter()
        for id, arn, status, output in rows:
            kind, name = arn.split(":")[-2:]
            machines[kind] += 1
            if kind in KINDS:
                found = (status, None if output is None else json.loads(output))
                if found != expected(kind, int(name[1:])):
                    yield f"{arn}: {found}"
            elif status != CHILDREN[kind]:
                yield f"{arn}: {status}"
            keys = self.database.connection.execute(
                "SELECT key FROM event WHERE key >> 16 = ? ORDER BY key", (id,)
            ).fetchall()
            if [(execution_of_key(key), event_of_key(key)) for (key,) in keys] != [
                (id, event + 1) for event in range(len(keys))
            ]:
                yield f"{arn}: its history has gaps"
        for parents, child, each in (("Nests", "Child", 1), ("Distributes", "Distributes/Each", 3)):
            wanted = each * sum(kind == parents for kind, _ in self.work)
            if machines[child] != wanted:
                yield f"{machines[child]} executions of {child} instead of {wanted}"
        examined = sfn(self.home, "doctor")
        if examined.returncode:
            yield f"doctor: {examined.stdout}{examined.stderr}"

    def leftover_processes(self) -> list[int]:
        """Processes of this store, and of its functions, that still run."""
        mark = f"SFN_HOME={self.home}".encode()
        return [
            pid
            for pid, _ in _processes()
            if mark in _environment(pid).split(b"\0") or _folder(pid) == str(self.code)
        ]


def _processes() -> Iterator[tuple[int, int]]:
    """(pid, parent's pid) of every process."""
    shown = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    for line in shown.splitlines():
        pid, parent = line.split()
        yield int(pid), int(parent)


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""  # it has ended, or this system does not report it


def _folder(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--executions", type=int, default=500)
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        result = Chaos(
            Path(folder) / "home", Path(folder), options.seed, options.executions, options.kills
        ).run()
    print(f"{dict(result.kills)} in {result.seconds:.0f} s")
    for line in result.wrong:
        print(line)
    sys.exit(bool(result.wrong))


if __name__ == "__main__":
    main()
