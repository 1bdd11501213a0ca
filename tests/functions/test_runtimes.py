"""The interpreter of each runtime."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions.outcome import UnusableError
from sfn_cli.functions.runtimes import Runtimes
from tests.functions.workbench import RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN = (
    "sfn does not support the runtime {}: it runs handlers in Python and Node.js. "
    "For other languages, use the runtime provided.al2023: the function's code then contains "
    "an executable named bootstrap, which gets its events from Lambda's Runtime API."
)
VERSION = RUNTIME.removeprefix("python")


def command(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def runtimes(home: Path, *folders: Path, exact: bool = False) -> Runtimes:
    return Runtimes(home, {"PATH": os.pathsep.join(map(str, folders))}, exact=exact)


def test_a_shim_stands_for_its_interpreter(tmp_path: Path) -> None:
    """A command that starts the interpreter runs once; children start the interpreter itself."""
    command(tmp_path / "shims", RUNTIME, f'echo called >> {tmp_path}/calls; exec {sys.executable} "$@"')
    for _ in range(2):
        found = runtimes(tmp_path, tmp_path / "shims")
        assert [found.executable(RUNTIME), found.executable(RUNTIME)] == [sys.executable] * 2
    assert (tmp_path / "calls").read_text() == "called\n"


@pytest.mark.parametrize(
    "script", ["echo 'pyenv: command not found' >&2; exit 127", "exec true", "echo 1; echo 2; echo 3"]
)
def test_a_broken_command_is_skipped(tmp_path: Path, script: str) -> None:
    """The next one on PATH is used."""
    command(tmp_path / "broken", RUNTIME, script)
    command(tmp_path / "sound", RUNTIME, f'exec {sys.executable} "$@"')
    assert runtimes(tmp_path, tmp_path / "broken", tmp_path / "sound").executable(RUNTIME) == sys.executable


def test_python3_of_the_right_version(tmp_path: Path) -> None:
    """An interpreter named python3 is accepted if its version matches."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    assert os.path.samefile(runtimes(tmp_path, tmp_path / "bin").executable(RUNTIME), sys.executable)
    with pytest.raises(UnusableError):
        runtimes(tmp_path, tmp_path / "bin", exact=True).executable("python3.99")


def test_a_version_managers_folder(tmp_path: Path) -> None:
    """A shim that only explains how to choose a version is skipped.

    The manager's installed versions are used, newest first.
    """
    shim = command(
        tmp_path / "shims", "python3.99", "echo 'pyenv: python3.99: command not found' >&2; exit 127"
    )
    for patch in ("3.99.9", "3.99.10"):
        (tmp_path / "pyenv" / "versions" / patch / "bin").mkdir(parents=True)
        python = command(
            tmp_path / "pyenv" / "versions" / patch / "bin", "python3.99", f"echo {patch}; echo 3.99"
        )
    found = Runtimes(tmp_path, {"PATH": str(shim.parent), "PYENV_ROOT": str(tmp_path / "pyenv")}).executable(
        "python3.99"
    )
    assert (found, python.parent.parent.name) == ("3.99.10", "3.99.10")


def test_the_interpreter_of_sfn_itself(tmp_path: Path) -> None:
    """sfn's own interpreter is used when PATH has none."""
    assert runtimes(tmp_path).executable(RUNTIME) == sys.executable


def test_an_interpreter_that_is_not_installed(tmp_path: Path) -> None:
    """The message names the missing interpreter, the commands tried, and two fixes."""
    shim = command(
        tmp_path / "shims", "python3.99", "echo 'pyenv: python3.99: command not found' >&2; exit 127"
    )
    with pytest.raises(UnusableError) as refused:
        runtimes(tmp_path, tmp_path / "shims", exact=True).executable("python3.99")
    assert refused.value.error == "InvalidRuntimeException"
    assert refused.value.message == (
        "The runtime python3.99 needs Python 3.99, which was found neither on PATH nor in the folders of "
        "version managers. Install Python 3.99, or set another runtime "
        "(sfn lambda update-function-configuration --function-name NAME --runtime RUNTIME).\n"
        f"  tried {shim}: pyenv: python3.99: command not found"
    )


