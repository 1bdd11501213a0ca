"""Real processes for tests: the installed command, a server on a real socket, awaited workers."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.drivers.local import launch
from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.local_endpoint import stop_local_endpoint
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.database import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SFN = str(Path(sys.executable).with_name("sfn"))
TIMEOUT_SECONDS = 60.0
LOOK_SECONDS = 2.0
ROLE = "arn:aws:iam::123456789012:role/any"


def environment_of(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a user with an empty home and no AWS settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SFN_"))}
    return {**inherited, "SFN_HOME": str(home), "NO_COLOR": "1", "TZ": "UTC", **(extra or {})}


def sfn(
    home: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Runs the installed command to its end."""
    return subprocess.run(
        [SFN, *arguments],
        env=environment_of(home, environment),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )


def sfn_json(home: Path, *arguments: str, **options: Any) -> Any:
    """Runs the command, which must succeed. Returns the JSON that it prints."""
    done = sfn(home, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else None


def create_machine(home: Path, name: str, definition: object, **options: Any) -> str:
    """The ARN of a new state machine."""
    text = json.dumps(definition)
    created = sfn_json(
        home, "create-state-machine", "--name", name, "--role-arn", ROLE, "--definition", text, **options
    )
    return str(created["stateMachineArn"])


def create_function(home: Path, name: str, code: Path, *options: str) -> None:
    """Creates a Lambda function from `handler` in `code`/app.py, with this Python."""
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sfn_json(
        home, "lambda", "create-function", "--function-name", name, "--runtime", runtime,
        "--handler", "app.handler", "--role", ROLE, "--code-dir", str(code), *options,
    )  # fmt: skip


def start_execution(home: Path, machine: str, *arguments: str, **options: Any) -> str:
    """The ARN of a new execution of the machine with this ARN."""
    answer = sfn_json(home, "start-execution", "--state-machine-arn", machine, *arguments, **options)
    return str(answer["executionArn"])


def describe(home: Path, execution: str) -> dict[str, Any]:
    described: dict[str, Any] = sfn_json(home, "describe-execution", "--execution-arn", execution)
    return described


def ended(home: Path, execution: str) -> dict[str, Any]:
    """The execution's description, once it is no longer running."""
    give_up_at = time.monotonic() + TIMEOUT_SECONDS
    while (described := describe(home, execution))["status"] == "RUNNING":
        assert time.monotonic() < give_up_at, f"{execution} does not end"
        _await_end_of_execution(home, execution)
    return described


def _await_end_of_execution(home: Path, execution: str) -> None:
    """Awaits the end of an execution in its store, for LOOK_SECONDS.

    After that, another command may be needed, to start a missing worker. A process for each poll
    would take time from the worker.
    """
    look_again_at = time.monotonic() + LOOK_SECONDS
    with closing(sqlite3.connect(f"{(home / FILE_NAME).absolute().as_uri()}?mode=ro", uri=True)) as store:
        status = "SELECT status FROM execution WHERE arn = ?"
        while store.execute(status, (execution,)).fetchone() == ("RUNNING",):
            if time.monotonic() > look_again_at:
                return
            time.sleep(0.01)


def until(condition: Callable[[], Any], what: str, timeout: float = TIMEOUT_SECONDS) -> Any:
    """Awaits a condition in another process without an event to wait for.

    Returns its first true value.
    """
    give_up_at = time.monotonic() + timeout
    while True:
        looked_at = time.monotonic()
        if value := condition():
            return value
        if looked_at > give_up_at:
            raise AssertionError(f"not within {timeout:.0f} s: {what}")
        time.sleep(max(0.02, time.monotonic() - looked_at))  # polls take at most half of the time


def worker_pids(home: Path) -> list[int]:
    """The live workers of a store."""
    return [
        worker["pid"]
        for worker in launch.launched_workers(Settings.from_environment({"SFN_HOME": str(home)}))
    ]


def stop_workers(home: Path) -> None:
    """Kills the remaining workers of a test, and awaits their end."""
    if not (home / "sfn.db").exists():
        return
    with (home / launch.START_LOCK_NAME).open("a") as on_its_way:
        fcntl.flock(on_its_way, fcntl.LOCK_EX)  # a worker that was starting is listening now
        kill_workers(home)
        for lock in home.glob("worker-*.lock"):  # as if they had exited: none is started again
            os.truncate(lock, 0)


def kill_workers(home: Path) -> None:
    """Kills the workers that live, by SIGKILL, and awaits their end."""
    for pid in worker_pids(home):
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(pid, signal.SIGKILL)
        await_end(pid)


def stop_services(home: Path | str) -> None:
    """Stops the home's local endpoint and its local AWS services."""
    stop_local_endpoint(str(home))
    embedded_aws.stop_embedded_aws(str(home))


def stop_home(home: Path) -> None:
    """Stops everything that runs for a home: its workers, its endpoint, its local AWS services."""
    stop_workers(home)
    stop_services(home)


def kill_local_services(home: Path | str) -> None:
    """Kills the home's local AWS services, by SIGKILL, and awaits their end."""
    start = embedded_aws.embedded_aws_start(str(home))
    assert start is not None
    pid = int(start.split()[1])
    os.kill(pid, signal.SIGKILL)
    await_end(pid)


def await_end(pid: int) -> None:
    """Waits until a process that is not our child has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except AttributeError:  # not Linux
        until(lambda: not _alive(pid), f"the end of process {pid}")
        return
    try:
        ended, _, _ = select.select([descriptor], [], [], TIMEOUT_SECONDS)
        assert ended, f"process {pid} does not end"
    finally:
        os.close(descriptor)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def boto3_client(url: str, service: str, **options: Any) -> Any:
    """Returns a boto3 client of an endpoint of sfn, created as the documentation says."""
    import boto3
    from botocore.config import Config

    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    config = Config(inject_host_prefix=False, retries={"total_max_attempts": 1})
    return boto3.client(service, "us-east-1", endpoint_url=url, config=config, **{**keys, **options})


def local_client(home: Path, service: str) -> Any:
    """Returns a boto3 client of the home's local AWS services, which start if they do not run."""
    url = embedded_aws.embedded_aws_endpoint(Settings(str(home)))
    key = embedded_aws.embedded_aws_access_key(str(home), url)
    return boto3_client(url, service, aws_access_key_id=key)


@contextmanager
def serving(
    home: Path, *, environment: Mapping[str, str] | None = None, arguments: Sequence[str] = ()
) -> Iterator[str]:
    """Yields the URL of a listening `sfn serve`; it and all else of the home are stopped afterwards."""
    process = subprocess.Popen(
        [SFN, "serve", "--port", "0", *arguments],
        env=environment_of(home, environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, line + process.stdout.read()
        yield "http://" + line.partition("http://")[2].split()[0]
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT_SECONDS)
        stop_home(home)


def at_terminal(
    home: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    columns: int = 100,
    typed: str = "",
) -> tuple[int, str]:
    """Runs the command at a terminal (a pty): its exit code, and what reached the terminal.

    `typed` is what the user types, at once.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {**environment_of(home, {"TERM": "xterm", "AWS_PAGER": ""}), **(environment or {})}
    shown = b""
    with subprocess.Popen(
        [SFN, *arguments], env=variables, stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        os.write(master, typed.encode())
        try:
            while piece := os.read(master, 65536):
                shown += piece
        except OSError:  # Linux: the other end is closed
            pass
        finally:
            os.close(master)
        return process.wait(TIMEOUT_SECONDS), shown.decode("utf-8")
