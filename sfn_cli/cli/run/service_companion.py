"""The parent process of a service's program: ends it when `sfn run` ends, however that happens.

`sfn run` knows no other process of the service.

stdin is the lifeline: `sfn run` holds the other end and never writes, and when it ends, the kernel
closes it. The program then receives SIGTERM, and is killed if it does not end, with everything that
it started. The exit code is the program's; 128 and its number for a signal, 127 when the program
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


def companion_main(command: list[str]) -> NoReturn:
    """Runs the program to its end."""
    try:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    except OSError as error:
        print(f"{command[0]} cannot be started: {error.strerror or error}", file=sys.stderr)
        sys.exit(127)
    threading.Thread(target=_end_companion_with_parent, args=(program,), daemon=True).start()
    code = program.wait()
    _signal_companion_program(program, signal.SIGKILL)  # the processes that it left behind
    sys.exit(code if code >= 0 else 128 - code)


def _end_companion_with_parent(program: subprocess.Popen[bytes]) -> None:
    os.read(0, 1)
    _signal_companion_program(program, signal.SIGTERM)
    try:
        program.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _signal_companion_program(program, signal.SIGKILL)


def _signal_companion_program(program: subprocess.Popen[bytes], number: int) -> None:
    with suppress(OSError):  # gone, or (macOS) all of the group is dying
        os.killpg(program.pid, number)


if __name__ == "__main__":
    companion_main(sys.argv[1:])
