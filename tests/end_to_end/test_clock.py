"""A wall clock that is set while executions run: only stored times are compared with it."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import clock_ahead_by
from tests.processes import sfn_json, until, worker_pids

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # real time passes while the clock is set

HOUR = 3600
ROLE = "arn:aws:iam::123456789012:role/any"
ACCOUNT = "arn:aws:states:us-east-1:123456789012"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Gate"


class Clocked:
    """A store whose commands and workers have a clock that can be set."""

    def __init__(self, home: Path, folder: Path, **environment: str) -> None:
        self.home = home
        self.folder = folder
        self._offset = folder / "offset"
        self.environment = {**clock_ahead_by(self._offset), **environment}

    def set_ahead(self, seconds: int) -> None:
        """Sets the clock of every process, at once; a negative number sets it back."""
        written = self._offset.with_suffix(".new")
        written.write_text(str(seconds))
        written.replace(self._offset)

    def sfn(self, *arguments: str) -> Any:
        return sfn_json(self.home, *arguments, environment=self.environment)

    def start(self, name: str, **state: Any) -> str:
        """Starts an execution of one state. Returns its ARN."""
        definition = json.dumps({"StartAt": "S", "States": {"S": {**state, "End": True}}})
        self.sfn("create-state-machine", "--name", name, "--role-arn", ROLE, "--definition", definition)
        started = self.sfn(
            "start-execution", "--state-machine-arn", f"{ACCOUNT}:stateMachine:{name}", "--name", "e"
        )
        arn: str = started["executionArn"]
        return arn

    def await_event(self, execution: str, type: str) -> None:
        until(lambda: type in [event["type"] for event in self.history(execution)], type)

    def await_call(self, execution: str) -> None:
        """Waits until Gate is called, and the history says so."""
        until((self.folder / "called").exists, "the call")
        self.await_event(execution, "LambdaFunctionStarted")

    def history(self, execution: str) -> list[dict[str, Any]]:
        """The events, whose times never run backwards."""
        answer = self.sfn("get-execution-history", "--execution-arn", execution)
        events: list[dict[str, Any]] = answer["events"]
        times = [event["timestamp"] for event in events]
        assert times == sorted(times)
        return events

    def status(self, execution: str) -> str:
        found: str = self.sfn("describe-execution", "--execution-arn", execution)["status"]
        return found

    def await_end(self, execution: str) -> str:
        until(lambda: self.status(execution) != "RUNNING", f"the end of {execution}")
        return self.status(execution)

    def gate(self, timeout_seconds: int) -> None:
        """Creates the function Gate, which answers when the file "open" exists."""
        code = self.folder / "code"
        code.mkdir()
        (code / "app.py").write_text(
            "import os, time\n"
            "def handler(event, context):\n"
            f"    open({str(self.folder / 'called')!r}, 'w').close()\n"
            f"    while not os.path.exists({str(self.folder / 'open')!r}): time.sleep(0.01)\n"
            "    return 'open'\n"
        )
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.sfn(
            "lambda", "create-function", "--function-name", "Gate", "--runtime", runtime,
            "--timeout", str(timeout_seconds), "--handler", "app.handler", "--role", ROLE,
            "--code-dir", str(code),
        )  # fmt: skip


@pytest.fixture
def clocked(home: Path, tmp_path: Path) -> Clocked:
    return Clocked(home, tmp_path)


def test_set_forward_in_a_wait(clocked: Clocked) -> None:
    """A Wait of an hour ends when the clock is set to its end.

    No command calls the worker.
    """
    waits = clocked.start("W", Type="Wait", Seconds=HOUR)
    clocked.await_event(waits, "WaitStateEntered")
    (pid,) = worker_pids(clocked.home)
    clocked.set_ahead(HOUR)
    assert clocked.await_end(waits) == "SUCCEEDED"
    assert worker_pids(clocked.home) == [pid]


def test_set_back_in_a_wait(clocked: Clocked) -> None:
    """A Wait of a second ends at the stored time, not a second after the clock was set.

    It ends when the clock is right again.
    """
    waits = clocked.start("W", Type="Wait", Seconds=1)
    clocked.await_event(waits, "WaitStateEntered")
    clocked.set_ahead(-HOUR)
    # Another, which begins by the clock that was set back, lasts until the first one's second is long over.
    later = clocked.start("Later", Type="Wait", Seconds=2)
    assert clocked.await_end(later) == "SUCCEEDED"
    assert [event["type"] for event in clocked.history(waits)] == ["ExecutionStarted", "WaitStateEntered"]
    clocked.set_ahead(0)
    assert clocked.await_end(waits) == "SUCCEEDED"


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_set_while_a_task_is_in_flight(clocked: Clocked, seconds: int) -> None:
    """A function's timeout ignores changes of the clock; later events never have earlier times."""
    clocked.gate(timeout_seconds=60)
    calls = clocked.start("T", Type="Task", Resource=FUNCTION)
    clocked.await_call(calls)
    clocked.set_ahead(seconds)
    # Once this one has ended, the worker has met the new time.
    assert clocked.await_end(clocked.start("P", Type="Pass")) == "SUCCEEDED"
    assert clocked.status(calls) == "RUNNING"
    (clocked.folder / "open").touch()
    assert clocked.await_end(calls) == "SUCCEEDED"
    assert len(clocked.history(calls)) == 7


