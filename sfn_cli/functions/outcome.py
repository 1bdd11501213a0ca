"""The outcome of an invocation, with Lambda's response if the function did not respond itself.

https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

from __future__ import annotations

import signal
from typing import Literal, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.store.records.functions import LATEST

Kind = Literal["succeeded", "failed", "timed_out", "exited", "not_found", "unusable", "throttled"]


class Outcome(NamedTuple):
    """The outcome of one invocation.

    kind        succeeded, or how it failed: the handler raised (failed), took too long (timed_out)
                or its process ended (exited); there is no such function (not_found); or it cannot
                be run on this machine (unusable), or all of its reserved concurrency is in use (throttled)
    payload     the handler's answer, JSON text unless it chose its own bytes, or
                {"errorMessage", "errorType", …} as in Lambda
    log_tail    the last 4 KB of the invocation's log
    error       the error's name, which a state machine's Retry and Catch match; None on success
    message     for people; for an unusable function, it says how to fix that
    version     the version of the function that was run
    binary      the handler's answer if it is not UTF-8; None otherwise
    """

    kind: Kind
    payload: str
    request_id: str
    log_tail: str = ""
    error: str | None = None
    message: str = ""
    version: str = LATEST
    binary: bytes | None = None


class UnusableError(Exception):
    """A function cannot be run on this machine.

    `error` is Lambda's error name; the message says how to fix it.
    """

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


def not_found_outcome(arn: str, request_id: str) -> Outcome:
    return outcome_without_run(
        "not_found", "ResourceNotFoundException", f"Function not found: {arn}", request_id
    )


def throttled_outcome(request_id: str) -> Outcome:
    return outcome_without_run("throttled", "TooManyRequestsException", "Rate Exceeded.", request_id)


def outcome_without_run(kind: Kind, error: str, message: str, request_id: str) -> Outcome:
    """Returns the outcome of an invocation that was never passed to a process."""
    return Outcome(kind, _error_outcome_payload(error, message), request_id, "", error, message)


def timeout_outcome(seconds: float, request_id: str, log_tail: str) -> Outcome:
    message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return Outcome(
        "timed_out",
        _error_outcome_payload("Sandbox.Timedout", message),
        request_id,
        log_tail,
        "Sandbox.Timedout",
        message,
    )


def exit_outcome(status: int | None, request_id: str, log_tail: str) -> Outcome:
    """Returns the outcome of an invocation whose process ended.

    `status` is its exit code, negative for a signal's number, None if unknown.
    """
    message = f"RequestId: {request_id} Error: Runtime exited {_exit_outcome_reason(status)}"
    return Outcome(
        "exited",
        _error_outcome_payload("Runtime.ExitError", message),
        request_id,
        log_tail,
        "Runtime.ExitError",
        message,
    )


def _exit_outcome_reason(status: int | None) -> str:
    if not status:
        return "without providing a reason"
    if status > 0:
        return f"with error: exit status {status}"
    return f"with error: signal: {(signal.strsignal(-status) or str(-status)).lower()}"


def _error_outcome_payload(error: str, message: str) -> str:
    return jsonvalue.dumps({"errorType": error, "errorMessage": message})
