"""--output table: boxes within boxes, one for each structure and list.

Rule 1: the scalars of a structure are a row below their keys; nested values are in a box of their
own, one level in.
Rule 2: all boxes are as wide as the widest; a table wider than the terminal turns its single rows
into columns.
Rule 3: widths are distributed in proportion to the content of the columns.
"""

from __future__ import annotations

import shutil
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from sfn_cli.cli.screen import Control, is_screen, write_screen_parts
from sfn_cli.views.text.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def write(value: Any, title: str, stream: TextIO, *, color: bool = False) -> None:
    sections: list[_TableSection] = []
    # A Screen would escape the cells as well, but after their widths were measured.
    _add_table_section(sections, _visible_in_table(value) if is_screen(stream) else value, title, 0)
    if not sections:
        return
    width = max(section.width for section in sections)
    if width > _table_terminal_width():
        for section in sections:
            section.turn()
        width = max(section.width for section in sections)
    paint = _COLORS if color else _PLAIN
    stream.write("-" * width + "\n")
    for section in sections:
        for line in section.lines(width, paint):
            write_screen_parts(stream, line)
            stream.write("\n")
    # Observed: at a terminal, aws resets the colours once more.
    write_screen_parts(stream, [paint.reset] * (2 if stream.isatty() else 1))


def _visible_in_table(value: Any) -> Any:
    match value:
        case dict():
            return {visible_text(key): _visible_in_table(item) for key, item in value.items()}
        case list():
            return [_visible_in_table(item) for item in value]
        case str():
            return visible_text(value)
    return value


def _table_terminal_width() -> int:
    return shutil.get_terminal_size().columns


def _add_table_section(sections: list[_TableSection], value: Any, title: str | None, level: int) -> None:
    """Adds the sections of a value; without a title its rows join the last section."""
    if not value:
        return
    if title is not None:
        sections.append(_TableSection(title, level))
    if isinstance(value, dict):
        _add_table_of_structure(sections, value, level)
    elif isinstance(value, list) and isinstance(value[0], dict):
        _add_table_of_structures(sections, value, title or "", level)
    elif isinstance(value, list):
        for item in value:
            if _is_table_scalar(item):
                sections[-1].rows.append([item])
            elif all(map(_is_table_scalar, item)):
                sections[-1].rows.append(list(item))
            else:
                _add_table_section(sections, item, None, level)
    else:
        sections[-1].rows.append([value])


def _add_table_of_structure(sections: list[_TableSection], structure: Mapping[str, Any], level: int) -> None:
    headers, nested = _table_keys([structure])
    if len(headers) == 1:
        sections[-1].rows.append([headers[0], structure[headers[0]]])
    elif headers:
        sections[-1].headers = headers
        sections[-1].rows.append([structure[key] for key in headers])
    for key in nested:
        _add_table_section(sections, structure[key], key, level + 1)


def _add_table_of_structures(
    sections: list[_TableSection], structures: Sequence[Mapping[str, Any]], title: str, level: int
) -> None:
    headers, nested = _table_keys(structures)
    sections[-1].headers = headers
    for index, structure in enumerate(structures):
        if index and nested:
            sections.append(_TableSection(title, level, headers))
        sections[-1].rows.append([structure.get(key, "") for key in headers])
        for key in nested:
            if key in structure:
                _add_table_section(sections, structure[key], key, level + 1)


