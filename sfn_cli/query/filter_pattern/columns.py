"""Patterns for messages of columns.

    [ip, user, ..., request = "GET *", status = 4* || status = 5*, bytes > 1000]

Columns are separated by spaces; text in double quotes or square brackets is one column.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.query.filter_pattern.conditions import SIGN, VALUE, ConditionReader
from sfn_cli.query.filter_pattern.matching import InvalidPattern
from sfn_cli.query.filter_pattern.value import compile_value_comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.query.filter_pattern.matching import Matches

    Columns = Mapping[str, str]
    Condition = Callable[[Columns], bool]

_NAME = r"[A-Za-z_][\w\-]*"
_FIELD = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')


def compile_columns(text: str) -> Matches:
    reader = ConditionReader(text, _read_column_condition)
    reader.needs(r"\[", "[")
    names: list[str | None] = []  # None stands for any number of columns
    conditions: list[Condition] = []
    while True:
        if reader.takes(r"\.\.\."):
            names.append(None)
        elif (condition := reader.takes(rf"(?=[(\s]*({_NAME})\s*(?:{SIGN}))")) is not None:
            names.append(condition[1])
            conditions.append(reader.any_of())
        else:
            name = reader.takes(_NAME)
            names.append(name[0] if name else f"column {len(names) + 1}")
        if not reader.takes(","):
            break
    reader.needs(r"\]\s*$", "] or ,")
    if names.count(None) > 1:
        raise InvalidPattern(f"... may be used only once: {text}")

    def matches(message: str) -> bool:
        columns = _columns_by_name(names, ["".join(groups) for groups in _FIELD.findall(message)])
        return columns is not None and all(holds(columns) for holds in conditions)

    return matches


def _read_column_condition(reader: ConditionReader[Columns]) -> Condition:
    name = reader.needs(_NAME, "A column's name")
    sign = reader.needs(SIGN, "=, !=, >, >=, < or <=")
    holds = compile_value_comparison(sign, reader.needs(VALUE, "A value"))
    return lambda columns: name in columns and holds(columns[name])


def _columns_by_name(names: Sequence[str | None], fields: Sequence[str]) -> Columns | None:
    """Returns the fields by column name; None if there are too few or too many."""
    if None not in names:
        return dict(zip(names, fields, strict=True)) if len(names) == len(fields) else None  # type: ignore[arg-type]
    before = names.index(None)
    after = len(names) - before - 1
    if len(fields) < before + after:
        return None
    ends = [
        *zip(names[:before], fields[:before], strict=True),
        *zip(names[before + 1 :], fields[len(fields) - after :], strict=True),
    ]
    return {name: field for name, field in ends if name is not None}
