"""A failing disk under sfn: acknowledged work is durable, refused work leaves nothing.

Work continues afterwards.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sfn_cli.drivers.local import launch
from sfn_cli.worker_slots import Slot
from tests.faults import failing, why_no_disk_fails
from tests.faults.commands import Commands
from tests.processes import (
    SFN,
    TIMEOUT_SECONDS,
    await_end,
    environment_of,
    sfn,
    stop_workers,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # each of hundreds of disk operations fails once

EVERY = int(os.environ.get("SFN_FAULTS_EVERY", "24"))
"""The interval of failing operations of a command or a worker: 1 tries all."""

ROLE = "arn:aws:iam::123456789012:role/any"
ACCOUNT = "arn:aws:states:us-east-1:123456789012"
DOUBLE = "arn:aws:lambda:us-east-1:123456789012:function:Double"
EXECUTION = f"{ACCOUNT}:execution:M:e"
DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": True}}})

CREATE = ["create-state-machine", "--name", "M", "--role-arn", ROLE, "--definition", DEFINITION]
START = [
    "start-execution",
    "--state-machine-arn",
    f"{ACCOUNT}:stateMachine:M",
    "--name",
    "e",
    "--input",
    '{"n": 1}',
]
DESCRIBE = ["describe-execution", "--execution-arn", EXECUTION]
STOP = ["stop-execution", "--execution-arn", EXECUTION, "--error", "Oops"]
REDRIVE = ["redrive-execution", "--execution-arn", EXECUTION]
MACHINES = ["list-state-machines", "--query", "stateMachines[].name", "--output", "text"]
EVENTS = [
    "get-execution-history",
    "--execution-arn",
    EXECUTION,
    "--query",
    "events[].[id,type]",
    "--output",
    "text",
]

WARNING = re.compile(r"\nsfn: \[WARNING\]: [^\n]+\n")
ONE_LINE = re.compile(r"\nsfn: \[ERROR\]: Cannot use the store [^\n]+\n")


class Case(NamedTuple):
    """A command, the commands before it, and a look that shows its effect."""

    before: tuple[list[str], ...]
    command: list[str]
    look: list[str]
    with_it: str


CASES = {
    "the first command of all": Case((), CREATE, MACHINES, "M\n"),
    "create-state-machine": Case((["list-state-machines"],), CREATE, MACHINES, "M\n"),
    "start-execution": Case((CREATE,), START, EVENTS, "1\tExecutionStarted\n"),
    "describe-execution": Case((CREATE, START), DESCRIBE, EVENTS, "1\tExecutionStarted\n"),
    "stop-execution": Case((CREATE, START), STOP, EVENTS, "1\tExecutionStarted\n2\tExecutionAborted\n"),
    "redrive-execution": Case(
        (CREATE, START, STOP),
        REDRIVE,
        EVENTS,
        "1\tExecutionStarted\n2\tExecutionAborted\n3\tExecutionRedriven\n",
    ),
}

FAULTS = [
    # operation, error, from then on, and whether it is waited out
    ("write", "FULL", True, False),
    ("write", "WRITE", False, False),
    ("sync", "FSYNC", True, False),
    ("sync", "FSYNC", False, False),
    ("read", "READ", False, False),
    ("truncate", "TRUNCATE", True, False),
    ("delete", "DELETE", True, False),
    ("open", "CANTOPEN", False, False),
    ("lock", "BUSY", False, True),
    ("lock", "BUSY", True, False),
    ("lock", "LOCK", False, False),
    ("shmlock", "BUSY", False, True),
    ("shmlock", "BUSY", True, False),
    ("shmlock", "SHMLOCK", False, False),
    ("shmmap", "SHMSIZE", True, False),
]

TRIED_FAULTS = FAULTS if EVERY == 1 else FAULTS[::2]

with_failing_disk = pytest.mark.skipif(bool(why_no_disk_fails()), reason=why_no_disk_fails())


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    with Commands() as process:
        yield process


def hold(home: Path) -> int:
    """Takes the lock of a starting worker: while it is held, no command starts one."""
    home.mkdir(exist_ok=True)
    lock = os.open(home / launch.START_LOCK_NAME, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def following(number: int) -> int:
    """Returns the next operation to fail: each of the first few, then every `EVERY`-th."""
    return number + (1 if number < 3 else EVERY)


@with_failing_disk
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("operation, error, persists, waited_out", TRIED_FAULTS)
def test_a_fault_at_every_operation_of_a_command(
    commands: Commands,
    tmp_path: Path,
    name: str,
    operation: str,
    error: str,
    persists: bool,
    waited_out: bool,
) -> None:
    """The command succeeds, or ends with 255 and one line.

    The store passes its integrity check, with all of the command's effect or none. A command that
    succeeds but cannot start a worker warns in one line.
    """
    case = CASES[name]
    before = tmp_path / "before"
    lock = hold(before)
    assert all(done.code == 0 for done in commands.run(before, *case.before))
    number = 1
    while True:
        home = tmp_path / f"home-{number}"
        shutil.copytree(before, home)
        held = hold(home)
        plan = f"{operation}:{number}{'+' if persists else ''}:{error}"
        (done,) = commands.run(home, case.command, fault=plan)
        if commands.operations < number:
            break
        if done.code == 0:
            assert done.stderr == "" or (WARNING.fullmatch(done.stderr) and not waited_out), (plan, done)
        else:
            assert (done.code, done.stdout) == (255, ""), (plan, done)
            assert ONE_LINE.fullmatch(done.stderr), (plan, done)
            assert not waited_out, plan
        # An acknowledged request has its effect; a refused one can be repeated.
        doctor, *again, look = commands.run(
            home, ["doctor"], *([] if done.code == 0 else [case.command]), case.look
        )
        assert doctor.code == 0, (plan, doctor)
        assert [command.code for command in again] in ([], [0]), (plan, again)
        assert look.stdout == case.with_it, (plan, look)
        os.close(held)
        shutil.rmtree(home)
        number = following(number)
    os.close(held)
    os.close(lock)
    assert number > 1 or case.command is DESCRIBE, "nothing of this kind was done"


@with_failing_disk
@pytest.mark.parametrize(
    "plan, message",
    [
        ("sync:1+:FULL", "the disk is full. Nothing was lost; free some space and try again"),
        (
            "write:1:WRITE",
            "reading or writing it failed. No acknowledged data is lost; check the disk",
        ),
        ("shmlock:9+:BUSY", "locked"),
    ],
)
def test_the_installed_command(home: Path, tmp_path: Path, plan: str, message: str) -> None:
    """The installed command does the same: 255 and one line that says what to do.

    The next command is not affected.
    """
    failed = sfn(home, *CREATE, environment=failing(plan, tmp_path / "count"))
    assert (failed.returncode, failed.stdout) == (255, "")
    assert ONE_LINE.fullmatch(failed.stderr)
    assert message in failed.stderr
    assert sfn(home, *CREATE).returncode == 0
    assert sfn(home, "doctor").returncode == 0


# A worker at work


HANDLER = "def handler(event, context): return [n * 2 for n in event]\n"

WORK = {
    "StartAt": "Wait",
    "States": {
        "Wait": {"Type": "Wait", "TimestampPath": "$.at", "Next": "Each"},
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": True}}},
            "Next": "Double",
        },
        "Double": {"Type": "Task", "Resource": DOUBLE, "End": True},
    },
}

WORKER_FAULTS = [
    # operation, error, from then on, and whether it is waited out
    ("write", "FULL", False, False),
    ("sync", "FSYNC", True, False),
    ("read", "READ", False, False),
    ("shmlock", "BUSY", True, False),
    ("shmlock", "BUSY", False, True),
]


@pytest.fixture(scope="module")
def workplace(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a machine and its function."""
    folder = tmp_path_factory.mktemp("workplace")
    (folder / "app.py").write_text(HANDLER)
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    function = [
        "--function-name",
        "Double",
        "--runtime",
        runtime,
        "--handler",
        "app.handler",
        "--role",
        ROLE,
        "--code-dir",
        str(folder),
    ]
    machine = ["--name", "M", "--role-arn", ROLE, "--definition", json.dumps(WORK)]
    done = commands.run(
        folder / "home", ["lambda", "create-function", *function], ["create-state-machine", *machine]
    )
    assert [command.code for command in done] == [0, 0], done
    return folder / "home"


