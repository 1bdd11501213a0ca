"""Task tokens: who has one may answer its task, and nobody can guess one.

A token is two halves of 64 hexadecimal digits, both derived from the execution's secret seed: the
first finds the task, the second proves that the whole was handed out, and is compared in constant
time. Where executions live in more than one place, a locator follows, which says where this one lives
(`Execution.locator`). In a local store, which is one place, it is empty.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

_HALF = 64


def task_token(seed: str, about: str, locator: str = "") -> str:
    """The token of the task that `about` names within its execution."""
    return of_handle(seed, _digest(seed, about), locator)


def of_handle(seed: str, handle: str, locator: str = "") -> str:
    """The whole token, given the half that finds the task."""
    return handle + _digest(seed, handle) + locator


def handle_of(token: str) -> str:
    """The half that finds the task."""
    return token[:_HALF]


def locator_of(token: str) -> str:
    """What says where the execution of the task lives. It proves nothing."""
    return token[2 * _HALF :]


def is_genuine(token: str, seed: str, locator: str = "") -> bool:
    """Whether the token was made from this seed, for an execution with this locator."""
    expected = of_handle(seed, handle_of(token), locator)
    return hmac.compare_digest(
        token.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


def _digest(seed: str, text: str) -> str:
    return hmac.new(seed.encode(), text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
