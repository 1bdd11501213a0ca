"""The errors that sfn raises on purpose; anything else is a bug and may be a traceback.

    SfnError
    ├── ApiError        an operation's own error, with AWS's code and message   exit 254, HTTP 400
    ├── UsageError      the command line or the request's shape is wrong         exit 252, HTTP 400
    ├── ConfigurationError   a setting or package is missing or unusable         exit 253
    ├── StoreError      the store cannot be opened, read or written              exit 255, HTTP 500
    │   └── RowError    one row cannot be read or written; the others can
    ├── SuspendedError  the awaited execution cannot end: sfn failed on it       exit 255, HTTP 500
    ├── UnstorableError data that no store can hold                              exit 254, HTTP 400
    └── StatesError     an execution's error: a name of the States Language and its cause

Exit codes are those of the aws CLI, version 2 (`cli/exit_codes.py`). `StatesError` never reaches a
user as an exception: the interpreter turns it into events.
"""

from __future__ import annotations

from typing import Any


class SfnError(Exception):
    """The root of every error that sfn raises on purpose; `str()` is one clear line."""


class ApiError(SfnError):
    """A refusal of the request by an operation, as at AWS: `code` is the shape's name."""

    def __init__(self, code: str, message: str, *, status: int = 400, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members


class UsageError(SfnError):
    """A request of the wrong shape: refused before any operation is called (exit 252)."""


class ConfigurationError(SfnError):
    """A setting that the command needs is missing or unusable (exit 253)."""


class StoreError(SfnError):
    """The store cannot be opened, read or written; its contents are unchanged (exit 255)."""


class RowError(StoreError):
    """One row cannot be read (it is damaged) or written (it breaks a constraint); the others can.

    A worker suspends the execution that the row belongs to, and continues with the others.
    """


def is_store_error(error: BaseException) -> bool:
    """Whether an error concerns the store as a whole, and so every execution in it."""
    return isinstance(error, StoreError) and not isinstance(error, RowError)


class UnstorableError(SfnError):
    """Data that cannot be stored: a lone surrogate, an integer of more than 64 bits.

    Nothing was changed. The data is at fault, not the store: a request with it is refused; an
    execution that produced it fails.
    """


class SuspendedError(SfnError):
    """An awaited execution cannot end: it, or an execution that it waits for, is suspended."""


class StatesError(SfnError):
    """A failed state: `error` is matched against ErrorEquals, `cause` is for people.

    `location` is set for expressions that failed to evaluate: the field in the state, as the
    EvaluationFailed event names it ("Arguments/total"). `cause` never holds the prefix that names
    the state: the interpreter adds it, unless AWS has none (`is_whole_cause`).
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None = None,
        *,
        location: str | None = None,
        is_whole_cause: bool = False,
    ) -> None:
        super().__init__(f"{error}: {cause}" if cause else str(error))
        self.error = error
        self.cause = cause
        self.location = location
        self.is_whole_cause = is_whole_cause