class Work:
    """One execution whose worker has a disk that fails."""

    def __init__(self, commands: Commands, home: Path, plan: str) -> None:
        self.home = home
        self._commands = commands
        self._count = home / "count"
        at = datetime.now(UTC) + timedelta(milliseconds=300)
        input = json.dumps(
            {"at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "items": [1, 2, 3]}
        )
        environment = {**failing(f"{plan}:worker", self._count), "SFN_WORKER_IDLE_SECONDS": "0.2"}
        (started,) = commands.run(home, [*START[:-1], input], environment=environment)
        assert started.code == 0, started

    @property
    def operations(self) -> int:
        return self._count.stat().st_size if self._count.exists() else 0

    @property
    def log(self) -> str:
        path = self.home / launch.LOG_NAME
        return path.read_text() if path.exists() else ""

    @property
    def ended(self) -> bool:
        with closing(sqlite3.connect(self.home / "sfn.db")) as connection:
            return bool(connection.execute("SELECT 1 FROM execution WHERE status <> 'RUNNING'").fetchone())

    def finish(self) -> tuple[str, str, list[str]]:
        """Returns the end after further commands with a sound disk: status, output, event types.

        The store passes its integrity check.
        """
        until(
            lambda: self.ended or "Cannot use the store" in self.log,
            "the end of the execution, or of its worker",
        )
        self._commands.run(self.home, DESCRIBE)
        until(lambda: self.ended, f"the end of the execution, by the worker of one command: {self.log}")
        (described,) = self._commands.run(self.home, DESCRIBE)
        found = json.loads(described.stdout)
        history, doctor = self._commands.run(self.home, [*EVENTS[:-4]], ["doctor"])
        assert doctor.code == 0, doctor
        events = json.loads(history.stdout)["events"]
        assert [event["id"] for event in events] == list(range(1, len(events) + 1))
        assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)
        return found["status"], found["output"], sorted(event["type"] for event in events)


