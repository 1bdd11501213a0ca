"""Reduces an outline to a number of lines: failed and running states first, then the latest ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.outline.rows import OutlineRow
from sfn_cli.views.statuses import OF_INTEREST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from sfn_cli.views.execution.state_visit import StateVisit


def fit_rows(
    rows: Sequence[OutlineRow], max_lines: int, selected: StateVisit | None = None
) -> list[OutlineRow]:
    """Returns the rows with at most `max_lines` lines, but at least one; first that of `selected`.

    One row in the parent counts the rows that are left out, at the position of the first.
    """
    parents = dict(_parents_of_rows(rows, None))
    if len(parents) <= max_lines:
        return list(rows)
    order = _rows_by_urgency(list(parents), selected)
    fewest, most = 0, len(order)
    while fewest < most:
        middle = (fewest + most + 1) // 2
        if _count_lines(rows, _with_ancestors(order[:middle], parents)) <= max_lines:
            fewest = middle
        else:
            most = middle - 1
    return _cut_rows(rows, _with_ancestors(order[:fewest], parents))


def _parents_of_rows(
    rows: Sequence[OutlineRow], parent: OutlineRow | None
) -> Iterator[tuple[OutlineRow, OutlineRow | None]]:
    for row in rows:
        yield row, parent
        yield from _parents_of_rows(row.children, row)


def _rows_by_urgency(rows: Sequence[OutlineRow], selected: StateVisit | None) -> list[OutlineRow]:
    first = [row for row in rows if selected is not None and row.visit is selected]
    urgent = [row for row in rows if row.status in OF_INTEREST and row not in first]
    others = [row for row in reversed(rows) if row.status not in OF_INTEREST and row not in first]
    return [*first, *urgent, *others]


def _with_ancestors(
    rows: Sequence[OutlineRow], parents: dict[OutlineRow, OutlineRow | None]
) -> set[OutlineRow]:
    found: set[OutlineRow] = set()
    for row in rows:
        above: OutlineRow | None = row
        while above is not None and above not in found:
            found.add(above)
            above = parents[above]
    return found


def _count_lines(rows: Sequence[OutlineRow], shown: AbstractSet[OutlineRow]) -> int:
    here = [row for row in rows if row in shown]
    return len(here) + (len(here) < len(rows)) + sum(_count_lines(row.children, shown) for row in here)


def _cut_rows(rows: Sequence[OutlineRow], shown: AbstractSet[OutlineRow]) -> list[OutlineRow]:
    cut: list[OutlineRow] = []
    hidden = sum(row.stands_for for row in rows if row not in shown)
    is_counted = False
    for row in rows:
        if row in shown:
            cut.append(row.with_children(_cut_rows(row.children, shown)))
        elif not is_counted:
            cut.append(OutlineRow(f"… {hidden} more", stands_for=hidden))
            is_counted = True
    return cut
