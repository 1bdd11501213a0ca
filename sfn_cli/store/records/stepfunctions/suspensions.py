"""Executions that sfn itself failed on."""

from typing import NamedTuple

ATTEMPTS = 3


class Fault(NamedTuple):
    """An error inside sfn while it drove an execution: as one line, and with its traceback."""

    error: str
    traceback: str


class Suspension(NamedTuple):
    """A suspended execution.

    `failed_at` is milliseconds since 1970; `version` is the version of sfn that failed.
    """

    execution_arn: str
    attempts: int
    version: str
    failed_at: int
    error: str
    traceback: str
