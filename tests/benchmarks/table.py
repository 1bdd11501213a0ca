"""The table of results: a line for each measure, printed as soon as it is known."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Result(NamedTuple):
    """One measure. With a baseline, in the same unit, what is wanted is wanted of their ratio."""

    name: str
    value: float
    unit: str
    wanted: str
    """">= 0.5", "<= 12", "< 150"."""
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.value / self.baseline

    @property
    def holds(self) -> bool:
        relation, limit = self.wanted.split()
        judged = self.value if self.ratio is None else self.ratio
        return judged >= float(limit) if relation == ">=" else judged <= float(limit)


HEADER = f"{'measure':52} {'measured':>14} {'baseline':>14} {'ratio':>6} {'wanted':>9}  holds"


def line(result: Result) -> str:
    baseline = "" if result.baseline is None else _with_unit(result.baseline, result.unit)
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    verdict = "yes" if result.holds else "NO"
    measured = _with_unit(result.value, result.unit)
    return f"{result.name:52} {measured:>14} {baseline:>14} {ratio:>6} {result.wanted:>9}  {verdict}"


def _with_unit(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.2f} {unit}"


def in_turn(runs: int, *measures: Callable[[], float]) -> Sequence[float]:
    """The median of each measure, taken in turn: what disturbs the machine disturbs them all."""
    rounds = [[measure() for measure in measures] for _ in range(runs)]
    return [statistics.median(taken) for taken in zip(*rounds, strict=True)]
