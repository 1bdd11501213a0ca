"""Workers are detached, their death is detected, and they exit when nothing is pending."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from sfn_cli.api import call_api
from sfn_cli.api.model import load_model
from sfn_cli.app import build_app
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.keys import EVENTS_PER_EXECUTION
from tests.processes import await_end, create_function, sfn, sfn_json, stop_workers, until, worker_pids

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/any"
ACCOUNT = "arn:aws:states:us-east-1:123456789012"
DOUBLE = "arn:aws:lambda:us-east-1:123456789012:function:Double"

HANDLER = """
import time

def handler(event, context):
    time.sleep(0.3)
    return {"n": event["n"] * 2}
"""

# Every execution waits at the gate, so that all are in the middle of their work at one time.
GATE = {"Type": "Wait", "TimestampPath": "$.at", "Next": "Work"}

KINDS = {
    "Waits": {
        "Work": {"Type": "Wait", "Seconds": 1, "Next": "P"},
        "P": {"Type": "Pass", "OutputPath": "$.n", "End": True},
    },
    "Calls": {
        "Work": {"Type": "Task", "Resource": DOUBLE, "Next": "Again"},
        "Again": {"Type": "Task", "Resource": DOUBLE, "End": True},
    },
    "Maps": {
        "Work": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 3,
            "ItemProcessor": {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}},
            "End": True,
        }
    },
    "Branches": {
        "Work": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "A",
                    "States": {"A": {"Type": "Wait", "Seconds": 1, "OutputPath": "$.n", "End": True}},
                },
                {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": DOUBLE, "End": True}}},
            ],
            "End": True,
        }
    },
}


def given(n: int, at: float) -> str:
    opens = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"n": n, "items": [n, n + 1, n + 2, n + 3], "at": opens})


def expected(kind: str, n: int) -> object:
    return {
        "Waits": n,
        "Calls": {"n": 4 * n},
        "Maps": [n, n + 1, n + 2, n + 3],
        "Branches": [n, {"n": 2 * n}],
    }[kind]


def define(home: Path, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(HANDLER)
    create_function(home, "Double", code)
    for name, states in KINDS.items():
        definition = json.dumps({"StartAt": "Gate", "States": {"Gate": GATE, **states}})
        sfn_json(home, "create-state-machine", "--name", name, "--role-arn", ROLE, "--definition", definition)


def start_many(home: Path, count: int, at: float) -> None:
    service = build_app(Settings.from_environment({"SFN_HOME": str(home)}))
    operation = load_model("stepfunctions", "StartExecution")
    for n in range(count // len(KINDS)):
        for kind in KINDS:
            request = {
                "stateMachineArn": f"{ACCOUNT}:stateMachine:{kind}",
                "name": f"e{n}",
                "input": given(n, at),
            }
            call_api(service, operation, request)
    service.close()


@pytest.mark.slow
def test_two_hundred_executions_survive_the_kill_of_every_worker(home: Path, tmp_path: Path) -> None:
    """After kill -9 of all workers the next command starts one, and all 200 end.

    No event is lost or duplicated.
    """
    define(home, tmp_path)
    at = time.time() + 3
    start_many(home, 200, at)
    database = Database(home)
    started = "SELECT count(*) FROM event WHERE type = 'LambdaFunctionStarted'"
    until(lambda: database.connection.execute(started).fetchone()[0] > 4, "functions that run")
    assert worker_pids(home)
    stop_workers(home)  # by SIGKILL, those on their way too
    before = histories(database)
    assert count(database, "RUNNING") > 150
    # A child that was just being started may hold the slot's lock for a moment longer than its worker.
    until(lambda: worker_pids(home) == [], "free slots")

    listed = sfn_json(
        home,
        "list-executions",
        "--state-machine-arn",
        f"{ACCOUNT}:stateMachine:Waits",
        "--status-filter",
        "RUNNING",
    )
    assert listed["executions"]
    until(lambda: count(database, "RUNNING") == 0, "the end of all executions")

    after = histories(database)
    for execution, events in before.items():
        assert after[execution][: len(events)] == events, "what was written stays as it was"
    rows = database.connection.execute("SELECT id, arn, status, output FROM execution").fetchall()
    assert len(rows) == 200
    for id, arn, status, output in rows:
        kind, name = arn.split(":")[-2:]
        n = int(name.removeprefix("e"))
        assert (status, json.loads(output)) == ("SUCCEEDED", expected(kind, n)), arn
        ids = [event[0] % EVENTS_PER_EXECUTION for event in after[id]]
        assert ids == list(range(1, len(ids) + 1))
        assert [event[1] for event in after[id] if event[1] in TERMINAL] == ["ExecutionSucceeded"]
    database.close()
    assert sfn(home, "doctor").stdout.endswith(": no problems found\n")


def histories(database: Database) -> dict[int, list[tuple[int, str, str | None]]]:
    found: dict[int, list[tuple[int, str, str | None]]] = {}
    for key, type, payload in database.connection.execute(
        "SELECT key, type, payload FROM event ORDER BY key"
    ):
        found.setdefault(key // EVENTS_PER_EXECUTION, []).append((key, type, payload))
    return found


def count(database: Database, status: str) -> int:
    number: int = database.connection.execute(
        "SELECT count(*) FROM execution WHERE status = ?", (status,)
    ).fetchone()[0]
    return number


def start_wait(home: Path, seconds: int) -> str:
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": True}}}
    machine = sfn_json(
        home,
        "create-state-machine",
        "--name",
        "Wait",
        "--role-arn",
        ROLE,
        "--definition",
        json.dumps(definition),
    )
    answer = sfn_json(home, "start-execution", "--state-machine-arn", machine["stateMachineArn"])
    arn: str = answer["executionArn"]
    return arn


def test_a_worker_outlives_the_shell_that_started_it(home: Path) -> None:
    """A worker is the leader of its own session, without a terminal.

    A hangup of the starter's group does not reach it.
    """
    start_wait(home, 3600)
    (pid,) = until(lambda: worker_pids(home), "a worker")
    assert os.getsid(pid) == pid
    assert os.getpgid(pid) != os.getpgid(0)


@pytest.mark.slow
def test_an_idle_worker_exits(home: Path) -> None:
    """An idle worker exits after its idle time, and the next command starts another."""
    environment = {"SFN_WORKER_IDLE_SECONDS": "0.2"}
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    sfn_json(home, "create-state-machine", "--name", "A", "--role-arn", ROLE, "--definition", definition)
    for name in ("first", "second"):
        started = ("start-execution", "--state-machine-arn", f"{ACCOUNT}:stateMachine:A", "--name", name)
        arn = sfn_json(home, *started, environment=environment)["executionArn"]
        until(
            lambda arn=arn: (
                sfn_json(home, "describe-execution", "--execution-arn", arn)["status"] == "SUCCEEDED"
            ),
            "its end",
        )
        until(lambda: worker_pids(home) == [], "the worker to leave")


def test_status_log_and_stop(home: Path) -> None:
    """`sfn worker` shows the workers and their logs, and stops them; executions remain."""
    arn = start_wait(home, 3600)
    (pid,) = until(lambda: worker_pids(home), "a worker")
    assert str(pid) in sfn(home, "worker", "status").stdout
    assert "started (slot 0)" in sfn(home, "worker", "log").stdout
    assert sfn(home, "worker", "stop").returncode == 0
    await_end(pid)
    assert sfn_json(home, "describe-execution", "--execution-arn", arn)["status"] == "RUNNING"


@pytest.mark.parametrize("command", ["status", "stop", "log"])
def test_workers_are_of_this_machine(home: Path, command: str) -> None:
    """--endpoint-url is refused; an endpoint of AWS's services in the environment is none of the store."""
    url = "http://127.0.0.1:9"
    refused = sfn(home, "worker", command, "--endpoint-url", url)
    assert (refused.returncode, refused.stdout) == (252, "")
    assert "works only on the local store. Omit --endpoint-url." in refused.stderr
    assert sfn(home, "worker", command, environment={"AWS_ENDPOINT_URL": url}).returncode == 0