def test_set_back_while_a_function_hangs(clocked: Clocked) -> None:
    """The timeout still ends the function, without waiting for the clock to catch up."""
    clocked.gate(timeout_seconds=2)
    hangs = clocked.start("T", Type="Task", Resource=FUNCTION)
    clocked.await_call(hangs)
    clocked.set_ahead(-HOUR)
    assert clocked.await_end(hangs) == "FAILED"
    assert "timed out" in clocked.sfn("describe-execution", "--execution-arn", hangs)["cause"]


def test_set_forward_past_the_timeout_of_a_task(clocked: Clocked) -> None:
    """A task's TimeoutSeconds counts from the stored time of its event, as a Wait does."""
    clocked.gate(timeout_seconds=60)
    calls = clocked.start("T", Type="Task", Resource=FUNCTION, TimeoutSeconds=HOUR)
    clocked.await_call(calls)
    clocked.set_ahead(HOUR)
    assert clocked.await_end(calls) == "FAILED"
    assert clocked.sfn("describe-execution", "--execution-arn", calls)["error"] == "States.Timeout"


def test_idle_workers(home: Path, tmp_path: Path) -> None:
    """A worker's idle time does not depend on the clock.

    If the clock is set forward, the worker stays; if set back, it exits in time.
    """
    stays = Clocked(home, tmp_path, SFN_WORKER_IDLE_SECONDS="600")
    stays.await_end(stays.start("P", Type="Pass"))
    (pid,) = worker_pids(home)
    stays.set_ahead(HOUR)
    signature = (home / "worker-0.lock").read_bytes
    for _ in range(2):  # it signs with every look
        signed = signature()
        until(lambda signed=signed: signature() != signed, "the worker's next look")
    assert worker_pids(home) == [pid]

    sfn_json(home, "worker", "stop")
    until(lambda: worker_pids(home) == [], "its end")
    leaves = Clocked(home, tmp_path, SFN_WORKER_IDLE_SECONDS="1")
    leaves.await_end(leaves.start("Q", Type="Pass"))
    leaves.set_ahead(-HOUR)
    until(lambda: worker_pids(home) == [], "the worker to leave")


def test_leases(clocked: Clocked) -> None:
    """A command with a different clock does not treat a live worker as dead."""
    waits = clocked.start("W", Type="Wait", Seconds=10 * HOUR)
    clocked.await_event(waits, "WaitStateEntered")
    (pid,) = worker_pids(clocked.home)
    for seconds in (HOUR, -HOUR, 0):
        clocked.set_ahead(seconds)
        assert clocked.await_end(clocked.start(f"P{seconds}", Type="Pass")) == "SUCCEEDED"
        assert worker_pids(clocked.home) == [pid]
    assert os.listdir(clocked.home).count("worker-1.lock") == 0
