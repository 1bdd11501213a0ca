"""The outcomes of an evaluation other than a value: undefined, or an error."""

from __future__ import annotations


class Undefined:
    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = Undefined()
"""The value of an expression that matches nothing, which is not JSON."""


class JsonataError(Exception):
    """A failed evaluation. `code` is JSONata's ("T1006"), or empty for the limits of Rule 4."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code
        self.message = message
