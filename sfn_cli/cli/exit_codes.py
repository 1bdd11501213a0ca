"""Exit codes: those of the aws CLI, version 2."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit code of a command."""

    SUCCESS = 0
    DIFFERENT = 1
    """`sfn diff --exit-code` found a difference, the code that `git diff --exit-code` and diff(1) use."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it: 128 + SIGINT."""
    USAGE = 252
    """The command line, a parameter or a file that it names is wrong; no operation was called."""
    CONFIGURATION = 253
    """A required setting is missing or unusable."""
    SERVICE = 254
    """The operation rejected the request."""
    FAILURE = 255
    """Anything else: the store, the network, an execution that `sfn run` followed and that failed."""