@pytest.mark.slow
def test_a_broken_history_affects_no_other_execution(home: Path) -> None:
    """An execution whose history cannot be replayed is suspended, with its traceback in the log.

    Others continue.
    """
    broken = start_wait(home, 3600)
    (pid,) = until(lambda: worker_pids(home), "a worker")
    until(
        lambda: len(sfn_json(home, "get-execution-history", "--execution-arn", broken)["events"]) == 2,
        "the wait",
    )
    os.kill(pid, signal.SIGKILL)
    await_end(pid)
    database = Database(home)
    database.connection.execute("UPDATE event SET key = key + 5 WHERE type = 'WaitStateEntered'")

    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    sfn_json(home, "create-state-machine", "--name", "A", "--role-arn", ROLE, "--definition", definition)
    answer = sfn_json(home, "start-execution", "--state-machine-arn", f"{ACCOUNT}:stateMachine:A")
    sound = answer["executionArn"]
    until(
        lambda: sfn_json(home, "describe-execution", "--execution-arn", sound)["status"] == "SUCCEEDED",
        "the sound one's end",
    )
    until(lambda: "execution 1 suspended" in sfn(home, "worker", "log").stdout, "its suspension")
    assert "AssertionError: event 7 after 1" in sfn(home, "worker", "log").stdout
    assert sfn_json(home, "describe-execution", "--execution-arn", broken)["status"] == "RUNNING"
    database.close()
    examined = sfn(home, "doctor")
    assert (examined.returncode, examined.stdout) == (255, "2 executions, 6 events: 2 problems found\n")
    assert f"{broken}: replaying the history failed" in examined.stderr
    assert f"{broken} is suspended" in examined.stderr