def _table_keys(structures: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Returns the keys of scalars and the keys of nested values, each sorted."""
    keys = {key for structure in structures for key in structure}
    scalar = {key for key in keys if all(_is_table_scalar(structure.get(key)) for structure in structures)}
    return sorted(scalar), sorted(keys - scalar)


def _is_table_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


class _Paint(NamedTuple):
    """The escape sequences around the parts of a line, or empty texts."""

    reset: Control = Control("")
    frame: Control = Control("")
    """Before the bars of the levels further out."""
    cell: Control = Control("")


_PLAIN = _Paint()
_COLORS = _Paint(Control("\033[0m"), Control("\033[2m\033[33m"), Control("\033[1m\033[34m"))

_Line = list[str]
"""The parts of a line: text and Controls."""

_CELL_PADDING = 4


class _TableSection:
    """One box: a title and rows, perhaps below headers; `level` is how deep it is nested."""

    def __init__(self, title: str, level: int, headers: list[str] | None = None) -> None:
        self.title = title
        self.level = level
        self.headers: list[str] = headers or []
        self.rows: list[list[Any]] = []

    def turn(self) -> None:
        """Turns a single row below headers into one row for each header."""
        if self.headers and len(self.rows) == 1:
            self.rows = [list(pair) for pair in zip(self.headers, self.rows[0], strict=True)]
            self.headers = []

    @property
    def columns(self) -> list[int]:
        """Returns the length of the longest text of each column."""
        lines = [self.headers, *self.rows] if self.headers else self.rows
        count = max(map(len, lines), default=0)
        return [
            max(_table_text_length(str(line[index])) for line in lines if index < len(line))
            for index in range(count)
        ]

    @property
    def width(self) -> int:
        inner = sum(width + _CELL_PADDING for width in self.columns)
        return max(_table_text_length(self.title), inner) + 2 + 2 * self.level

    def lines(self, width: int, paint: _Paint) -> list[_Line]:
        inner = width - 2 * self.level
        columns = _fit_table_widths([length + _CELL_PADDING for length in self.columns], inner)
        rule = (
            "+"
            + "+".join(
                "-" * (column - (2 if first else 1)) for first, column in _enumerate_table_columns(columns)
            )
            + "+"
        )
        lines = [[_centered_table_cell(self.title, inner, True)]]
        if not self.rows:
            lines.append(["+" + "-" * (inner - 2) + "+"])
        if self.headers:
            lines += [[rule], _table_row(self.headers, columns, lambda *cell: [_centered_table_cell(*cell)])]
        if self.rows:
            lines.append([rule])
            lines += [_table_row(row, columns, partial(_left_table_cell, paint=paint)) for row in self.rows]
            lines.append([rule])
        bars = [paint.frame, "|" * self.level, paint.reset] if self.level else []
        edge = [paint.reset, *bars, paint.reset]
        return [[*edge, *line, *edge] for line in lines]


def _enumerate_table_columns(columns: Sequence[int]) -> list[tuple[bool, int]]:
    return [(index == 0, column) for index, column in enumerate(columns)]


def _fit_table_widths(columns: Sequence[int], width: int) -> list[int]:
    """Scales the columns' widths in proportion, to fill `width` exactly."""
    if not columns:
        return []
    factor = width / sum(columns)
    shared = [round(factor * column) for column in columns]
    missing = width - sum(shared)
    order = range(len(shared)) if missing < 0 else range(len(shared) - 1, -1, -1)
    while missing:
        for index in order:
            if not missing:
                break
            step = 1 if missing > 0 else -1
            shared[index] += step
            missing -= step
    return shared


def _table_row(
    values: Sequence[Any], columns: Sequence[int], cell: Callable[[str, int, bool], _Line]
) -> _Line:
    cells = zip(values, _enumerate_table_columns(columns), strict=False)
    return [part for value, (first, column) in cells for part in cell(str(value), column, first)]


def _left_table_cell(text: str, width: int, first: bool, paint: _Paint) -> _Line:
    left = "|" if first else ""
    room = width - len(left) - 1 - _table_text_length(text)
    padding = 2 if room >= 2 else 0
    return [left + " " * padding, paint.cell, text, paint.reset, " " * (room - padding) + "|"]


def _centered_table_cell(text: str, width: int, first: bool) -> str:
    left = "|" if first else ""
    before = width // 2 - _table_text_length(text) // 2 - 1
    after = width - len(left) - before - _table_text_length(text) - 1
    return f"{left}{' ' * before}{text}{' ' * after}|"


def _table_text_length(text: str) -> int:
    """Returns how many terminal columns a text takes: wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
