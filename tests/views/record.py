"""Records executions for tests of views: `python -m tests.views.record [NAME …]`.

Each runs in a real store, with a real worker, functions and services. What is recorded is what
get-execution-history prints. Times are moved so that the first event is at START; the folders of
this machine are replaced. `recorded.py` reads the files.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.pictures import EXAMPLES
from tests.processes import (
    create_function,
    create_machine,
    ended,
    sfn,
    sfn_json,
    start_execution,
    stop_home,
    until,
)
from tests.stored_views import stored_view
from tests.stories import await_event, running
from tests.views import recorded_machines as machines
from tests.views.recorded import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

START = datetime.fromisoformat("2026-12-01T09:00:00+00:00")

VIRTUAL = {"SFN_CLOCK": "virtual"}


class Recorder:
    """Runs executions in one store, and writes each to a file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.machines: dict[str, str] = {}

    # Preparing

    def prepare(self) -> None:
        for name, source in machines.FUNCTIONS.items():
            folder = self.home.parent / "shop" / name
            folder.mkdir(parents=True)
            (folder / "app.py").write_text(source)
            create_function(self.home, name, folder)
        for name in machines.ACTIVITIES:
            sfn_json(self.home, "create-activity", "--name", name)
        self.create("Callback", machines.CALLBACK)

    def create(self, name: str, definition: Mapping[str, Any]) -> str:
        if name not in self.machines:
            self.machines[name] = create_machine(self.home, name, definition)
        return self.machines[name]

    # Running

    def example(self, file: str, story: str, input: str = "input.json", *options: str) -> None:
        """Records a run of an example to its end."""
        arguments = [str(EXAMPLES / story), "--input", f"file://{EXAMPLES / story / input}"]
        sfn(self.home, "run", *arguments, "--name", file, *options)
        self.write(file, self.execution(story, file), is_virtual="--virtual-time" in options)

    def waiting_example(self, file: str, story: str, input: str, event: str, *options: str) -> None:
        """Records a run of an example while it waits, after `event`."""
        arguments = [str(EXAMPLES / story), "--input", f"file://{EXAMPLES / story / input}"]
        with running(self.home, ["run", *arguments, "--name", file, *options]) as run:
            await_event(run, event)
            execution = self.execution(story, file)
            self.write(file, execution, is_virtual="--virtual-time" in options)
            sfn(self.home, "stop-execution", "--execution-arn", execution)

    def execution(self, machine: str, name: str) -> str:
        return f"arn:aws:states:us-east-1:123456789012:execution:{machine}:{name}"

    def start(self, file: str, machine: str, definition: Any, input: Any, *, is_virtual: bool = True) -> str:
        return start_execution(
            self.home, self.create(machine, definition), "--name", file, "--input", json.dumps(input),
            environment=VIRTUAL if is_virtual else {},
        )  # fmt: skip

    def run(self, file: str, machine: str, definition: Any, input: Any, *, most: int | None = None) -> None:
        """Records an execution to its end, or its first `most` events."""
        execution = self.start(file, machine, definition, input)
        ended(self.home, execution)
        self.write(file, execution, is_virtual=True, most=most)

    def await_types(self, execution: str, **counts: int) -> None:
        """Waits until the history has this many events of each type."""

        def has_all() -> bool:
            events = sfn_json(self.home, "get-execution-history", "--execution-arn", execution)["events"]
            types = [event["type"] for event in events]
            return all(types.count(type) >= count for type, count in counts.items())

        until(has_all, f"{counts} in {execution}")

    # Writing

    def write(self, file: str, execution: str, *, is_virtual: bool, most: int | None = None) -> None:
        events = sfn_json(self.home, "get-execution-history", "--execution-arn", execution)["events"]
        described = sfn_json(self.home, "describe-state-machine-for-execution", "--execution-arn", execution)
        machine = described["stateMachineArn"]
        text = json.dumps(
            {
                "name": f"{machine.rpartition(':')[2]}/{execution.rpartition(':')[2]}",
                "arn": execution,
                "stateMachineArn": machine,
                "isVirtual": is_virtual,
                "jumps": self.jumps(execution, events[0]),
                "mapRuns": self.map_runs(execution),
                "definition": json.loads(described["definition"]),
                "events": _moved(events[:most]),
            },
            ensure_ascii=False,
        )
        for folder, shown in self.shown_folders().items():
            text = text.replace(folder, shown)
        (FOLDER / f"{file}.json").write_text(_laid_out(json.loads(text)), "utf-8")
        print(file, len(events[:most]), "events")

    def shown_folders(self) -> dict[str, str]:
        return {
            str(self.home): "/home/ada/.sfn",
            str(self.home.parent): "/home/ada",
            str(EXAMPLES.parent): "/home/ada/sfn",
            sys.base_prefix: "/usr",
        }

    def jumps(self, execution: str, first: Mapping[str, Any]) -> list[tuple[int, int]]:
        """Returns the periods that the virtual clock skipped, as (start, end) in milliseconds since START."""
        started = round(datetime.fromisoformat(first["timestamp"]).timestamp() * 1000)
        view = stored_view(self.home, execution)
        return [(jump.start - started, jump.end - started) for jump in view.source.jumps]

    def map_runs(self, execution: str) -> dict[str, Any]:
        found = {}
        for run in sfn_json(self.home, "list-map-runs", "--execution-arn", execution)["mapRuns"]:
            described = sfn_json(self.home, "describe-map-run", "--map-run-arn", run["mapRunArn"])
            counts = described["itemCounts"]
            found[run["mapRunArn"]] = {
                "status": described["status"],
                "total": counts["total"],
                "succeeded": counts["succeeded"],
                "running": counts["running"],
                "failed": counts["failed"],
                "pending": counts["pending"],
                "aborted": counts["aborted"],
                "timed_out": counts["timedOut"],
            }
        return found