@pytest.mark.parametrize(
    "runtime, message",
    [
        ("java21", UNKNOWN.format("java21")),
        ("", UNKNOWN.format("")),
        ("nodejs14.x", "sfn does not support nodejs14.x: handlers need Node.js 16 or newer."),
        ("python3.7", "sfn does not support python3.7: handlers need Python 3.8 or newer."),
        ("python3", UNKNOWN.format("python3")),
    ],
)
def test_other_runtimes(tmp_path: Path, runtime: str, message: str) -> None:
    """Other runtimes are refused clearly."""
    with pytest.raises(UnusableError) as refused:
        runtimes(tmp_path, exact=True).executable(runtime)
    assert refused.value.message == message


@pytest.mark.parametrize(
    "runtime, version, note",
    [
        ("nodejs20.x", "20", None),
        ("nodejs18.x", "20", "Node.js 18 is not installed; using Node.js 20"),
        ("nodejs21.x", "22", "Node.js 21 is not installed; using Node.js 22"),
        ("nodejs24.x", "22", "Node.js 24 is not installed; using Node.js 22"),
        ("nodejs12.x", "20", "Node.js 12 is not installed; using Node.js 20"),
        ("nodejs8.10", "20", "Node.js 8 is not installed; using Node.js 20"),
        ("nodejs99.x", "22", "Node.js 99 is not installed; using Node.js 22"),
    ],
)
def test_the_nearest_version_replaces_a_missing_one(
    tmp_path: Path, runtime: str, version: str, note: str | None
) -> None:
    """The next newer version is used, otherwise the next older one."""
    node = command(tmp_path / "bin", "node", "echo /node/22; echo 22")
    older = tmp_path / "nvm" / "versions" / "node" / "v20.1.0" / "bin"
    older.mkdir(parents=True)
    command(older, "node", "echo /node/20; echo 20")
    environ = {"PATH": str(node.parent), "NVM_DIR": str(tmp_path / "nvm")}
    found = Runtimes(tmp_path, environ)
    assert found.interpreter(runtime).version == version
    assert found.substitute_note(runtime) == note
    if note is not None:
        with pytest.raises(UnusableError):
            found.interpreter(runtime, exact=True)


def test_there_is_no_substitute_of_another_language(tmp_path: Path) -> None:
    """Python 2 is not the same language as Python 3."""
    with pytest.raises(UnusableError) as refused:
        runtimes(tmp_path).executable("python2.7")
    assert refused.value.message == UNKNOWN.format("python2.7")
    with pytest.raises(UnusableError) as refused:
        runtimes(tmp_path).executable("nodejs20.x")
    assert "and neither is another version that could run it" in refused.value.message


def test_a_replaced_interpreter_is_checked_again(tmp_path: Path) -> None:
    """The cached version is of one file: another file in its place is another interpreter."""
    command(tmp_path / "bin", RUNTIME, f'exec {sys.executable} "$@"')
    assert runtimes(tmp_path, tmp_path / "bin").executable(RUNTIME) == sys.executable
    command(tmp_path / "bin", RUNTIME, f"echo /other/python; echo {VERSION}  # of another size")
    assert runtimes(tmp_path, tmp_path / "bin").executable(RUNTIME) == "/other/python"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}'])
def test_a_damaged_cache(tmp_path: Path, content: str) -> None:
    """Without the cache, the interpreters are checked again."""
    command(tmp_path / "bin", RUNTIME, f'exec {sys.executable} "$@"')
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "interpreters.json").write_text(content)
    assert runtimes(tmp_path, tmp_path / "bin").executable(RUNTIME) == sys.executable


def test_a_failing_command_is_not_checked_by_each_process(tmp_path: Path) -> None:
    """It is skipped for some minutes, unless nothing else is found."""
    shim = command(
        tmp_path / "shims", RUNTIME, f"echo called >> {tmp_path}/calls; echo 'choose one' >&2; exit 127"
    )
    sound = command(tmp_path / "sound", RUNTIME, f'exec {sys.executable} "$@"')
    for _ in range(2):
        found = runtimes(tmp_path, shim.parent, sound.parent)
        assert found.executable(RUNTIME) == sys.executable
    assert (tmp_path / "calls").read_text() == "called\n"
    other = command(tmp_path / "shims", "node", f"echo called >> {tmp_path}/calls; exit 127")
    for _ in range(2):
        with pytest.raises(UnusableError, match=f"tried {other}: exit status 127"):
            runtimes(tmp_path, shim.parent, exact=True).executable("nodejs20.x")
    assert (tmp_path / "calls").read_text() == "called\n" * 3
