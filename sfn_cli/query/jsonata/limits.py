"""The limits of one JSONata evaluation, which are counted while it runs.

Steps are the evaluator's steps and the visited elements of long arrays. Bytes are those of all strings
and arrays that are created, even if they are discarded. Observed at AWS: nesting near 100 is rejected,
and so are [1..873783] and a string of 2**23 characters; 2**22 are accepted. The other limits are sfn's
own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jsonata.jsonata import Jsonata

from sfn_cli.query.jsonata.messages import Refusal

if TYPE_CHECKING:
    from sfn_cli.query.limits import TimeBudget

MAX_DEPTH = 100
MAX_STEPS = 2_000_000
MAX_ITEMS = 873_782
MAX_CHARACTERS = 6_990_256
MAX_ELEMENTS = 2_000_000
"""The maximum number of elements in a result, including nested ones."""
MAX_CREATED = 2**29
"""The maximum number of bytes that one evaluation may create.

A character counts as one byte, an element of an array as 4 or more.
"""

TOO_DEEP = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)
TOO_LONG = "Expression evaluation timeout: Check for infinite loop"
TOO_BIG = "Expression evaluation memory limit exceeded: Check for excessive memory usage"

_STEPS_BETWEEN_CHECKS = 1_000
"""The steps between two checks of the budget: about 2 ms."""


class Allowance:
    """The resources that one evaluation has used.

    All of its methods raise Refusal or BudgetExceeded when a limit is exceeded.
    """

    __slots__ = ("budget", "created_bytes", "next_check_at", "steps")

    def __init__(self, budget: TimeBudget) -> None:
        self.budget = budget
        self.steps = self.created_bytes = 0
        self.next_check_at = 0  # check at the first step: a state may have very many small expressions

    def check(self) -> None:
        """Checks the limits. It is called when `steps` has passed `next_check_at`."""
        if self.steps > MAX_STEPS or self.budget.is_over():
            raise Refusal("", TOO_LONG)
        self.next_check_at = min(self.steps + _STEPS_BETWEEN_CHECKS, MAX_STEPS)

    def count_visits(self, elements: int) -> None:
        """Counts visits of this many elements, converted to steps by the engine's speed."""
        self.steps += 1 + elements // 16
        if self.steps > self.next_check_at:
            self.check()

    def count_bytes(self, size_bytes: int) -> None:
        """Counts this many created bytes."""
        self.created_bytes += size_bytes
        if self.created_bytes > MAX_CREATED:
            raise Refusal("", TOO_BIG)


def current_allowance() -> Allowance:
    """Returns the allowance of this thread's evaluation, which the engine does not pass to its functions."""
    found: Allowance = Jsonata.CURRENT.jsonata.allowance
    return found


def check_length_limit(length: int) -> int:
    """Returns the length of a new string. Raises Refusal if it is too long."""
    if length > MAX_CHARACTERS:
        raise Refusal("", TOO_BIG)
    return length


def check_items_limit(number: int) -> int:
    """Returns the length of a new array. Raises Refusal if it is too long."""
    if number > MAX_ITEMS:
        raise Refusal("", TOO_BIG)
    return number
