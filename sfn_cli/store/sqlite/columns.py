"""The columns of a record, listed only once: as its fields.

A row that is selected this way becomes a record with `RECORD._make(row)`, whatever the order of the
table's columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Row = Sequence[Any]


def columns_of(record: Any, table: str = "", /, **others: str) -> str:
    """Returns the columns to select for a record: its fields, in the given table.

    `others` are expressions for some of the fields.
    """
    prefix = f"{table}." if table else ""
    return ", ".join(others.get(field, f"{prefix}{field}") for field in record._fields)


def split_columns(row: Row, record: Any) -> tuple[Row, Row]:
    """Splits a row into the values of a record's columns and the values after them.

    For queries that read two records at a time.
    """
    width = len(record._fields)
    return row[:width], row[width:]


def insert_columns(table: str, row: Mapping[str, object], conflict: str = "") -> str:
    """Returns the statement that inserts a row of these columns, with its values bound by name."""
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({names}) VALUES ({values}) {conflict}".rstrip()
