"""The limits of expressions, and when an expression is postponed.

Rule 1: an expression that exceeds a limit fails its state. The limits count steps, nodes and characters,
so that a replay has the same result. Only a regular expression's search, and all expressions of one
state together, are limited in seconds.
Rule 2: a caller that must not block evaluates with a small TimeBudget. An expression that needs more time
does not fail but is postponed: it raises BudgetExceeded, and can be evaluated again from the start with
a larger budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REGEX_SECONDS = 2.0
"""The maximum duration of one regular expression's search, in CPU seconds. (ours)"""


class BudgetExceeded(BaseException):
    """An expression needs more time than its budget has.

    Like KeyboardInterrupt, it is not an Exception, so that handlers for expression errors do not catch it.
    """


class TimeBudget:
    """The seconds that the expressions of one step may take together, starting with `renew`.

    `clock` returns CPU seconds of the evaluating thread; only drivers have one. Without a clock, only the
    counted limits apply. `is_all` says what happens at the end of the budget: the expression fails
    (Rule 1) or is postponed (Rule 2).
    """

    __slots__ = ("_began", "_clock", "_seconds", "is_all")

    def __init__(
        self, clock: Callable[[], float] | None = None, seconds: float = 0.0, *, is_all: bool = True
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._began: float | None = None
        self.is_all = is_all

    def renew(self) -> None:
        """Restarts the budget, which starts at the next reading of the clock."""
        self._began = None

    def end(self) -> None:
        """Ends the budget, so that the next check postpones the expression. May be called from any thread."""
        self._seconds = -1.0
        self.is_all = False

    @property
    def seconds_left(self) -> float:
        """Returns the time left, at most REGEX_SECONDS for one regular expression."""
        if self._clock is None:
            return REGEX_SECONDS
        now = self._clock()
        if self._began is None:
            self._began = now
        return min(REGEX_SECONDS, self._began + self._seconds - now)

    def is_over(self) -> bool:
        """Whether the expression must fail now (Rule 1).

        Raises BudgetExceeded if it is postponed instead (Rule 2).
        """
        return self.seconds_left <= 0 and self.run_out()

    def run_out(self) -> bool:
        """Acts like `is_over` after a search has used up the budget. Returns True."""
        if not self.is_all:
            raise BudgetExceeded
        return True


UNLIMITED = TimeBudget()
"""The budget of callers that may block: tests, replays, `sfn doctor`."""
