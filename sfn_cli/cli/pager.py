"""Long output at a terminal goes through a pager: AWS_PAGER, else PAGER, else less."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

from sfn_cli.cli import screen
from sfn_cli.cli.failures import MisconfiguredError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LESS_OPTIONS = "FRX"
"""Leave at once when all fits on one screen, keep colours, do not clear the screen."""


@contextmanager
def open_pager(environ: Mapping[str, str]) -> Iterator[TextIO]:
    """Yields the pager's stdin, as a Screen: a pager displays on the terminal what it receives.

    Stdout when AWS_PAGER or PAGER is empty or there is no less.
    """
    command = _chosen_pager(environ)
    if not command:
        yield sys.stdout
        return
    try:
        process = subprocess.Popen(
            shlex.split(command),
            stdin=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={"LESS": _LESS_OPTIONS, **environ},
        )
    except (OSError, ValueError) as error:
        raise MisconfiguredError(
            "Pager",
            "Unable to redirect output to pager. "
            f"Received the following error when opening pager:\n{error}\n\n"
            'Set AWS_PAGER to another command, or to "" for none.',
        ) from None
    assert process.stdin is not None
    try:
        yield screen.wrap_in_screen(cast("TextIO", process.stdin))
        process.stdin.close()
    except BrokenPipeError:
        pass  # the user has quit the pager
    finally:
        _wait_for_pager(process)


def _chosen_pager(environ: Mapping[str, str]) -> str:
    for name in ("AWS_PAGER", "PAGER"):
        if name in environ:
            return environ[name]
    return "less" if shutil.which("less") else ""


def _wait_for_pager(process: subprocess.Popen[str]) -> None:
    # Ctrl-C goes to the pager, too, which may keep running.
    while True:
        try:
            process.wait()
            return
        except KeyboardInterrupt:
            continue
