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
from tests.reference_pages.markdown import generated_head, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.errors import SfnError

INTRODUCTION = """\
sfn has the exit codes of version 2 of the aws CLI, so a script that checks them works with both. Output
goes to stdout and errors to stderr. An error is one line, after an empty line. Add `--debug` to a command
to see where an error was raised.
"""

MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.SUCCESS: "The command succeeded.",
    ExitCode.DIFFERENT: "`sfn diff --exit-code` found a difference.",
    ExitCode.INTERRUPTED: "You interrupted the command with Ctrl-C. Executions continue.",
    ExitCode.USAGE: "The command line, a parameter or a file is wrong. No operation was called.",
    ExitCode.CONFIGURATION: "A setting, a credential or an extra is missing or cannot be used.",
    ExitCode.SERVICE: "The operation rejected the request. The message has AWS's error code.",
    ExitCode.FAILURE: "Something else failed: the execution, the store, the network, the output.",
}

_REJECTED = ApiError("ExecutionDoesNotExist", "…")

ERRORS: tuple[tuple[SfnError, str], ...] = (
    (CommandLineError("…"), "an unknown command, or a required option that is missing"),
    (UnknownOptionsError(["--tpyo"]), "an unknown option"),
    (UsageError("…"), "a file, a project or a value that cannot be used"),
    (ConfigurationError("…"), "a bad value of a [setting](settings.md), or a missing extra"),
    (MisconfiguredError("NoCredentials", "…"), "a request to `--endpoint-url` without credentials"),
    (OperationError("DescribeExecution", _REJECTED), "an error of an operation, for example of an unknown name"),
    (ExecutionFailedError("…"), "an execution that `sfn run` or `sfn watch` followed, and that did not succeed"),
    (SuspendedError("…"), "an execution that a command waits for and that is suspended: see `sfn doctor`"),
    (StoreError("…"), "a store that cannot be opened, read or written, or that a newer sfn has written"),
    (CommandFailedError("…"), "everything else: an endpoint without an answer, a file that cannot be written"),
)  # fmt: skip

COMMANDS = """\
## Commands whose exit code needs an explanation

| command | exit code |
|---|---|
| `sfn run`, `sfn watch` | 0 if the execution succeeded, 255 if it failed, timed out or was stopped |
| `sfn start-executions` | 254 if a line was rejected. With `--wait`, 255 if an execution did not succeed |
| `sfn start-sync-execution`, `sfn test-state` | 0 also if the execution or the state failed: the output has the error, as on AWS |
| `sfn validate-state-machine-definition` | 0 also if the definition is invalid: the output has `"result": "FAIL"`, as on AWS |
| `sfn lambda invoke` | 0 also if the function failed: the output has `FunctionError`, as on AWS |
| `sfn diff` | 0. With `--exit-code`, 1 if there is a difference |
| `sfn doctor` | 255 if there is a finding |
| `sfn serve` | 0 after Ctrl-C or SIGTERM |
| any command whose output goes to `head` or another program that ends early | 0 |
"""

EXAMPLES = """\
## Examples

<!-- console: exit 252 -->
```console
$ sfn run missing
…
sfn: [ERROR]: An error occurred (ParamValidation): missing does not exist.
```

<!-- console: exit 253 -->
```console
$ SFN_WORKERS=many sfn ls
…
sfn: [ERROR]: SFN_WORKERS is 'many': it must be a whole number from 1 to 16.
```

<!-- console: exit 254 -->
```console
$ sfn describe-execution --execution-arn order/monday
…
sfn: [ERROR]: An error occurred (ExecutionDoesNotExist) when calling the DescribeExecution operation: …
```

<!-- console: exit 255 -->
```console
$ sfn tasks approve
…
sfn: [ERROR]: No task is pending.
```
"""


def page() -> str:
    """Returns the text of the page."""
    return "\n".join(
        [
            generated_head("Exit codes", "sfn_cli/cli/exit_codes.py and sfn_cli/cli/failures.py"),
            INTRODUCTION,
            *_codes(),
            *_errors(),
            COMMANDS,
            EXAMPLES.rstrip("\n"),
            "",
        ]
    )


def _codes() -> Iterator[str]:
    assert MEANINGS.keys() == set(ExitCode)
    yield from markdown_table(("code", "meaning"), ((str(code.value), MEANINGS[code]) for code in ExitCode))
    yield ""


def _errors() -> Iterator[str]:
    yield from ("## Errors and their codes", "")
    yield from markdown_table(
        ("error", "code"),
        ((reason[0].upper() + reason[1:], str(int(exit_code_of(error)))) for error, reason in ERRORS),
    )
    yield ""
