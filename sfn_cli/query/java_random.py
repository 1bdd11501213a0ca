"""java.util.Random, which determines AWS's random numbers for a seed.

Observed: `$random(42)` is 0.7275636800328681. The algorithm is from Java's documentation,
https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Random.html
"""

from __future__ import annotations

_MASK = (1 << 48) - 1


class JavaRandom:
    """The sequence of numbers of `new Random(seed)`."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ 0x5DEECE66D) & _MASK

    def next_double(self) -> float:
        """Returns n with 0 <= n < 1."""
        return ((self._next(26) << 27) + self._next(27)) * 2.0**-53

    def below(self, bound: int) -> int:
        """Returns n with 0 <= n < bound, as nextInt(bound) does; a larger bound uses 64 bits."""
        if bound > 1 << 31:
            return ((self._next(32) << 32) + self._next(32)) % bound
        if bound & -bound == bound:
            return bound * self._next(31) >> 31
        while True:
            bits = self._next(31)
            value = bits % bound
            if bits - value + bound - 1 < 1 << 31:
                return value

    def _next(self, bits: int) -> int:
        self._state = (self._state * 0x5DEECE66D + 0xB) & _MASK
        return self._state >> 48 - bits
