"""The time axis of a timeline: maps times to shares of its width, with long gaps cut out.

A gap in which nothing starts or ends, and which would take more than 80 % of the axis, is drawn as a short
break. Otherwise, a Wait of three days would hide the seconds around it. Several such gaps are cut
together.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_GAP = 0.8
_BREAK_WIDTH = 0.08
_MOST_BREAKS = 4


class AxisPart(NamedTuple):
    """A period from `start` to `end`, and its position as shares of the width, 0 to 1."""

    start: int
    end: int
    left: float
    right: float
    is_break: bool

    def position(self, at: int) -> float:
        length = self.end - self.start
        return self.left + (self.right - self.left) * ((at - self.start) / length if length else 0.0)


class TimeAxis:
    """The positions of times. `parts` follow each other from left to right."""

    def __init__(self, start: int, end: int, times: Iterable[int]) -> None:
        inside = sorted({start, end, *(time for time in times if start < time < end)})
        gaps = list(pairwise(inside)) or [(start, start)]
        breaks = _breaks_of(gaps)
        drawn = sum(to - since for since, to in gaps if (since, to) not in breaks)
        scale = (1 - _BREAK_WIDTH * len(breaks)) / drawn if drawn else 0.0
        self.parts: list[AxisPart] = []
        left = 0.0
        for since, to in _merged_gaps(gaps, breaks):
            is_break = (since, to) in breaks
            right = left + (_BREAK_WIDTH if is_break else (to - since) * scale)
            self.parts.append(AxisPart(since, to, left, right, is_break))
            left = right

    @property
    def breaks(self) -> list[AxisPart]:
        return [part for part in self.parts if part.is_break]

    def position(self, at: int) -> float:
        """Returns the position of a time; times outside the axis are at its ends."""
        for part in self.parts:
            if at <= part.end:
                return max(0.0, part.position(max(at, part.start)))
        return self.parts[-1].right

    def ticks(self, wanted: int = 3) -> Sequence[tuple[float, int]]:
        """Returns positions for labels with their times, from left to right, outside of breaks."""
        found: list[tuple[float, int]] = [(0.0, self.parts[0].start)]
        for number in range(1, wanted + 1):
            share = number / wanted
            for part in self.parts:
                if part.left <= share <= part.right and not part.is_break and part.right > part.left:
                    length = (share - part.left) / (part.right - part.left)
                    found.append((share, round(part.start + (part.end - part.start) * length)))
                    break
        if found[-1][0] < 1:
            found.append((1.0, self.parts[-1].end))
        return found


def _breaks_of(gaps: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Returns the gaps to cut out: each would take 80 % of an axis with that gap and the remaining time."""
    longest_first = sorted(gaps, key=lambda gap: gap[0] - gap[1])
    lengths = [to - since for since, to in longest_first]
    for count in range(min(_MOST_BREAKS, len(gaps) - 1), 0, -1):
        rest = sum(lengths[count:])
        if rest and lengths[count - 1] > _LONGEST_GAP * (lengths[count - 1] + rest):
            return set(longest_first[:count])
    return set()


def _merged_gaps(gaps: Sequence[tuple[int, int]], breaks: set[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Returns the periods of the axis: each break, and each period between two breaks."""
    merged: list[tuple[int, int]] = []
    for gap in gaps:
        if merged and gap not in breaks and merged[-1] not in breaks:
            merged[-1] = (merged[-1][0], gap[1])
        else:
            merged.append(gap)
    return merged
