"""Commands whose worker is killed while they wait: each starts another, and ends normally."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.processes import (
    ROLE,
    SFN,
    TIMEOUT_SECONDS,
    create_function,
    create_machine,
    environment_of,
    kill_workers,
    serving,
    sfn_json,
    start_execution,
    until,
    worker_pids,
)
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # workers are killed again and again

ACCOUNT = "us-east-1:123456789012"
GATE = f"arn:aws:lambda:{ACCOUNT}:function:Gate"
ACTIVITY = f"arn:aws:states:{ACCOUNT}:activity:Ask"
MACHINE = f"arn:aws:states:{ACCOUNT}:stateMachine:"
KILLS = 3 if THOROUGH else 1
AFTER_A_KILL_SECONDS = 30.0
"""The time that a test waits for a worker, which starts within seconds, or later under load."""

HANDLER = """
import os, time

def handler(event, context):
    with open({calls!r}, "a") as calls:
        calls.write(".")
    while not os.path.exists({gate!r}):
        time.sleep(0.01)
    print("the gate is open")
    return "through"

lambda_handler = handler  # its name in the functions of a folder
"""

BEHIND_THE_GATE = {"StartAt": "Gate", "States": {"Gate": {"Type": "Task", "Resource": GATE, "End": True}}}
ASKS_BEHIND_THE_GATE = {
    "StartAt": "Gate",
    "States": {
        "Gate": {"Type": "Task", "Resource": GATE, "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": ACTIVITY, "End": True},
    },
}


class Gated:
    """A project whose function returns once the gate is open. It counts the function's calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.gate, self.calls = folder / "gate", folder / "calls"
        code = self.folder / "functions" / "Gate"
        code.mkdir(parents=True)
        self.calls.touch()
        (code / "app.py").write_text(HANDLER.format(calls=str(self.calls), gate=str(self.gate)))
        (self.folder / "gated.asl.json").write_text(json.dumps(BEHIND_THE_GATE))
        self.inputs = folder / "inputs.jsonl"
        self.inputs.write_text("{}\n{}\n{}\n")

    def create(self, home: Path) -> None:
        """Registers the function and the machines, and makes what the commands name."""
        create_function(home, "Gate", self.folder / "functions" / "Gate", "--timeout", "60")
        sfn_json(home, "create-activity", "--name", "Ask")
        create_machine(home, "Standard", BEHIND_THE_GATE)
        create_machine(home, "Asks", ASKS_BEHIND_THE_GATE)
        sfn_json(home, "create-state-machine", "--name", "Express", "--type", "EXPRESS",
                 "--role-arn", ROLE, "--definition", json.dumps(BEHIND_THE_GATE))  # fmt: skip
        sfn_json(home, "logs", "create-log-group", "--log-group-name", "/aws/lambda/Gate")

    def called(self, times: int) -> None:
        """Waits until the function has been called this many times, which needs a live worker."""
        what = f"call {times} of the function"
        until(lambda: self.calls.stat().st_size >= times, what, AFTER_A_KILL_SECONDS)


class Waiting(NamedTuple):
    """A command that waits, and its final stdout.

    `begins` names the machine that is started beforehand. A command that follows a log is ended
    by Ctrl-C when it has shown its output.
    """

    command: tuple[str, ...]
    shows: str
    begins: str | None = None
    over_http: bool = False
    follows: bool = False


TEXT = ("--output", "text")
EXPRESS = f"{MACHINE}Express"
SYNC = ("start-sync-execution", "--state-machine-arn", EXPRESS, "--query", "[status,output]", *TEXT)
TASK = ("get-activity-task", "--activity-arn", ACTIVITY, "--query", "input", *TEXT)
BULK = ("start-executions", "--wait", "--state-machine-arn", f"{MACHINE}Standard", "--inputs", "INPUTS")
LOGS = ("logs", "tail", "/aws/lambda/Gate", "--follow", "--format", "short")
EVENTS = ("events", "tail", "--follow", "--query", "detail.status", *TEXT)

