"""Task tokens: unguessable tokens whose holder may complete a task.

A token has two halves of 64 hexadecimal digits, both derived from the execution's secret seed. The first
identifies the task; the second proves that the token was issued, and is compared in constant time. If
executions are stored in more than one place, a locator of the place follows (`Execution.locator`). For a
local store, which is one place, it is empty.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

_HALF = 64


def task_token(seed: str, about: str, locator: str = "") -> str:
    """Returns the token of the task that `about` identifies within its execution."""
    return task_token_of_handle(seed, _task_token_digest(seed, about), locator)


def task_token_of_handle(seed: str, handle: str, locator: str = "") -> str:
    """Returns the whole token for the half that identifies the task."""
    return handle + _task_token_digest(seed, handle) + locator


def handle_of_task_token(token: str) -> str:
    """Returns the half that identifies the task."""
    return token[:_HALF]


def locator_of_task_token(token: str) -> str:
    """Returns the locator of the task's execution, without verifying the token."""
    return token[2 * _HALF :]


def is_genuine_task_token(token: str, seed: str, locator: str = "") -> bool:
    """Whether the token was derived from this seed, for an execution with this locator."""
    expected = task_token_of_handle(seed, handle_of_task_token(token), locator)
    return hmac.compare_digest(
        token.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


def _task_token_digest(seed: str, text: str) -> str:
    return hmac.new(seed.encode(), text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
