"""Which interpreter runs a Lambda runtime: `python3.12` is a Python 3.12 that is installed here.

It is the first one found that really starts and has that very version: on PATH, where a version
manager's shim may only print how to choose one, and then where version managers install. When
there is none, the interpreter that runs sfn will do, if its version is the one.

That an interpreter starts is remembered in $SFN_HOME, with what its file looked like, because
asking costs as long as a whole invocation. That one does not start is soon asked again.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from glob import glob
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.functions.outcome import UnusableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

OLDEST = (3, 8)
"""The oldest Python that bootstrap.py runs under."""

REFUSED_SECONDS = 5.0
CHECK_SECONDS = 10.0

_QUESTION = "import sys; print(sys.executable); print('%d.%d' % sys.version_info[:2])"


class Interpreter(NamedTuple):
    """What a command turned out to be: the program itself (a shim is only asked once), and its version."""

    executable: str
    version: str


class Runtimes:
    """The interpreters of this machine, by the runtime's name."""

    def __init__(self, home: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._file = home / "functions" / "interpreters.json"
        self._found: dict[str, str] = {}
        self._refused: dict[str, tuple[float, UnusableError]] = {}
        self._verdicts: dict[str, Any] | None = None

    def executable(self, runtime: str) -> str:
        """The path of the interpreter for a runtime such as "python3.12". Raises UnusableError."""
        found = self._found.get(runtime)
        if found is not None and os.path.exists(found):
            return found
        refused = self._refused.get(runtime)
        if refused is not None and time.monotonic() < refused[0]:
            raise refused[1]
        try:
            found = self._found[runtime] = self._search(runtime)
        except UnusableError as error:
            self._refused[runtime] = (time.monotonic() + REFUSED_SECONDS, error)
            raise
        return found

    def _search(self, runtime: str) -> str:
        version = _version(runtime)
        failures = []
        for command in self._candidates(version):
            try:
                interpreter = self._ask(command)
            except _StartError as error:
                failures.append(f"{command}: {error}")
                continue
            if interpreter.version == version:
                return interpreter.executable
        if sys.executable and version == f"{sys.version_info.major}.{sys.version_info.minor}":
            return sys.executable
        tried = "".join(f"\n  tried {failure}" for failure in failures)
        raise UnusableError(
            "InvalidRuntimeException",
            f"The runtime {runtime} needs Python {version}, and none that starts was found on PATH or where "
            f"version managers keep it. Install Python {version}, or give the function another runtime "
            f"(sfn lambda update-function-configuration --function-name NAME --runtime RUNTIME).{tried}",
        )

    def _candidates(self, version: str) -> Iterator[str]:
        """Commands that may be the interpreter, the likeliest first; each program once."""
        folders = [folder for folder in self._environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder)]
        seen = set()
        for name in (f"python{version}", "python3", "python"):
            for folder in [*folders, *self._managed_folders(version)]:
                command = os.path.join(folder, name)
                program = os.path.realpath(command)
                # A virtual environment's python is a link to another, and yet not the same.
                key = (program, os.path.exists(os.path.join(folder, os.pardir, "pyvenv.cfg")) and folder)
                if key not in seen and os.path.isfile(command) and os.access(command, os.X_OK):
                    seen.add(key)
                    yield command

    def _managed_folders(self, version: str) -> list[str]:
        """Where pyenv, uv, asdf, mise and Homebrew keep this version, the newest patch first."""
        home = self._environ.get("HOME", "")
        data = self._environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
        patterns = (
            os.path.join(self._environ.get("PYENV_ROOT") or os.path.join(home, ".pyenv"), "versions", f"{version}.*", "bin"),
            os.path.join(data, "uv", "python", f"cpython-{version}.*", "bin"),
            os.path.join(self._environ.get("ASDF_DATA_DIR") or os.path.join(home, ".asdf"), "installs", "python", f"{version}.*", "bin"),
            os.path.join(data, "mise", "installs", "python", f"{version}.*", "bin"),
            os.path.join("/opt/homebrew/opt", f"python@{version}", "bin"),
        )
        return [folder for pattern in patterns if os.path.isabs(pattern) for folder in sorted(glob(pattern), key=_patch, reverse=True)]

    def _ask(self, command: str) -> Interpreter:
        """What a command is, as it says itself. Raises _StartError."""
        if self._verdicts is None:
            self._verdicts = _read(self._file)
        stamp = _stamp(command)
        try:
            known_stamp, executable, executable_stamp, version = self._verdicts[command]
            if known_stamp == stamp and executable_stamp == _stamp(executable):
                return Interpreter(executable, version)
        except (KeyError, TypeError, ValueError):
            pass
        interpreter = _started(command, self._environ)
        self._verdicts[command] = [stamp, interpreter.executable, _stamp(interpreter.executable), interpreter.version]
        _write(self._file, self._verdicts)
        return interpreter


class _StartError(Exception):
    """A command is no interpreter that can be used; the text says why."""


def _patch(folder: str) -> tuple[int, ...]:
    """The numbers in a path, so that 3.12.10 comes after 3.12.9."""
    return tuple(int(digits) for digits in re.findall(r"\d+", folder))


def _version(runtime: str) -> str:
    """The version in "python3.12". Raises UnusableError for every other runtime."""
    version = runtime.removeprefix("python")
    numbers = version.split(".")
    if version == runtime or not all(number.isdigit() for number in numbers) or len(numbers) != 2:
        raise UnusableError("InvalidRuntimeException", f"sfn runs handlers in Python: it has no runtime {runtime}.")
    if (int(numbers[0]), int(numbers[1])) < OLDEST:
        raise UnusableError("InvalidRuntimeException", f"sfn runs handlers in Python {OLDEST[0]}.{OLDEST[1]} and newer, not {runtime}.")
    return version


def _started(command: str, environ: Mapping[str, str]) -> Interpreter:
    import subprocess

    try:
        answer = subprocess.run(
            [command, "-I", "-S", "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=CHECK_SECONDS,
            env=dict(environ),
        )
    except subprocess.TimeoutExpired:
        raise _StartError(f"no answer within {CHECK_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise _StartError(error.strerror or str(error)) from None
    lines = answer.stdout.decode(errors="replace").splitlines()
    if answer.returncode != 0 or len(lines) != 2:
        complaint = answer.stderr.decode(errors="replace").strip().splitlines()
        raise _StartError(complaint[0] if complaint else f"exit status {answer.returncode}")
    return Interpreter(lines[0] or command, lines[1])


def _stamp(path: str) -> list[int]:
    try:
        status = os.stat(path)
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size, status.st_ino]


def _read(file: Path) -> dict[str, Any]:
    try:
        verdicts = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return verdicts if isinstance(verdicts, dict) else {}


def _write(file: Path, verdicts: Mapping[str, Any]) -> None:
    """Remembering is for speed only: a file that cannot be written is not missed."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.write_text(json.dumps(verdicts))
        os.replace(beside, file)
    except OSError:
        pass
