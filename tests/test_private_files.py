"""The store's folder and files belong to their user alone, whatever the umask.

Tested through the installed command.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.private_files import private_home_notes, read_file, replace_file
from tests.processes import (
    ROLE,
    SFN,
    create_function,
    create_machine,
    ended,
    environment_of,
    sfn,
    start_execution,
    stop_workers,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = 65534
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
BOUND_BY_MODES = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if os.geteuid() == 0 and shutil.which("setpriv")
    else []
)
"""Makes root obey file modes, as other users do."""

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another user")

COMMANDS = [
    ("list-state-machines",),
    (
        "create-state-machine",
        "--name",
        "M",
        "--role-arn",
        ROLE,
        "--definition",
        '{"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}',
    ),
    ("worker", "status"),
    ("worker", "stop"),
    ("worker", "log"),
    ("aws", "endpoint"),
    ("aws", "stop"),
    ("serve", "--port", "0"),
    ("doctor",),
    ("lambda", "list-functions"),
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "home"
    yield place
    if place.exists():
        place.chmod(0o700)
        stop_workers(place)


@pytest.mark.slow
@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_a_folder_that_others_may_write_to(home: Path, argv: tuple[str, ...]) -> None:
    """Every command refuses an unsafe home in one line, before it opens anything."""
    home.mkdir()
    home.chmod(0o777)
    done = sfn(home, *argv)
    assert (done.returncode, done.stdout, list(home.iterdir())) == (255, "", [])
    assert (
        "other users may write to the folder (its mode is 0777). Check what is in it, then run: chmod go-w "
        f"{home}" in done.stderr
    )
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@root_only
@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_a_folder_of_another_user(home: Path, argv: tuple[str, ...]) -> None:
    """Not even root uses another user's home: it could contain that user's code."""
    home.mkdir(0o700)
    os.chown(home, NOBODY, NOBODY)
    done = sfn(home, *argv)
    assert (done.returncode, done.stdout, list(home.iterdir())) == (255, "", [])
    assert "Set SFN_HOME to a folder of your own." in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@root_only
@pytest.mark.parametrize(
    "mode, group, refused",
    [
        (0o700, NOBODY, False),
        (0o755, NOBODY, False),
        (0o770, 0, False),  # the owner's own group
        (0o770, NOBODY, True),
        (0o772, 0, True),
        (0o1777, 0, True),
    ],
)
def test_modes(home: Path, mode: int, group: int, refused: bool) -> None:
    """Only the owner, and a group without other members, may write to the folder.

    Others may read it.
    """
    home.mkdir()
    os.chown(home, 0, group)
    home.chmod(mode)
    assert (sfn(home, "list-state-machines").returncode != 0) is refused


def test_doctor_notes_what_others_may_do(home: Path) -> None:
    """A home that others may read is used; `sfn doctor` mentions it in a note.

    A private one is not mentioned.
    """
    assert sfn(home, "list-state-machines").returncode == 0
    assert sfn(home, "doctor").stderr == ""
    home.chmod(0o755)
    (home / "sfn.db").chmod(0o644)
    done = sfn(home, "doctor")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [f"note: {note}" for note in private_home_notes(home)]
    assert [note.partition(" (")[0] for note in private_home_notes(home)] == [
        f"{home}: other users may list the folder",
        f"{home}/sfn.db: other users may open the file. To prevent it: chmod 600 {home}/sfn.db",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("umask", [0, 0o777])
def test_the_umask_does_not_matter(tmp_path: Path, umask: int) -> None:
    """Files are 0600 and folders 0700 under any umask, for root and for users whom modes bind."""
    home = tmp_path / "data" / "sfn"
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context): return event")
    shutil.make_archive(str(tmp_path / "app"), "zip", tmp_path / "code")

    def run(*argv: str) -> str:
        done = subprocess.run(
            [*BOUND_BY_MODES, SFN, *argv],
            env=environment_of(home),
            umask=umask,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        run(
            "lambda", "create-function", "--function-name", "f", "--runtime", RUNTIME,
            "--handler", "app.handler", "--role", ROLE, "--zip-file", f"fileb://{tmp_path}/app.zip",
        )  # fmt: skip
        task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
        definition = json.dumps({"StartAt": "P", "States": {"P": task}})
        run("create-state-machine", "--name", "M", "--role-arn", ROLE, "--definition", definition)
        run("start-execution", "--state-machine-arn", "M", "--name", "x", "--input", "1")
        described = (
            "describe-execution",
            "--execution-arn",
            "arn:aws:states:us-east-1:123456789012:execution:M:x",
            "--query",
            "status",
            "--output",
            "text",
        )
        until(lambda: run(*described).strip() != "RUNNING", "the end")
        assert run(*described).strip() == "SUCCEEDED"
        modes = {
            path: stat.S_IMODE(path.lstat().st_mode)
            for path in [home.parent, home, *home.rglob("*")]
            if not path.is_symlink()
        }
        assert {path.name for path in modes} >= {
            "sfn.db",
            "worker.log",
            "worker-0.lock",
            "worker-0.wake",
            "worker-start.lock",
            "app.py",
        }
        assert {
            path: oct(mode)
            for path, mode in modes.items()
            if path.name != "__pycache__" and mode != (0o700 if path.is_dir() else 0o600)
        } == {}
    finally:
        run("worker", "stop")
        until(lambda: '"pid"' not in run("worker", "status"), "the worker's end")


LINKED = [
    ("sfn.db", "start-execution"),
    ("sfn.db-wal", "start-execution"),
    ("worker-0.lock", "start-execution"),
    ("worker-0.wake", "start-execution"),
    ("worker-start.lock", "start-execution"),
    ("worker.log", "start-execution"),
    ("worker.log", "worker log"),
    ("functions", "start-execution"),
    ("services", "start-execution"),
    ("aws.lock", "aws endpoint"),
    ("aws.log", "aws endpoint"),
]


@pytest.mark.slow
@pytest.mark.parametrize("name, command", LINKED)
def test_a_link_in_place_of_a_file(home: Path, tmp_path: Path, name: str, command: str) -> None:
    """A symbolic link in place of a file is an error in one line; its target is unchanged."""
    machine = create_machine(home, "M", PASS)
    stop_workers(home)
    (target := tmp_path / "target").write_text("precious")
    for path in home.glob(f"{name}*"):
        path.unlink()
    (home / name).symlink_to(target)
    argv = (
        ["start-execution", "--state-machine-arn", machine]
        if command == "start-execution"
        else command.split()
    )
    done = sfn(home, *argv)
    (home / name).unlink()
    assert done.returncode in {253, 255}
    assert (
        f"Cannot use the store {home / name}: it is a symbolic link, which sfn does not follow."
        in done.stderr
    )
    assert len(done.stderr.strip().splitlines()) == 1
    assert target.read_text() == "precious"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "worker.log",
        "worker-0.lock",
        "worker-0.wake",
        "worker-start.lock",
        "aws.lock",
        "functions",
        "services",
    ],
)
def test_something_else_in_place_of_a_file(home: Path, name: str) -> None:
    """Another kind of file is refused before anything is stored, because no worker could use it."""
    machine = create_machine(home, "M", PASS)
    stop_workers(home)
    (home / name).unlink(missing_ok=True)
    if name in {"functions", "services"}:
        os.mkfifo(home / name)
    else:
        (home / name).mkdir()
    done = sfn(home, "start-execution", "--state-machine-arn", machine)
    assert (done.returncode, done.stdout) == (255, "")
    assert done.stderr.startswith(f"\nsfn: [ERROR]: Cannot use the store {home / name}: it is not a ")
    (home / name).unlink() if name in {"functions", "services"} else (home / name).rmdir()
    executions = sfn(home, "list-executions", "--state-machine-arn", machine, "--output", "text")
    assert executions.stdout.strip() in {"", "None"}


def test_a_folder_by_a_link_of_the_users(home: Path, tmp_path: Path) -> None:
    """SFN_HOME itself may be a link: only the folder counts."""
    link = tmp_path / "link"
    link.symlink_to(home)
    home.mkdir(0o700)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context): return event")
    create_function(link, "f", tmp_path / "code")
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
    machine = create_machine(link, "M", {"StartAt": "P", "States": {"P": task}})
    assert ended(link, start_execution(link, machine))["status"] == "SUCCEEDED"
    assert worker_pids(link) == worker_pids(home)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """If a file cannot be written, the old content stays, and no temporary file remains."""
    replace_file(tmp_path / "known.json", "old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(tmp_path / "known.json", "\ud800")
    assert read_file(tmp_path / "known.json") == "old"
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [
        ("known.json", 0o600)
    ]
