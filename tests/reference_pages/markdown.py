"""Markdown of the generated parts of pages."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Parts = Mapping[str, Callable[[], Iterable[str]]]
    """The lines of each generated part of a page, by its name."""

_PART = re.compile(
    r"(?<=^<!-- generated: )(?P<name>.+?) -->\n.*?(?=^<!-- end -->$)", re.MULTILINE | re.DOTALL
)


def with_generated_parts(page: Path, parts: Parts) -> str:
    """Returns the text of a page with its generated parts up to date. Raises KeyError.

    In the page, a part is between `<!-- generated: NAME -->` and `<!-- end -->`.
    """
    text = page.read_text(encoding="utf-8")
    missing = parts.keys() - {part["name"] for part in _PART.finditer(text)}
    if missing:
        raise KeyError(f"{page} has no place for {', '.join(sorted(missing))}")

    def updated(part: re.Match[str]) -> str:
        name = part["name"]
        return "".join(f"{line}\n" for line in (f"{name} -->", "", *parts[name](), ""))

    return _PART.sub(updated, text)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yields the lines of a table. A `|` in a cell is escaped."""
    yield _table_row(header)
    yield "|" + "---|" * len(header)
    yield from map(_table_row, rows)


def _table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def code_list(names: Iterable[str]) -> str:
    """Returns names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def paragraph(text: str) -> Iterator[str]:
    """Yields the lines of a paragraph."""
    yield from textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)