def attempt(
    commands: Commands, workplace: Path, home: Path, plan: str
) -> tuple[Work, tuple[str, str, list[str]]]:
    shutil.copytree(workplace, home)
    try:
        work = Work(commands, home, plan)
        return work, work.finish()
    finally:
        stop_workers(home)


@pytest.fixture(scope="module")
def undisturbed(commands: Commands, workplace: Path) -> tuple[str, str, list[str]]:
    """Returns the end of the work when nothing fails."""
    return attempt(commands, workplace, workplace.parent / "undisturbed", "write:1000000:FULL")[1]


@with_failing_disk
@pytest.mark.parametrize("operation, error, persists, waited_out", WORKER_FAULTS)
def test_a_fault_at_every_operation_of_a_worker(
    commands: Commands,
    workplace: Path,
    tmp_path: Path,
    undisturbed: tuple[str, str, list[str]],
    operation: str,
    error: str,
    persists: bool,
    waited_out: bool,
) -> None:
    """The worker retries, or exits with a line in its log.

    The next command's worker completes its work.
    """

    def with_fault_at(number: int) -> tuple[Work, tuple[str, str, list[str]]]:
        plan = f"{operation}:{number}{'+' if persists else ''}:{error}"
        return attempt(commands, workplace, tmp_path / f"{operation}-{number}", plan)

    counted, *_ = attempt(commands, workplace, tmp_path / "count", f"{operation}:1000000:{error}")
    all_of_them = counted.operations
    numbers = [1]
    while (number := following(numbers[-1])) <= all_of_them:
        numbers.append(number)
    with ThreadPoolExecutor(4) as threads:
        for number, (work, end) in zip(numbers, threads.map(with_fault_at, numbers), strict=True):
            assert end == undisturbed, (number, work.log)
            assert "Traceback" not in work.log, (number, work.log)
            if number == 1 or waited_out:
                assert ("Cannot use the store" in work.log) is not waited_out, (number, work.log)


@with_failing_disk
def test_workers_with_a_full_disk_start_no_others(
    commands: Commands, workplace: Path, home: Path, tmp_path: Path
) -> None:
    """While the disk stays full each command starts one worker, which logs that and exits.

    Once there is space, the work is completed.
    """
    shutil.copytree(workplace, home)
    full = failing("write:1+:FULL:worker", tmp_path / "count")
    for number in (1, 2, 3):
        (done,) = commands.run(home, START if number == 1 else DESCRIBE, environment=full)
        assert done.code == 0, done
        os.close(hold(home))  # the worker has left: it lets go of this lock when it listens, or ends
        assert (home / launch.LOG_NAME).read_text().count("the disk is full") == number
    assert len((home / launch.LOG_NAME).read_text().splitlines()) == 3
    assert worker_pids(home) == []
    commands.run(home, DESCRIBE)
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        ended = [("FAILED",)]  # its input has no time to wait for
        until(lambda: connection.execute("SELECT status FROM execution").fetchall() == ended, "its end")


def test_a_worker_waits_for_the_previous_one(commands: Commands, workplace: Path, home: Path) -> None:
    """A worker that no longer listens, but still holds its slot, does not read the store again.

    Its successor waits for the slot.
    """
    shutil.copytree(workplace, home)
    leaving = Slot(str(home), 0)
    held = leaving.take()
    assert held is not None
    leaving.sign(held, 1)
    commands.run(home, START)
    log = home / launch.LOG_NAME
    until(
        lambda: log.exists() and "waiting for the previous worker to exit (slot 0)" in log.read_text(),
        "the one that waits",
    )
    os.close(held)
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        until(
            lambda: connection.execute("SELECT status FROM execution").fetchall() == [("FAILED",)], "its end"
        )


