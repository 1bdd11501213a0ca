"""Task tokens: the holder of a token may answer its task, and tokens cannot be guessed.

A token is two halves of 64 hexadecimal digits, both derived from the execution's secret seed: the
first finds the task, the second proves that the whole was issued, and is compared in constant time.
Where executions are stored in more than one place, a locator follows, which names this one's place
(`Execution.locator`). In a local store, which is one place, it is empty.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

_HALF = 64


def task_token(seed: str, about: str, locator: str = "") -> str:
    """Returns the token of the task that `about` names within its execution."""
    return task_token_of_handle(seed, _task_token_digest(seed, about), locator)


def task_token_of_handle(seed: str, handle: str, locator: str = "") -> str:
    """Returns the whole token, given the half that finds the task."""
    return handle + _task_token_digest(seed, handle) + locator


def handle_of_task_token(token: str) -> str:
    """Returns the half that finds the task."""
    return token[:_HALF]


def locator_of_task_token(token: str) -> str:
    """Returns the locator of the task's execution. It proves nothing."""
    return token[2 * _HALF :]


def is_genuine_task_token(token: str, seed: str, locator: str = "") -> bool:
    """Whether the token was derived from this seed, for an execution with this locator."""
    expected = task_token_of_handle(seed, handle_of_task_token(token), locator)
    return hmac.compare_digest(
        token.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


def _task_token_digest(seed: str, text: str) -> str:
    return hmac.new(seed.encode(), text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
