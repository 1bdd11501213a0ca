"""The child's side of a custom runtime: runs the function's own `bootstrap`.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
The program gets its invocations over HTTP. This process speaks bootstrap.py's protocol to the pool,
and the Runtime API to the program, which is its child (runtime_api.py; exchange.py connects the two).
It runs under sfn's own interpreter, with the standard library only.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import NoReturn

if __name__ == "__main__":  # the interpreter has only the standard library on its path
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from sfn_cli.functions import bootstrap
from sfn_cli.functions.exchange import Exchange


def custom_runtime_main(folder: str, entrypoint: str) -> NoReturn:
    """Runs the program `entrypoint` in the folder with the function's code."""
    bootstrap.tie_to_parent()
    bootstrap.close_inherited_descriptors()
    for descriptor in (bootstrap.CONTROL, bootstrap.LIFELINE):
        os.set_inheritable(descriptor, False)
    exchange = Exchange()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    program = os.path.join(folder, entrypoint)
    try:
        os.chdir(folder)
        exchange.process_id = _spawn_custom_runtime(program, listening.getsockname()[1])
    except OSError as error:
        exchange.refuse(*_custom_runtime_refusal(program, error))
    # The program starts while this is imported; until then, its requests wait at the socket.
    from sfn_cli.functions.runtime_api import serve_runtime_api

    threading.Thread(target=serve_runtime_api, args=(listening, exchange), daemon=True).start()
    _, status = os.waitpid(exchange.process_id, 0)
    exchange.report_end(os.waitstatus_to_exitcode(status))


def _spawn_custom_runtime(program: str, port: int) -> int:
    """Starts the program. Raises OSError."""
    if not os.path.isfile(program):
        raise FileNotFoundError
    environment = {**os.environ, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}"}
    # Do not pass on Python's ignored signals: a shell's pipes need SIGPIPE.
    return os.posix_spawn(program, [program], environment, setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))


def _custom_runtime_refusal(program: str, error: OSError) -> tuple[str, str]:
    """Returns why the program cannot be started, in Lambda's words, and a hint."""
    name = os.path.basename(program)
    if not os.path.isfile(program):
        places = f"{bootstrap.TASK_ROOT}/{name} /opt/{name}"
        hint = (
            f"A custom runtime is an executable file named {name} in the function's code. "
            f"There is no such file: {program}"
        )
        return f"Couldn't find valid bootstrap(s): [{places}]", hint
    reason = (error.strerror or str(error)).lower()
    if isinstance(error, PermissionError):
        from shlex import quote

        hint = f"Make it executable: chmod +x {quote(program)} (for a zip, before it is packed)."
    elif isinstance(error, FileNotFoundError):
        hint = (
            f"The interpreter in the first line of {program} does not exist on this machine, "
            "or the line ends in a carriage return."
        )
    else:
        hint = (
            f"{program} must be a program for this machine, "
            "or a script whose first line names its interpreter (#!/bin/sh)."
        )
    return f"fork/exec {bootstrap.TASK_ROOT}/{name}: {reason}", hint


if __name__ == "__main__":
    custom_runtime_main(sys.argv[1], sys.argv[2])
