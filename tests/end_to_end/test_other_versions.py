"""Several versions of sfn on one store: only the newest that has opened it runs executions."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import sfn_cli
from sfn_cli.drivers.local import launch
from tests.async_requests import post
from tests.processes import (
    TIMEOUT_SECONDS,
    await_end,
    create_function,
    create_machine,
    describe,
    ended,
    environment_of,
    serving,
    sfn,
    sfn_json,
    start_execution,
    until,
    worker_pids,
)

pytestmark = pytest.mark.slow  # workers are awaited that leave by themselves

PACKAGE = Path(sfn_cli.__file__).parent
CHECKOUT = PACKAGE.parent
BEFORE_VERSIONS = "280d853"
"""A commit before versions were recorded in the store."""

WAITS = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}


class OtherSfn:
    """The command of another version: its package in a folder of its own, run by this Python."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        self._home = home

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = "import sys; sys.argv[0] = 'sfn'; from sfn_cli.cli import process; process()"
        return subprocess.run(
            [sys.executable, "-P", "-c", program, *arguments],
            env=environment_of(self._home, {"PYTHONPATH": str(self._folder)}),
            capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip


def version_of(folder: Path, version: str) -> Path:
    """A copy of the package with this version number."""
    shutil.copytree(PACKAGE, folder / "sfn_cli", ignore=shutil.ignore_patterns("__pycache__"))
    module = folder / "sfn_cli" / "__init__.py"
    module.write_text(module.read_text().replace(f'"{sfn_cli.__version__}"', f'"{version}"'))
    return folder


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return version_of(tmp_path_factory.mktemp("older"), "0.1.99")


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return version_of(tmp_path_factory.mktemp("newer"), "99.0.0")


@pytest.fixture(scope="module")
def before_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package before stores had a version, if the checkout has its history."""
    folder = tmp_path_factory.mktemp("before")
    archive = subprocess.run(
        ["git", "-C", str(CHECKOUT), "archive", BEFORE_VERSIONS, "sfn_cli"], capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip(f"the history of this checkout does not reach back to {BEFORE_VERSIONS}")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


@pytest.fixture(params=["older", "before_versions"])
def old(request: pytest.FixtureRequest, home: Path) -> OtherSfn:
    """Two older versions of sfn: one that records versions in the store, and one that does not."""
    return OtherSfn(request.getfixturevalue(request.param), home)


def start_with(other: OtherSfn, name: str) -> str:
    """An execution that waits, driven by a worker of that version."""
    role = "arn:aws:iam::123456789012:role/any"
    created = other(
        "create-state-machine", "--name", name, "--role-arn", role, "--definition", json.dumps(WAITS)
    )
    assert created.returncode == 0, created.stderr
    started = other("start-execution", "--state-machine-arn", json.loads(created.stdout)["stateMachineArn"])
    assert started.returncode == 0, started.stderr
    return str(json.loads(started.stdout)["executionArn"])


def driven(home: Path) -> int:
    workers = sfn_json(home, "worker", "status")["workers"]
    return sum(worker["executions"] for worker in workers)


def test_a_command_stops_workers_of_an_older_version(home: Path, tmp_path: Path, old: OtherSfn) -> None:
    """A worker of this version runs mocked executions, not an older one that would call the function.

    The older worker's executions continue.
    """
    long = start_with(old, "Long")
    (pid,) = worker_pids_of_any_version(home)
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text("def handler(event, context):\n    return 'really'\n")
    machine = {
        "StartAt": "T",
        "States": {"T": {"Type": "Task", "Resource": f"{FUNCTION}:Charge", "End": True}},
    }
    (tmp_path / "mocks.json").write_text(json.dumps(MOCKS))
    create_function(home, "Charge", code)
    await_end(pid)
    order = create_machine(home, "order", machine)
    mocked = start_execution(
        home, f"{order}#Happy", environment={"SFN_MOCK_CONFIG": str(tmp_path / "mocks.json")}
    )
    assert ended(home, mocked)["output"] == '"mocked"'
    injected = start_execution(home, order, "--inject", "T:Boom")
    assert ended(home, injected)["error"] == "Boom"
    until(lambda: driven(home) == 1, "the old worker's execution, driven on")
    assert describe(home, long)["status"] == "RUNNING"


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function"
MOCKS = {
    "StateMachines": {"order": {"TestCases": {"Happy": {"T": "Ok"}}}},
    "MockedResponses": {"Ok": {"0": {"Return": "mocked"}}},
}


def worker_pids_of_any_version(home: Path) -> list[int]:
    from sfn_cli.store.sqlite.other_versions import pids_of_all_versions

    found: list[int] = until(lambda: pids_of_all_versions(str(home)), "a worker")
    return found


def test_a_suspended_old_worker_is_killed(home: Path, older: Path) -> None:
    """An old worker that does not exit on SIGTERM is killed, and the new version takes over."""
    start_with(OtherSfn(older, home), "Long")
    (pid,) = worker_pids_of_any_version(home)
    os.kill(pid, signal.SIGSTOP)
    assert sfn(home, "list-state-machines").returncode == 0
    await_end(pid)
    until(lambda: driven(home) == 1, "its execution, driven on")


def test_an_older_command_is_refused(home: Path, old: OtherSfn) -> None:
    """An older command on a newer store names the store's version in one line and exits with 255.

    It changes nothing.
    """
    execution = start_execution(home, create_machine(home, "Long", WAITS))
    (pid,) = worker_pids_of_any_version(home)
    for command in (["list-state-machines"], ["stop-execution", "--execution-arn", execution], ["doctor"]):
        refused = old(*command)
        assert refused.returncode == 255, command
        (line,) = refused.stderr.strip().splitlines()
        assert "was written by" in line
        assert "Upgrade sfn, or set SFN_HOME to another folder." in line
    assert worker_pids(home) == [pid]
    assert describe(home, execution)["status"] == "RUNNING"


@pytest.mark.parametrize("written", ["UPDATE sfn_version SET version = '99.0.0'", "PRAGMA user_version = 99"])
def test_a_worker_exits_when_another_version_uses_its_store(home: Path, written: str) -> None:
    """A worker that finds another version in the store releases its executions and exits.

    It logs the reason.
    """
    start_execution(home, create_machine(home, "Long", WAITS))
    until(lambda: driven(home) == 1, "its claim")
    (pid,) = worker_pids(home)
    with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
        connection.execute(written)
    await_end(pid)
    assert "the store is now used by another version of sfn" in (home / launch.LOG_NAME).read_text()
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        assert connection.execute("SELECT owner FROM execution").fetchall() == [(None,)]


def test_a_server_refuses_requests_when_another_version_uses_the_store(home: Path) -> None:
    """A server that finds another version in the store writes nothing.

    Each response says what to do.
    """
    with serving(home) as url:
        assert asyncio.run(post(url, "ListStateMachines", {})) == (200, {"stateMachines": []})
        with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
            connection.execute("UPDATE sfn_version SET version = '99.0.0'")
        status, body = asyncio.run(post(url, "ListStateMachines", {}))
    assert (status, "Start sfn serve again" in body["message"]) == (500, True)


def test_worker_stop_works_across_versions(home: Path, newer: Path) -> None:
    """`sfn worker stop` of an older version stops a newer worker."""
    start_with(OtherSfn(newer, home), "Long")
    (pid,) = worker_pids_of_any_version(home)
    assert sfn(home, "list-state-machines").returncode == 255
    assert sfn(home, "worker", "stop").returncode == 0
    await_end(pid)
