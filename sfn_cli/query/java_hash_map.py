"""A Java HashMap's iteration order: that of fields from templates, and of items that AWS reads from CSV.

Observed in recordings, and in the examples of AWS's guide (userId,movieId,rating,timestamp becomes
rating, movieId, userId, timestamp). Keys are in buckets by their hash. There are 16 buckets, doubled
until the keys fill at most three quarters of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUCKETS = 16


def hash_map_order(keys: Sequence[str]) -> list[str]:
    """Returns distinct keys, which were inserted in this order, in a HashMap's iteration order."""
    buckets = _BUCKETS
    while len(keys) * 4 > buckets * 3:
        buckets *= 2
    return sorted(keys, key=lambda key: _spread_hash(key) % buckets)


@lru_cache(maxsize=4096)
def _spread_hash(text: str) -> int:
    """Returns String.hashCode() (over UTF-16), with its upper half folded into the lower one."""
    code = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(units), 2):
        code = (31 * code + (units[at] << 8 | units[at + 1])) & 0xFFFFFFFF
    return code ^ code >> 16
