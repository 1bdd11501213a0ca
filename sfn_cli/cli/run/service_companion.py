"""The parent of a service's program, and all that `sfn run` knows of it: the program ends when `sfn
run` does, however that ends.

stdin is the lifeline: `sfn run` holds the other end and never writes, and when it goes, the kernel
closes it. The program is then sent SIGTERM, and killed if it does not end, with all that it
started. The exit code is the program's; 128 and its number for a signal, 127 when the program
cannot be started. It runs with the standard library only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import NoReturn

GRACE_SECONDS = 2.0
"""How long a program may take to end after SIGTERM."""


def main(command: list[str]) -> NoReturn:
    """Runs the program to its end."""
    try:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror or error}", file=sys.stderr)
        sys.exit(127)
    threading.Thread(target=_end_with_parent, args=(program,), daemon=True).start()
    code = program.wait()
    _signal(program, signal.SIGKILL)  # what it started and left behind
    sys.exit(code if code >= 0 else 128 - code)


def _end_with_parent(program: subprocess.Popen[bytes]) -> None:
    os.read(0, 1)
    _signal(program, signal.SIGTERM)
    try:
        program.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _signal(program, signal.SIGKILL)


def _signal(program: subprocess.Popen[bytes], number: int) -> None:
    with suppress(OSError):  # gone, or (macOS) all of the group is dying
        os.killpg(program.pid, number)


if __name__ == "__main__":
    main(sys.argv[1:])