@pytest.mark.slow
def test_a_paused_worker_writes_nothing_after_its_lease(home: Path) -> None:
    """When a paused worker's lease has expired, another one takes over; the first writes nothing more."""
    environment = {"SFN_LEASE_SECONDS": "2"}
    definition = {
        "StartAt": "W",
        "States": {"W": {"Type": "Wait", "Seconds": 3, "Next": "P"}, "P": {"Type": "Pass", "End": True}},
    }
    machine = sfn_json(
        home,
        "create-state-machine",
        "--name",
        "W",
        "--role-arn",
        ROLE,
        "--definition",
        json.dumps(definition),
    )
    started = ("start-execution", "--state-machine-arn", machine["stateMachineArn"])
    arn = sfn_json(home, *started, environment=environment)["executionArn"]
    (first,) = until(lambda: worker_pids(home), "a worker")
    database = Database(home)
    waits = "SELECT count(*) FROM event WHERE type = 'WaitStateEntered'"
    until(lambda: database.connection.execute(waits).fetchone()[0] == 1, "the wait")
    os.kill(first, signal.SIGSTOP)
    try:

        def succeeded() -> bool:
            described = sfn_json(home, "describe-execution", "--execution-arn", arn, environment=environment)
            return bool(described["status"] == "SUCCEEDED")

        until(succeeded, "another worker to end it")
        history = histories(database)
    finally:
        os.kill(first, signal.SIGCONT)
    # The first is awake when it has driven something new, or has seen that it is not needed.
    arns = [sfn_json(home, *started, environment=environment)["executionArn"] for _ in range(3)]
    until(lambda: count(database, "RUNNING") == 0, "what was started since")
    assert {id: events for id, events in histories(database).items() if id in history} == history
    assert len(arns) == 3
    database.close()
    assert sfn(home, "doctor").returncode == 0


@pytest.mark.parametrize(
    "on_crash, status, error",
    [("retry", "SUCCEEDED", None), ("fail", "FAILED", "States.TaskFailed")],
)
def test_a_task_in_flight_at_a_crash(
    home: Path, tmp_path: Path, on_crash: str, status: str, error: str | None
) -> None:
    """The task is called again (at least once), or fails its state, as SFN_ON_CRASH says."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(
        "import os, time\n"
        "def handler(event, context):\n"
        f"    calls = os.open({str(tmp_path / 'calls')!r}, os.O_CREAT | os.O_APPEND | os.O_RDWR)\n"
        "    os.write(calls, b'called ')\n"
        "    if os.fstat(calls).st_size == len('called '): time.sleep(60)\n"
        "    return 'done'\n"
    )
    create_function(home, "Double", code, "--timeout", "90")
    definition = json.dumps(
        {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": DOUBLE, "End": True}}}
    )
    machine = sfn_json(
        home, "create-state-machine", "--name", "T", "--role-arn", ROLE, "--definition", definition
    )
    arn = sfn_json(home, "start-execution", "--state-machine-arn", machine["stateMachineArn"])["executionArn"]
    until((tmp_path / "calls").exists, "the call")
    database = Database(home)
    started = "SELECT count(*) FROM event WHERE type = 'LambdaFunctionStarted'"
    until(lambda: database.connection.execute(started).fetchone()[0] == 1, "its start to be recorded")
    database.close()
    (pid,) = worker_pids(home)
    os.kill(pid, signal.SIGKILL)
    await_end(pid)

    def described() -> dict[str, str] | None:
        found: dict[str, str] = sfn_json(
            home, "describe-execution", "--execution-arn", arn, environment={"SFN_ON_CRASH": on_crash}
        )
        return found if found["status"] != "RUNNING" else None

    ended = until(described, "its end")
    assert (ended["status"], ended.get("error")) == (status, error)


def test_a_worker_exits_when_its_store_is_deleted(home: Path) -> None:
    """When the home is deleted, every process of its store exits."""
    start_wait(home, 3600)
    (pid,) = until(lambda: worker_pids(home), "a worker")
    shutil.rmtree(home)
    await_end(pid)
