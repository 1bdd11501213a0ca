"""Builds are built once, complete, and removed when unused."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions.builds.build_folder import (
    UNUSED_SECONDS,
    BuildError,
    make_build_folder,
    prune_build_folders,
)
from sfn_cli.functions.builds.build_process import build_environment, run_build_program
from sfn_cli.functions.builds.project_code import announcing_report

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = {"kind": "test"}

SLOW_BUILD = """
import sys, os
from sfn_cli.functions.builds.build_folder import make_build_folder

def fill(folder):
    os.write(1, b"filling\\n")
    sys.stdin.readline()
    (folder / "done").write_text("yes")

print(make_build_folder(sys.argv[1], {"kind": "test"}, fill, print, line="Filling"))
"""


def fill(folder: Path) -> None:
    (folder / "done").write_text("yes")


def test_a_build_is_built_once(tmp_path: Path) -> None:
    """It is reported once, and found afterwards, also with --no-build."""
    lines: list[str] = []
    first = make_build_folder(tmp_path, SOURCES, fill, lines.append, line="Filling it")
    again = make_build_folder(tmp_path, SOURCES, fill, lines.append, line="Filling it", may_build=False)
    assert (first / "done").read_text() == "yes"
    assert again == first
    assert lines == ["Filling it…"]
    assert os.listdir(tmp_path / "builds") == [first.name]


def test_no_build(tmp_path: Path) -> None:
    """The message says what was skipped, and why."""
    with pytest.raises(BuildError, match=r"^Skipped because of --no-build: Filling it$"):
        make_build_folder(tmp_path, SOURCES, fill, line="Filling it", may_build=False)
    assert not (tmp_path / "builds").exists()


@pytest.mark.parametrize("error", [BuildError("no"), KeyboardInterrupt()])
def test_a_build_that_fails_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """Neither a partial folder nor a lock is left."""

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise error

    with pytest.raises(type(error)):
        make_build_folder(tmp_path, SOURCES, fail)
    assert os.listdir(tmp_path / "builds") == []


def test_two_processes_build_once(tmp_path: Path) -> None:
    """The second waits for the first, says so, and gets the same folder."""
    command = [sys.executable, "-u", "-c", SLOW_BUILD, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:
        first_lines = {one: [one.stdout.readline()] for one in (first, second)}
        waiting = next(one for one, lines in first_lines.items() if "Waiting" in lines[0])
        building = first if waiting is second else second
        assert building.stdout.readline() == "filling\n"
        building.stdin.write("\n")
        building.stdin.flush()
        assert building.stdout.read() == waiting.stdout.read()
    assert first_lines[building] == ["Filling…\n"]


def test_a_build_after_a_killed_one(tmp_path: Path) -> None:
    """The next build starts with an empty folder."""
    path = make_build_folder(tmp_path, SOURCES, fill)
    os.rename(path, path.with_name(f"{path.name}.unfinished"))
    (path.with_name(f"{path.name}.unfinished") / "half").touch()
    path.with_name(f"{path.name}.lock").touch(0o600)
    assert os.listdir(make_build_folder(tmp_path, SOURCES, fill)) == ["done"]


def test_old_builds_are_removed(tmp_path: Path) -> None:
    """Old builds are removed unless a function or a recent run uses them."""
    old, used, fresh = (make_build_folder(tmp_path, {"number": number}, fill) for number in range(3))
    now = time.time()
    killed = tmp_path / "builds" / ".bundling-0123456789abcdef"
    killed.mkdir()
    for path in (old, used, killed):
        os.utime(path, (now, now - UNUSED_SECONDS - 1))
    prune_build_folders(tmp_path, {str(used / "python")}, now)
    assert sorted(os.listdir(tmp_path / "builds")) == sorted([used.name, fresh.name])


def test_a_build_has_no_credentials(tmp_path: Path) -> None:
    """It gets neither the variables nor the files, but the rest of the environment."""
    environ = {"AWS_ACCESS_KEY_ID": "A", "AWS_PROFILE": "p", "HOME": "/home/ada", "PIP_INDEX_URL": "u"}
    found = build_environment({**environ, "PYTHONPATH": "x"}, OWN="1")
    assert found == {
        "HOME": "/home/ada",
        "PIP_INDEX_URL": "u",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "OWN": "1",
    }


def test_a_program_that_fails(tmp_path: Path) -> None:
    """The error has the exit status and the last lines of the program's output."""
    script = "for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo line $number; done; exit 3"
    with pytest.raises(BuildError) as failed:
        run_build_program(["/bin/sh", "-c", script], tmp_path, {}, what="Installing it")
    first, *rest = str(failed.value).splitlines()
    assert first == "Installing it failed (exit status 3):"
    assert rest == [f"  line {number}" for number in range(3, 15)]


def test_a_project_is_announced_once(tmp_path: Path) -> None:
    """The line names the project and says how to prevent it."""
    lines: list[str] = []
    for project in ("one", "one", "two"):
        announcing_report(tmp_path / "home", tmp_path / project, lines.append)(f"Installing for {project}")
    notice = "Building runs code of {} and scripts of its packages as you, without AWS credentials"
    assert lines == [
        f"{notice.format(tmp_path / 'one')}. To prevent this, use --no-build.",
        "Installing for one",
        "Installing for one",
        f"{notice.format(tmp_path / 'two')}. To prevent this, use --no-build.",
        "Installing for two",
    ]
