"""The terminal: argv in, text out, an exit code for the shell.

    argv -> commands (which one?) -> arguments (its options, by the model)
         -> values (files, JSON, shorthand)
         -> backend (the operation, here or at an endpoint) -> output

A command imports only what it needs: `sfn start-execution` takes little longer than the start of
Python itself.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.errors import SfnError


def process() -> NoReturn:
    """Runs the command in argv and ends the process. This is the entry point of `sfn`."""
    # A command takes milliseconds; collecting cycles, and the interpreter's own clean-up, would take a
    # tenth of them. Our own resources are closed when `main` returns.
    gc.disable()
    _open_closed_cli_streams()
    _prepare_cli_output()
    _ignore_exported_variables()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _ignore_exported_variables() -> None:
    from sfn_cli.settings.exported import ignore_exported_variables

    ignore_exported_variables()


def _open_closed_cli_streams() -> None:
    """Opens /dev/null in place of a standard stream that the shell closed (`sfn … >&-`).

    Otherwise the next file to be opened, perhaps one of the store's, would become stdout. Reading
    stdin and writing to stdout then fail as they do on a closed descriptor (EBADF); output to
    stderr is lost.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_WRONLY)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
        os.set_inheritable(descriptor, True)
        mode = "r" if name == "stdin" else "w"
        setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))


def _prepare_cli_output() -> None:
    """Lets text, even a traceback, reach a terminal only as `visible_text` returns it.

    Elsewhere text is unchanged. A lone surrogate has no bytes in UTF-8: it is written as JSON
    escapes it.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream.isatty():
            from sfn_cli.cli.screen import wrap_in_screen

            setattr(sys, name, wrap_in_screen(stream))
        elif stream.encoding == "utf-8":
            stream.reconfigure(errors="backslashreplace")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code (`ExitCode`)."""
    try:
        code = _run_cli(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_cli_output()  # the reader (`| head`) has seen enough
        return 0
    except (OSError, UnicodeEncodeError) as error:
        _drop_cli_output()
        reason = getattr(error, "strerror", None) or str(error)
        named = getattr(error, "filename", None)
        return _report_cli_failure(f"{named}: {reason}" if named else f"Cannot write the output: {reason}")
    except RecursionError:
        return _report_cli_failure("The data is nested too deeply.")
    except MemoryError:
        return _report_cli_failure("Not enough memory.")


def _run_cli(argv: Sequence[str]) -> int:
    import click

    from sfn_cli.cli.failures import report_failure
    from sfn_cli.cli.operations.commands import command_context, own_command_error
    from sfn_cli.errors import SfnError

    error_format = "enhanced"
    try:
        if argv and argv[0] == "__complete":
            from sfn_cli.cli.completion.completion import print_candidates

            return print_candidates(argv[1:])
        command = command_context(argv)
        error_format = command.obj.error_format
        _ = command.obj.settings, command.obj.output  # validates both before the command does anything
        with command:
            return int(command.command.invoke(command) or 0)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        return report_failure(own_command_error(error), error_format)
    except SfnError as error:
        if "--debug" in argv:
            _show_cli_traceback(error)
        return report_failure(error, error_format)


def _show_cli_traceback(error: SfnError) -> None:
    import traceback

    traceback.print_exception(error)


def _report_cli_failure(message: str) -> int:
    from sfn_cli.cli.failures import CommandFailedError, report_failure

    return report_failure(CommandFailedError(message), "enhanced")


def _drop_cli_output() -> None:
    """Discards the output still to be written: Python would complain when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
