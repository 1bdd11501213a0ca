"""Runs the build programs: pip, npm, esbuild.

They run code of the project and its packages as the user, but without AWS credentials: neither
variables nor files. The rest of the environment is unchanged, so that the user's configuration and
caches of pip and npm work.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.functions.builds.build_folder import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIME_LIMIT_SECONDS = 900.0
_SHOWN_LINES = 12
_SHOWN_BYTES = 100_000

_NOT_PASSED_ON = frozenset(
    {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONDONTWRITEBYTECODE", "NODE_PATH", "NODE_OPTIONS"}
)
_WITHOUT_CREDENTIALS = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def build_environment(environ: Mapping[str, str] = os.environ, **own: str) -> dict[str, str]:
    """Returns the environment of a build program: the user's, without AWS credentials."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_") and name not in _NOT_PASSED_ON
    }
    return {**kept, **_WITHOUT_CREDENTIALS, **own}


def run_build_program(
    command: Sequence[str], folder: str | os.PathLike[str], environment: Mapping[str, str], *, what: str
) -> str:
    """Runs a program in a folder to its end, and returns its output.

    `what` completes "… failed". Raises BuildError with the last lines of the output. If this
    process is interrupted, the program and its descendants are killed.
    """
    import subprocess

    interrupts = _PostponedInterrupts()
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        interrupts.end()
        raise BuildError(f"{what} failed: {command[0]}: {error.strerror or error}") from None
    try:
        interrupts.end()
        output, _ = process.communicate(timeout=TIME_LIMIT_SECONDS)
    except BaseException as error:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise BuildError(f"{what} failed: timed out after {TIME_LIMIT_SECONDS:.0f} seconds.") from None
        raise
    text = output[-_SHOWN_BYTES:].decode(errors="replace")
    if process.returncode != 0:
        status = _exit_status_text(process.returncode)
        raise BuildError(f"{what} failed ({status}):{_last_lines(text)}", text)
    return text


class _PostponedInterrupts:
    """Postpones Ctrl-C until `end`, so that a process that is just starting can be killed."""

    def __init__(self) -> None:
        self._came = False
        self._in_main_thread = threading.current_thread() is threading.main_thread()
        if self._in_main_thread:  # only the main thread is interrupted
            self._before = signal.signal(signal.SIGINT, self._postpone)

    def _postpone(self, *_: object) -> None:
        self._came = True

    def end(self) -> None:
        """Restores the handler. Raises KeyboardInterrupt if Ctrl-C was pressed in the meantime."""
        if self._in_main_thread:
            signal.signal(signal.SIGINT, self._before)
        if self._came:
            raise KeyboardInterrupt


def _exit_status_text(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {-status}"


def _last_lines(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "".join(f"\n  {line}" for line in lines[-_SHOWN_LINES:])
