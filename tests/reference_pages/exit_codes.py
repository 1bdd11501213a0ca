"""docs/reference/exit-codes.md, from the exit codes of the terminal and the errors that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import (
    CommandFailedError,
    CommandLineError,
    ExecutionFailedError,
    MisconfiguredError,
    OperationError,
    UnknownOptionsError,
    exit_code_of,
)
from sfn_cli.errors import ApiError, ConfigurationError, StoreError, SuspendedError, UsageError
from tests.reference_pages.markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.errors import SfnError
    from tests.reference_pages.markdown import Parts

MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.SUCCESS: "The command succeeded.",
    ExitCode.DIFFERENT: "`sfn diff --exit-code` found a difference.",
    ExitCode.INTERRUPTED: "You interrupted the command with Ctrl-C. Executions continue.",
    ExitCode.USAGE: "The command line, a parameter or a file is wrong. No operation was called.",
    ExitCode.CONFIGURATION: "A setting, a credential or an extra is missing or cannot be used.",
    ExitCode.SERVICE: "The operation rejected the request. The message has AWS's error code, "
    "except for an unknown name at a terminal.",
    ExitCode.FAILURE: "Something else failed: the execution, the store, the network, the output.",
}

_REJECTED = ApiError("ExecutionDoesNotExist", "…")

ERRORS: tuple[tuple[SfnError, str], ...] = (
    (CommandLineError("…"), "an unknown command, or a required option that is missing"),
    (UnknownOptionsError(["--tpyo"]), "an unknown option"),
    (UsageError("…"), "a file, a project or a value that cannot be used"),
    (ConfigurationError("…"), "a bad value of a [setting](settings.md), or a missing extra"),
    (MisconfiguredError("NoCredentials", "…"), "a request to `--endpoint-url` without credentials"),
    (OperationError("DescribeExecution", _REJECTED), "an error of an operation, such as an unknown name"),
    (ExecutionFailedError("…"), "an execution that `sfn run` or `sfn watch` follows and that fails"),
    (SuspendedError("…"), "an execution that a command waits for and that is suspended: see `sfn doctor`"),
    (StoreError("…"), "a store that cannot be opened, read or written, or that a newer sfn has written"),
    (CommandFailedError("…"), "an endpoint that does not answer, a file that cannot be written"),
)  # fmt: skip


def _codes() -> Iterator[str]:
    assert MEANINGS.keys() == set(ExitCode)
    return markdown_table(("code", "meaning"), ((str(code.value), MEANINGS[code]) for code in ExitCode))


def _errors() -> Iterator[str]:
    return markdown_table(
        ("error", "code"), ((reason, str(int(exit_code_of(error)))) for error, reason in ERRORS)
    )


PARTS: Parts = {"codes": _codes, "errors": _errors}
