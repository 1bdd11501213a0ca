"""The limits of one JSONata evaluation, counted while it runs.

Steps count the evaluator's own, and the visited elements of long arrays; bytes count all strings
and arrays that are created, whether or not they are retained. Observed at AWS: nesting near 100 is
refused, as are [1..873783] and a string of 2**23 characters; 2**22 are accepted. The other limits
are ours.
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
"""The maximum number of elements in a result, nested ones included."""
MAX_MADE = 2**29
"""The maximum number of bytes that one evaluation may create.

A character counts as one byte, an element of an array as 4 or more.
"""

TOO_DEEP = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)
TOO_LONG = "Expression evaluation timeout: Check for infinite loop"
TOO_BIG = "Expression evaluation memory limit exceeded: Check for excessive memory usage"

_STEPS_BETWEEN_LOOKS = 1_000
"""The steps between two checks whether the budget is used up: about 2 ms."""


class Allowance:
    """The resources that one evaluation has used.

    All of its methods raise Refusal or BudgetExceeded when a limit is exceeded.
    """

    __slots__ = ("budget", "look_at", "made", "steps")

    def __init__(self, budget: TimeBudget) -> None:
        self.budget = budget
        self.steps = self.made = 0
        self.look_at = 0  # the first step looks: a state may have very many small expressions

    def look(self) -> None:
        """Checks the limits; called when `steps` has passed `look_at`."""
        if self.steps > MAX_STEPS or self.budget.is_over():
            raise Refusal("", TOO_LONG)
        self.look_at = min(self.steps + _STEPS_BETWEEN_LOOKS, MAX_STEPS)

    def walk(self, elements: int) -> None:
        """Counts the visit of that many elements, at the engine's speed for one step."""
        self.steps += 1 + elements // 16
        if self.steps > self.look_at:
            self.look()

    def make(self, size_bytes: int) -> None:
        """Counts that many created bytes."""
        self.made += size_bytes
        if self.made > MAX_MADE:
            raise Refusal("", TOO_BIG)


def current_allowance() -> Allowance:
    """Returns the allowance of this thread's evaluation.

    The engine calls its functions without it.
    """
    found: Allowance = Jsonata.CURRENT.jsonata.allowance
    return found


def check_length_limit(length: int) -> int:
    """Returns a new string's number of characters. Raises Refusal if it is too long."""
    if length > MAX_CHARACTERS:
        raise Refusal("", TOO_BIG)
    return length


def check_items_limit(number: int) -> int:
    """Returns the number of items of an array to be created. Raises Refusal if it is too large."""
    if number > MAX_ITEMS:
        raise Refusal("", TOO_BIG)
    return number
