"""Tables for people: how columns shrink, and which are left out first."""

from __future__ import annotations

import pytest

from sfn_cli.cli.lists.columns import Column, column_lines
from sfn_cli.views.text.styled_line import Span, cell_width, plain_line

COLUMNS = (
    Column("Name", least=4),
    Column("Kind", spare=2),
    Column("Count", spare=1, is_right=True),
    Column("Note", least=4, spare=3),
)
ROWS = [
    ("orders", "slow", "7", "a long note"),
    ("預金", "fast", "12,345", ""),
]  # fmt: skip


def _table(width: int | None, rows: list[tuple[str, ...]] = ROWS) -> list[str]:
    cells = [[[Span(text)] for text in row] for row in rows]
    return [plain_line(line) for line in column_lines(COLUMNS, cells, width)]


@pytest.mark.parametrize(
    "width, shown",
    [
        (
            None,
            [
                "Name    Kind   Count  Note",
                "orders  slow       7  a long note",
                "預金    fast  12,345",
            ],
        ),
        (30, ["Name    Kind   Count  Note", "orders  slow       7  a long …", "預金    fast  12,345"]),
        (24, ["Name  Kind   Count  Note", "ord…  slow       7  a l…", "預金  fast  12,345"]),
        (20, ["Name    Kind   Count", "orders  slow       7", "預金    fast  12,345"]),
        (14, ["Name     Count", "orders       7", "預金    12,345"]),
        (6, ["Name", "orders", "預金"]),
        (3, ["Na…", "or…", "預…"]),
    ],
)  # fmt: skip
def test_widths(width: int | None, shown: list[str]) -> None:
    """Columns shrink to their smallest width; then the least important one is left out."""
    assert _table(width) == shown
    assert width is None or max(map(cell_width, shown)) <= width


def test_an_empty_column_is_left_out() -> None:
    """A column without any text is left out."""
    assert _table(None, [("orders", "", "7", "")]) == ["Name    Count", "orders      7"]