COMMANDS = {
    "run": Waiting(("run", "FOLDER"), '"through"\n'),
    "start-executions": Waiting((*BULK, "--query", "`started`"), '"started"\n' * 3),
    "start-sync-execution": Waiting(SYNC, 'SUCCEEDED\t"through"\n'),
    "start-sync-execution over HTTP": Waiting(SYNC, 'SUCCEEDED\t"through"\n', over_http=True),
    "get-activity-task": Waiting(TASK, '"through"\n', begins="Asks"),
    "get-activity-task over HTTP": Waiting(TASK, '"through"\n', begins="Asks", over_http=True),
    "logs tail": Waiting(LOGS, "the gate is open", begins="Standard", follows=True),
    "events tail": Waiting(EVENTS, "SUCCEEDED", begins="Standard", follows=True),
}


@pytest.mark.parametrize("waiting", COMMANDS.values(), ids=COMMANDS)
def test_the_worker_is_killed_while_a_command_waits(home: Path, tmp_path: Path, waiting: Waiting) -> None:
    """After each kill -9 the waiting command starts a new worker, and its output is right."""
    gated = Gated(tmp_path)
    gated.create(home)
    with ExitStack() as stack:
        server = stack.enter_context(serving(home)) if waiting.over_http else None
        if waiting.begins:
            start_execution(home, f"{MACHINE}{waiting.begins}")
        command = stack.enter_context(running(home, waiting, gated, server))
        for kill in range(KILLS):
            gated.called(1 + kill)
            kill_workers(home)
            until(lambda: worker_pids(home), f"a worker after kill {1 + kill}", AFTER_A_KILL_SECONDS)
        assert command.poll() is None
        gated.gate.touch()
        assert waiting.shows in shown(command, waiting)
        assert command.returncode == 0


@contextmanager
def running(
    home: Path,
    waiting: Waiting,
    gated: Gated,
    server: str | None = None,
) -> Iterator[subprocess.Popen[str]]:
    places = {"FOLDER": str(gated.folder), "INPUTS": str(gated.inputs)}
    argv = [places.get(part, part) for part in waiting.command]
    if server is not None:
        argv += ["--endpoint-url", server, "--no-sign-request", "--cli-read-timeout", "0"]
    environment = environment_of(home, {"AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "PYTHONUNBUFFERED": "1"})
    process = subprocess.Popen(
        [SFN, *argv],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def shown(command: subprocess.Popen[str], waiting: Waiting) -> str:
    """Returns a command's whole stdout, after its end."""
    seen = ""
    if waiting.follows:
        assert command.stdout is not None
        while waiting.shows not in seen:
            line = command.stdout.readline()
            assert line, f"{command.args} ended after:\n{seen}"
            seen += line
        command.send_signal(signal.SIGINT)
    return seen + command.communicate(timeout=TIMEOUT_SECONDS)[0]


INVOKE = ("lambda", "invoke", "--function-name", "Gate", "/dev/stdout")
STATE = json.dumps({"Type": "Task", "Resource": GATE, "End": True})
TEST_STATE = ("test-state", "--definition", STATE, "--role-arn", ROLE, "--query", "output", *TEXT)


@pytest.mark.parametrize("argv", [INVOKE, TEST_STATE], ids=["lambda invoke", "test-state"])
def test_commands_that_run_the_function_themselves(home: Path, tmp_path: Path, argv: tuple[str, ...]) -> None:
    """Commands that run the function themselves print the same output while workers are killed."""
    gated = Gated(tmp_path)
    gated.create(home)
    start_execution(home, f"{MACHINE}Standard")
    gated.called(1)
    with running(home, Waiting(argv, ""), gated) as command:
        gated.called(2)
        kill_workers(home)
        gated.gate.touch()
        assert command.communicate(timeout=TIMEOUT_SECONDS)[0].startswith('"through"')
        assert command.returncode == 0
