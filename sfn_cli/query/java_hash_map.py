"""The order in which a Java HashMap iterates its keys: that of an item's fields which AWS reads from CSV.

Observed in recordings, and in the examples of AWS's guide (userId,movieId,rating,timestamp comes as
rating, movieId, userId, timestamp). The keys stand in buckets by their hash; there are 16, or twice
as many until three quarters suffice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUCKETS = 16


def hash_map_order(keys: Sequence[str]) -> list[str]:
    """Distinct keys, inserted in this order, as a HashMap iterates them."""
    buckets = _BUCKETS
    while len(keys) * 4 > buckets * 3:
        buckets *= 2
    return sorted(keys, key=lambda key: _spread_hash(key) % buckets)


def _spread_hash(text: str) -> int:
    """String.hashCode() (over UTF-16), its upper half folded into the lower one."""
    code = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(units), 2):
        code = (31 * code + (units[at] << 8 | units[at + 1])) & 0xFFFFFFFF
    return code ^ code >> 16
