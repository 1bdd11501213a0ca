"""Reports errors on stderr as the aws CLI does, with its exit codes.

    CommandLineError      argv has the wrong form: the error, then the usage, or     252
                          the command that shows help
    UnknownOptionsError   argv has options that the command does not take: usage     252
                          first
    UsageError            a parameter's value is wrong                               252
    MisconfiguredError    a setting is missing or unusable, with aws's name for it   253
    OperationError        the operation rejected the request                         254
    CommandFailedError, ExecutionFailedError, StoreError                             255

An error begins with an empty line, as in aws.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.errors import ApiError, ConfigurationError, SfnError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRAM = "sfn"

AWS_CLI = "2.36.7"
"""The version of the aws CLI whose options, texts and exit codes sfn imitates."""

USAGE = f"""\
usage: {PROGRAM} [options] <command> <subcommand> [<subcommand> ...] [parameters]
To see help text, you can run:

  {PROGRAM} help
  {PROGRAM} <command> help
  {PROGRAM} <command> <subcommand> help
"""


class CommandLineError(UsageError):
    """The command line has the wrong form.

    `command` is the sfn command whose help the message points to. Without it the usage is shown, as in
    aws.
    """

    def __init__(self, message: str, command: str = "") -> None:
        super().__init__(message)
        self.command = command


class UnknownOptionsError(UsageError):
    """The command line contains words that the command does not take; the usage is shown first."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(f"Unknown options: {', '.join(words)}")


class MisconfiguredError(ConfigurationError):
    """A setting is missing or unusable; `code` is aws's name for the kind ("NoCredentials")."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CommandFailedError(SfnError):
    """The command failed for a reason other than the command line or the operation (255).

    `below` is additional text for a terminal.
    """

    def __init__(self, message: str, below: str = "") -> None:
        super().__init__(message)
        self.below = below


class ExecutionFailedError(CommandFailedError):
    """The execution that the command followed did not succeed (255).

    `write_more` writes more about it for people, below the error; at a terminal only.
    """

    def __init__(self, message: str, write_more: Callable[[], None] | None = None) -> None:
        super().__init__(message)
        self.write_more = write_more


class OperationError(SfnError):
    """An operation's ApiError, with the operation's name and the number of failed retries.

    For people at a terminal: `plain` replaces the text, `below` follows it.
    """

    def __init__(self, operation: str, error: ApiError, retries: int | None = None) -> None:
        note = f" (reached max retries: {retries})" if retries is not None else ""
        text = (
            f"An error occurred ({error.code}) when calling the {operation} operation{note}: {error.message}"
        )
        super().__init__(text.rstrip(" "))
        self.error = error
        self.plain = ""
        self.below = ""


def invalid_choice_failure(
    argument: str, given: str, choices: Sequence[str], meant: Sequence[str] = ()
) -> CommandLineError:
    """Returns the error for a word that is not one of the choices.

    It suggests the words `meant`, and the choices that resemble the word.
    """
    from difflib import get_close_matches

    lines = [f"argument {argument}: Found invalid choice '{given}'", ""]
    similar = get_close_matches(given, choices, cutoff=_RESEMBLANCE)
    close = [*meant, *(choice for choice in similar if choice not in meant)]
    if close:
        lines += ["Maybe you meant:", ""] + [f"  * {choice}" for choice in close]
    return CommandLineError("\n".join(lines))


_RESEMBLANCE = 0.75


def report_failure(error: SfnError, error_format: str) -> ExitCode:
    """Reports the error on stderr; returns its exit code."""
    with suppress(OSError):  # stderr is closed or full: only the exit code is left
        if isinstance(error, OperationError) and error_format not in ("enhanced", "legacy"):
            _write_structured_failure(error.error, error_format)
        else:
            below = error.below if isinstance(error, (OperationError, CommandFailedError)) else ""
            sys.stderr.write(_failure_text(error, error_format) + below)
            if isinstance(error, ExecutionFailedError) and error.write_more is not None:
                error.write_more()
        sys.stderr.flush()
    return exit_code_of(error)


def exit_code_of(error: SfnError) -> ExitCode:
    if isinstance(error, UsageError):
        return ExitCode.USAGE
    if isinstance(error, ConfigurationError):
        return ExitCode.CONFIGURATION
    if isinstance(error, (ApiError, OperationError)):
        return ExitCode.SERVICE
    return ExitCode.FAILURE


def _failure_text(error: SfnError, error_format: str) -> str:
    prefix = f"{PROGRAM}: [ERROR]:"
    match error:
        case UnknownOptionsError():
            return f"\n{USAGE}\n\n{prefix} {error}\n"
        case CommandLineError() if error.command:
            help_command = f"{error.command} --help"
            return f"\n{prefix} An error occurred (ParamValidation): {error}\n\nFor help: {help_command}\n"
        case CommandLineError():
            return f"\n{prefix} An error occurred (ParamValidation): {error}\n\n{USAGE}"
        case UsageError():
            return f"\n{prefix} An error occurred (ParamValidation): {error}\n"
        case MisconfiguredError():
            return f"\n{prefix} An error occurred ({error.code}): {error}\n"
        case OperationError() if error.plain:
            return f"\n{prefix} {error.plain}\n"
        case OperationError() if error_format == "enhanced" and error.error.members:
            details = "".join(f"{name}: {value}\n" for name, value in error.error.members.items())
            return f"\n{prefix} {error}\n\nAdditional error details:\n{details}"
        case _:
            return f"\n{prefix} {error}\n"


def _write_structured_failure(error: ApiError, error_format: str) -> None:
    from sfn_cli.cli.output import write_output

    members = {"Message": error.message, "Code": error.code, "message": error.message, **error.members}
    write_output(members, error_format, "error", sys.stderr)