def _moved(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the events, moved so that the first one is at START."""
    first = datetime.fromisoformat(events[0]["timestamp"])
    for event in events:
        moved = START + (datetime.fromisoformat(event["timestamp"]) - first)
        whole = moved + timedelta(microseconds=500)  # which are truncated
        event["timestamp"] = whole.isoformat(timespec="milliseconds")
    return events


def _laid_out(execution: dict[str, Any]) -> str:
    """Returns the file's text, with one event per line."""
    events = ",\n".join("  " + json.dumps(event, ensure_ascii=False) for event in execution.pop("events"))
    members = [
        f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in execution.items()
    ]
    return "{\n" + ",\n".join(members) + f',\n "events": [\n{events}\n ]\n}}\n'


# Executions that need an answer, a stop or a cut while they run


def record_callback(recorder: Recorder, file: str) -> None:
    execution = recorder.start(
        file, "Callback", machines.CALLBACK, {"question": "Shall we?"}, is_virtual=False
    )
    recorder.await_types(execution, TaskSubmitted=1)
    recorder.write(file, execution, is_virtual=False)


def record_waiting(recorder: Recorder, file: str) -> None:
    execution = recorder.start(
        file, "Waiting", machines.WAITING, {"article": "caviar", "count": 1}, is_virtual=False
    )
    recorder.await_types(execution, TaskSubmitted=2, ActivityScheduled=1, WaitStateEntered=1, TaskFailed=1)
    recorder.write(file, execution, is_virtual=False)


def record_redriven(recorder: Recorder, file: str) -> None:
    execution = recorder.start(file, "Journey", machines.REDRIVEN, {}, is_virtual=True)
    recorder.await_types(execution, ActivityScheduled=1, WaitStateEntered=1)
    sfn_json(recorder.home, "tasks", "reject", f"{file}/Hotel", "--error", "NoRoom", "--cause", "Full.")
    ended(recorder.home, execution)
    sfn_json(recorder.home, "redrive-execution", "--execution-arn", execution)
    recorder.await_types(execution, ActivityScheduled=2)
    sfn_json(recorder.home, "tasks", "approve", f"{file}/Hotel", "--result", '{"room": 12}')
    ended(recorder.home, execution)
    recorder.write(file, execution, is_virtual=True)


def record_aborted(recorder: Recorder, file: str) -> None:
    execution = recorder.start(file, "Aborted", machines.ABORTED, {}, is_virtual=False)
    recorder.await_types(execution, ActivityScheduled=1, WaitStateEntered=1)
    sfn_json(
        recorder.home, "stop-execution", "--execution-arn", execution,
        "--error", "Cancelled", "--cause", "The customer changed her mind.",
    )  # fmt: skip
    recorder.write(file, execution, is_virtual=False)


RECORDINGS: Mapping[str, Callable[[Recorder, str], None]] = {
    "hello-world": lambda recorder, file: recorder.example(file, "hello-world"),
    "lambda": lambda recorder, file: recorder.example(file, "lambda"),
    "parallel": lambda recorder, file: recorder.example(file, "parallel"),
    "signup": lambda recorder, file: recorder.example(file, "signup"),
    "video": lambda recorder, file: recorder.example(file, "video"),
    "migration": lambda recorder, file: recorder.example(file, "migration"),
    "migration-failed": lambda recorder, file: recorder.example(
        file, "migration", "inputs/too-many-bad-rows.json"
    ),
    "order": lambda recorder, file: recorder.example(file, "order", "input.json", "--virtual-time"),
    "order-declined": lambda recorder, file: recorder.example(
        file, "order", "inputs/card-declined.json", "--virtual-time"
    ),
    "payment": lambda recorder, file: recorder.example(file, "payment", "input.json", "--virtual-time"),
    "payment-undone": lambda recorder, file: recorder.example(
        file, "payment", "inputs/out-of-stock.json", "--virtual-time"
    ),
    "payment-waiting": lambda recorder, file: recorder.waiting_example(
        file, "payment", "inputs/approval.json", "TaskSubmitted Approve"
    ),
    "nested-map": lambda recorder, file: recorder.run(
        file, "Prices", machines.NESTED_MAP, machines.NESTED_MAP_INPUT
    ),
    "map-running": lambda recorder, file: recorder.run(
        file, "Pages", machines.MAP_RUNNING, list(range(1, 301)), most=1000
    ),
    "callback": record_callback,
    "waiting": record_waiting,
    "redriven": record_redriven,
    "aborted": record_aborted,
    "timed-out": lambda recorder, file: recorder.run(file, "TimedOut", machines.TIMED_OUT, {}),
    "evaluation-failed": lambda recorder, file: recorder.run(
        file, "Average", machines.EVALUATION_FAILED, {"amounts": [1, 2, 3], "number": "three"}
    ),
    "parallel-retried": lambda recorder, file: recorder.run(file, "Retried", machines.PARALLEL_RETRIED, {}),
    "distributed": lambda recorder, file: recorder.run(
        file, "Distributed", machines.DISTRIBUTED, {"pages": list(range(20, 30))}
    ),
    "catch-in-branch": lambda recorder, file: recorder.run(
        file, "Caught", machines.CATCH_IN_BRANCH, {"article": "caviar", "count": 1, "items": [2, 4, 3]}
    ),
    "virtual-days": lambda recorder, file: recorder.run(
        file, "Patience", machines.VIRTUAL_DAYS, {"article": "caviar", "count": 1}
    ),
    "variables": lambda recorder, file: recorder.run(file, "Rounds", machines.VARIABLES, {"rounds": 3}),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        recorder = Recorder(home)
        try:
            recorder.prepare()
            for name in sys.argv[1:] or RECORDINGS:
                RECORDINGS[name](recorder, name)
        finally:
            stop_home(home)


if __name__ == "__main__":
    main()
