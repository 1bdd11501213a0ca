"""The data that an expression can read: one Scope for each evaluation of a state's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.query.limits import UNLIMITED, TimeBudget
from sfn_cli.uuids import uuid_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.jsonvalue import Json

_NOTHING: Mapping[str, Json] = {}


def _scope_without_context() -> dict[str, Json]:
    return {}


class Scope:
    """The data, the time and the randomness of one evaluation.

    `input` is `$` in JSONPath. `states` is `$states` in JSONata without its context: {"input": …,
    "result": …, "errorOutput": …}, with the members that exist at this place. `context` returns the
    Context Object when an expression reads it. `now` is in milliseconds since 1970. Random values are
    derived from `seed` and the number of the draw: two draws differ, and a replay with a new Scope with
    the same seed repeats them. `budget` limits the time of the whole evaluation.
    """

    __slots__ = (
        "_draws",
        "budget",
        "context",
        "engine_values",
        "input",
        "now",
        "seed",
        "states",
        "variables",
    )  # fmt: skip

    def __init__(
        self,
        input: Json = None,
        *,
        context: Callable[[], dict[str, Json]] = _scope_without_context,
        variables: Mapping[str, Json] = _NOTHING,
        states: Mapping[str, Json] = _NOTHING,
        now: int = 0,
        seed: str = "",
        budget: TimeBudget = UNLIMITED,
    ) -> None:
        self.input = input
        self.context = context
        self.variables = variables
        self.states = states
        self.now = now
        self.seed = seed
        self.budget = budget
        self._draws = 0
        self.engine_values: dict[tuple[str, str], object] = {}
        """The JSONata adapter's values of `states` and `variables`, cached across expressions."""

    def draw(self) -> bytes:
        """Returns the next 32 random bytes of the sequence for `seed`."""
        from hashlib import sha256  # loads OpenSSL, so import it only for random values

        self._draws += 1
        return sha256(f"{self.seed}:{self._draws}".encode()).digest()

    def fraction(self) -> float:
        """Returns a random number n with 0 <= n < 1, in steps of 2**-53."""
        return (int.from_bytes(self.draw()[:8], "big") >> 11) * 2.0**-53

    def uuid(self) -> str:
        """Returns a random UUID, version 4."""
        return uuid_text(self.draw()[:16], version=4)