# Files that were damaged


@pytest.fixture(scope="module")
def stores(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A closed store, and one that is open or crashed, with its last data in the -wal."""
    home = tmp_path_factory.mktemp("stores") / "closed"
    left_open = home.with_name("open")
    lock = hold(home)
    commands.run(home, CREATE)
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        connection.execute("SELECT count(*) FROM execution").fetchone()
        for n in range(20):
            (done,) = commands.run(
                home, [*START[:3], "--name", f"e{n}", "--input", json.dumps({"padding": "x" * 5000})]
            )
            assert done.code == 0, done
        left_open.mkdir()
        for file in home.glob("sfn.db*"):
            shutil.copy(file, left_open)
    os.close(lock)
    assert not (home / "sfn.db-wal").exists()
    return {"closed": home, "open": left_open}


def cut(length: float, file: str = "sfn.db") -> Callable[[Path], None]:
    """Leaves `length` bytes of the file, or that part of it."""

    def spoil(home: Path) -> None:
        path = home / file
        os.truncate(path, int(path.stat().st_size * length) if length < 1 else int(length))

    return spoil


def overwrite(place: float, file: str = "sfn.db") -> Callable[[Path], None]:
    """Overwrites 5,000 bytes from this part of the file on."""

    def spoil(home: Path) -> None:
        data = bytearray((home / file).read_bytes())
        start = int(len(data) * place)
        data[start : start + 5000] = random.Random(place).randbytes(5000)
        (home / file).write_bytes(data)

    return spoil


def replace_by_folder(home: Path) -> None:
    (home / "sfn.db").unlink()
    (home / "sfn.db").mkdir()


def delete(home: Path) -> None:
    (home / "sfn.db").unlink()


def spoilt(store: Path, home: Path, spoil: Callable[[Path], None]) -> dict[str, bytes]:
    """Copies the store and spoils it; its files' bytes."""
    shutil.copytree(store, home)
    spoil(home)
    return contents(home)


def contents(home: Path) -> dict[str, bytes]:
    # The -shm is an index of the -wal, rebuilt from it when it is opened.
    return {
        path.name: path.read_bytes() if path.is_file() else b""
        for path in home.glob("sfn.db*")
        if path.name != "sfn.db-shm"
    }


@pytest.mark.parametrize(
    "store, spoil, message",
    [
        ("closed", cut(100), "it is damaged. Copy it, then"),
        ("closed", cut(4096), "it is damaged. Copy it, then"),
        ("closed", cut(0.5), "it is damaged. Copy it, then"),
        ("closed", overwrite(0), "it is not a SQLite database. Set SFN_HOME"),
        ("closed", replace_by_folder, "it is not a file. Move it away"),
        ("open", cut(0), "it is empty, but sfn.db-wal beside it has"),
        ("open", cut(1), "it is empty, but sfn.db-wal beside it has"),
        ("open", delete, "it is empty, but sfn.db-wal beside it has"),
    ],
)
def test_a_damaged_store_is_refused(
    commands: Commands,
    stores: dict[str, Path],
    tmp_path: Path,
    store: str,
    spoil: Callable[[Path], None],
    message: str,
) -> None:
    """Every command reports the damage and the remedy in one line, and changes no byte."""
    home = tmp_path / "home"
    before = spoilt(stores[store], home, spoil)
    lock = hold(home)
    for done in commands.run(home, DESCRIBE, START, CREATE, ["doctor"], ["worker", "status"])[:4]:
        assert (done.code, done.stdout) == (255, ""), done
        assert ONE_LINE.fullmatch(done.stderr), done
        assert message in done.stderr
        assert contents(home) == before
    os.close(lock)


@pytest.mark.parametrize("place", [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_a_page_that_is_overwritten(
    commands: Commands, stores: dict[str, Path], tmp_path: Path, place: float
) -> None:
    """`sfn doctor` finds an overwritten page.

    Other commands, which may not read the page, succeed or report a damaged file in a line.
    """
    home = tmp_path / "home"
    before = spoilt(stores["closed"], home, overwrite(place))
    lock = hold(home)
    reading = [[*DESCRIBE[:-1], f"{EXECUTION}{n}"] for n in range(20)]
    histories = [["get-execution-history", "--execution-arn", f"{EXECUTION}{n}"] for n in range(20)]
    doctor, *others = commands.run(home, ["doctor"], *reading, *histories)
    assert doctor.code == 255
    assert "Traceback" not in doctor.stderr
    for done in others:
        assert done.code in (0, 254, 255), done
        if done.code == 255:
            assert ONE_LINE.fullmatch(done.stderr), done
            assert "it is damaged. Copy it, then" in done.stderr
    assert contents(home) == before
    os.close(lock)


@pytest.mark.parametrize(
    "spoil, remaining",
    [
        (cut(0.5, "sfn.db-wal"), 0.5),
        (cut(100, "sfn.db-wal"), 0.0),
        (overwrite(0.7, "sfn.db-wal"), 0.5),
        (cut(0, "sfn.db-shm"), 1.0),
        (overwrite(0, "sfn.db-shm"), 1.0),
    ],
)
def test_what_sqlite_recovers(
    commands: Commands,
    stores: dict[str, Path],
    tmp_path: Path,
    spoil: Callable[[Path], None],
    remaining: float,
) -> None:
    """A truncated -wal counts up to its last whole transaction; a -shm is created again.

    The result passes the integrity check, and work continues.
    """
    home = tmp_path / "home"
    spoilt(stores["open"], home, spoil)
    lock = hold(home)
    query = ["--query", "executions[].name", "--output", "text"]
    machines = ["list-executions", "--state-machine-arn", f"{ACCOUNT}:stateMachine:M", *query]
    listed, doctor, created, started = commands.run(home, machines, ["doctor"], CREATE, START)
    names = listed.stdout.split()[::-1]
    assert names == [f"e{n}" for n in range(len(names))], listed
    assert len(names) >= 20 * remaining - 2
    assert (doctor.code, created.code, started.code) == (0, 0, 0), (doctor, created, started)
    os.close(lock)


def test_an_empty_file_is_a_new_store(commands: Commands, tmp_path: Path) -> None:
    """A process killed while creating its store leaves an empty file; the next command uses it."""
    tmp_path.joinpath("sfn.db").touch()
    done = commands.run(tmp_path, CREATE, MACHINES)
    assert [command.code for command in done] == [0, 0]
    assert done[1].stdout == "M\n"


def test_a_store_that_is_damaged_under_a_worker(
    commands: Commands, stores: dict[str, Path], home: Path
) -> None:
    """When the worker reads the damage it exits, with a line in its log."""
    shutil.copytree(stores["closed"], home)
    commands.run(home, MACHINES)
    (pid,) = until(lambda: worker_pids(home), "a worker")
    until(lambda: "20 executions claimed" in (home / launch.LOG_NAME).read_text(), "its claim")
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with (home / "sfn.db").open("r+b") as file:
            file.seek(4096)
            file.write(random.Random(0).randbytes(os.path.getsize(file.name) - 4096))
        # A commit, of the first page: what others remember is old.
        connection.execute("PRAGMA application_id = 1")
    await_end(pid)
    assert "Cannot use the store" in (home / launch.LOG_NAME).read_text()
    assert "it is damaged" in (home / launch.LOG_NAME).read_text()


def test_a_store_that_is_moved_away_under_a_worker(commands: Commands, home: Path, tmp_path: Path) -> None:
    """A worker whose store was moved away exits.

    An execution that is started at once in a new store in the same place still runs.
    """
    commands.run(home, CREATE, START)
    (pid,) = until(lambda: worker_pids(home), "a worker")
    (tmp_path / "elsewhere").mkdir()
    for name in ("sfn.db", "sfn.db-wal", "sfn.db-shm"):
        (home / name).rename(tmp_path / "elsewhere" / name)
    machine = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    created, started = commands.run(home, [*CREATE[:-1], machine], START)
    assert (created.code, started.code) == (0, 0), (created, started)
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        until(
            lambda: connection.execute("SELECT status FROM execution").fetchall() == [("SUCCEEDED",)],
            "its end",
        )
    await_end(pid)
    assert "store file removed; exiting" in (home / launch.LOG_NAME).read_text()


def test_run_starts_another_worker(home: Path, tmp_path: Path) -> None:
    """`sfn run` starts another worker if its own ends, and shows the execution to its end."""
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 2, "End": True}}}
    (tmp_path / "waits.asl.json").write_text(json.dumps(definition))
    command = [SFN, "run", str(tmp_path / "waits.asl.json"), "--input", '{"a": 1}']
    with subprocess.Popen(
        command, env=environment_of(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        shown = ""
        while "WaitStateEntered" not in shown:
            shown = running.stderr.readline()
        (pid,) = worker_pids(home)
        os.kill(pid, signal.SIGKILL)
        output, _ = running.communicate(timeout=TIMEOUT_SECONDS)
    assert json.loads(output) == {"a": 1}
