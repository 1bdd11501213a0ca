"""`services.json`: a folder's programs run while `sfn run` does, and no longer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.run import dev_services
from sfn_cli.settings import Settings
from sfn_cli.stacks.readers import services_json
from tests.pictures import EXAMPLES
from tests.processes import SFN, TIMEOUT_SECONDS, await_end, ended, environment_of, sfn, sfn_json, until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONNECTION = {
    "service": "events",
    "operation": "CreateConnection",
    "parameters": {
        "Name": "here",
        "AuthorizationType": "API_KEY",
        "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "k"}},
    },
}
INVOKE = {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/here/any"}
ASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::http:invoke",
    "Parameters": {"ApiEndpoint": "${Echo}/x", "Method": "GET", "InvocationConfig": INVOKE},
    "OutputPath": "$.ResponseBody",
}

ECHO = """
import json, os, subprocess, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        received = {"key": self.headers["X-Key"], "words": sys.argv[1:], "folder": os.getcwd()}
        answer = json.dumps(received).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer)

child = subprocess.Popen(["sleep", "1000"])
server = HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print(os.getpid(), child.pid)
server.serve_forever()
"""
"""A service with a child, which must not outlive it. It prints both ids."""


def folder_of(
    path: Path, state: dict[str, Any], command: Sequence[str] = ("python", "echo.py", "a b")
) -> Path:
    """A folder with a machine of this state and one service."""
    path.mkdir()
    (path / "echo.py").write_text(ECHO)
    (path / "services.json").write_text(json.dumps({"Echo": {"command": command}}))
    (path / "resources.json").write_text(json.dumps([CONNECTION]))
    (path / "echo.asl.json").write_text(json.dumps({"StartAt": "S", "States": {"S": {**state, "End": True}}}))
    return path


def log_of(home: Path, machine: str) -> Path:
    return home / "services" / machine / "Echo.log"


def test_a_task_calls_a_service(home: Path, tmp_path: Path) -> None:
    """A service runs in the folder, has the same URL in each run, and ends with its children.

    No extra is needed.
    """
    folder = folder_of(tmp_path / "echo", ASK)
    urls = set()
    for _ in range(2):
        done = sfn(home, "run", str(folder))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"key": "k", "words": ["a b"], "folder": str(folder.resolve())}
        urls.add(done.stderr.partition("Started Echo at ")[2].split()[0])
        for pid in log_of(home, "echo").read_text().split()[:2]:
            await_end(int(pid))
    assert len(urls) == 1
    log = log_of(home, "echo")
    assert [path.stat().st_mode & 0o777 for path in (home, log.parent, log)] == [0o700, 0o700, 0o600]


def test_a_connection_needs_no_package(home: Path, tmp_path: Path) -> None:
    """A connection does not need botocore, which is not imported."""
    folder = folder_of(tmp_path / "echo", ASK)
    script = (
        "import sys; from sfn_cli.cli import main; code = main(sys.argv[1:]); "
        "print('botocore' in sys.modules); sys.exit(code)"
    )
    command = [sys.executable, "-c", script, "run", str(folder)]
    done = subprocess.run(
        command, env=environment_of(home), capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "False"), done.stderr


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name
)
def test_services_end_with_the_command(home: Path, tmp_path: Path, number: signal.Signals) -> None:
    """However the command ends, its services and their children end; the execution continues."""
    folder = folder_of(tmp_path / "echo", {"Type": "Wait", "Seconds": 3600})
    run = subprocess.Popen(
        [SFN, "run", str(folder)], env=environment_of(home), stderr=subprocess.PIPE, text=True
    )
    assert run.stderr is not None
    while "WaitStateEntered" not in (line := run.stderr.readline()):
        assert line, "it ended"
    pids = log_of(home, "echo").read_text().split()
    assert len(pids) == 2
    run.send_signal(number)
    _, errors = run.communicate(timeout=TIMEOUT_SECONDS)
    for pid in pids:
        await_end(int(pid))
    assert ("The execution continues without Echo." in errors) == (number == signal.SIGINT)
    assert sfn_json(home, "describe-execution", "--execution-arn", "echo/last")["status"] == "RUNNING"


def test_the_next_run_starts_the_services_again(home: Path) -> None:
    """After an interrupted run, the pending compensation runs when its services run again.

    They have the same addresses.
    """
    command, quickly = [SFN, "run", str(EXAMPLES / "order")], environment_of(home, {"SFN_CLOCK": "4"})
    with subprocess.Popen(command, env=quickly, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        while "TaskFailed                   Charge" not in (line := run.stderr.readline()):
            assert line, "it ended"
        run.kill()
    left = sfn_json(home, "describe-execution", "--execution-arn", "order/last")["executionArn"]
    history = (
        "get-execution-history",
        "--execution-arn",
        left,
        "--query",
        "events[].stateEnteredEventDetails.name",
    )
    until(lambda: {"Recall", "Refund"} & set(sfn_json(home, *history)), "the undoing")
    with dev_services.running_dev_services(
        _order_services(), "order", Settings.from_environment({"SFN_HOME": str(home)})
    ):
        assert ended(home, left)["error"] == "States.TaskFailed"
    assert "NotOrdered" in sfn_json(home, *history)


def _order_services() -> list[services_json.DevService]:
    path = EXAMPLES / "order" / "services.json"
    return services_json.parse_services_json(path, json.loads(path.read_text()))


@pytest.mark.parametrize(
    "command, message",
    [
        (
            ["no-such-program"],
            "Echo (no-such-program) ended with exit code 127 before it accepted connections on port ",
        ),
        (["no-such-program"], " Its output:\nno-such-program cannot be started: No such file or directory\n"),
        (
            ["python", "-c", "import sys; sys.exit('no stock')"],
            "ended with exit code 1 before it accepted connections",
        ),
        (["python", "-c", "import sys; sys.exit('no stock')"], " Its output:\nno stock\n"),
        (
            ["python", "-c", "import os; os.kill(os.getpid(), 9)"],
            "ended by signal 9 before it accepted connections",
        ),
    ],
)
def test_a_service_that_does_not_start(
    home: Path, tmp_path: Path, command: Sequence[str], message: str
) -> None:
    """The error names the service and its output, and no execution is started."""
    done = sfn(home, "run", str(folder_of(tmp_path / "echo", ASK, command)))
    assert (done.returncode, done.stdout) == (255, ""), done.stderr
    assert "\nsfn: [ERROR]: Echo (" in done.stderr
    assert message in done.stderr
    assert "ExecutionStarted" not in done.stderr


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """A home that cannot be written is an error in one line."""
    (tmp_path / "home").write_text("")
    done = sfn(tmp_path / "home", "run", str(folder_of(tmp_path / "echo", ASK)))
    assert (done.returncode, done.stderr) == (
        255,
        f"\nsfn: [ERROR]: Cannot create {tmp_path}/home: File exists\n",
    )


@pytest.mark.slow
def test_a_service_that_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service has a time limit to listen; then it is killed, even if it ignores signals."""
    monkeypatch.setattr(dev_services, "START_SECONDS", 0.5)
    script = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print(os.getpid()); time.sleep(1000)"
    )
    service = services_json.DevService("Deaf", ["python", "-c", script], tmp_path)
    settings = Settings.from_environment({"SFN_HOME": str(tmp_path / "home")})
    with (
        pytest.raises(
            CommandFailedError, match=r"Deaf .* did not accept connections at 127.0.0.1:\d+ within"
        ) as raised,
        dev_services.running_dev_services([service], "m", settings),
    ):
        pass
    pid = str(raised.value).split()[-1]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_a_service_that_ends_early(home: Path, tmp_path: Path) -> None:
    """A service's early end is reported in addition to the execution's outcome."""
    script = (
        "import os, socket; "
        "socket.create_server(('127.0.0.1', int(os.environ['PORT']))).accept(); os._exit(3)"
    )
    done = sfn(home, "run", str(folder_of(tmp_path / "echo", ASK, ["python", "-c", script])))
    assert done.returncode == 255
    assert "ended with exit code 3. See its log: " in done.stderr
    assert "The execution failed: States.TaskFailed: GET http://127.0.0.1:" in done.stderr
