"""The columns of a record, named once: by its fields.

A row that is selected so makes its record by `RECORD._make(row)`, whatever the order of the table's
columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Row = Sequence[Any]


def columns_of(record: Any, table: str = "", /, **others: str) -> str:
    """What to select for a record: its fields, of the table of this name; `others` gives some
    fields' expressions.
    """
    prefix = f"{table}." if table else ""
    return ", ".join(others.get(field, f"{prefix}{field}") for field in record._fields)


def split_columns(row: Row, record: Any) -> tuple[Row, Row]:
    """The values of a record's columns, and those that follow: for a query that reads two records
    at once.
    """
    width = len(record._fields)
    return row[:width], row[width:]


def insert_columns(table: str, row: Mapping[str, object], conflict: str = "") -> str:
    """The statement that inserts a row, given by its columns, with its values bound by their names."""
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({names}) VALUES ({values}) {conflict}".rstrip()
