"""A page of help, and its layout as text.

Usage: sfn run [options] [PATH]

Summary.

Paragraphs.

Options:
  --name NAME     Description. [default: x] [required]

Examples:
  sfn run
"""

from __future__ import annotations

from textwrap import TextWrapper
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_WIDTH = 100
_NARROWEST_DESCRIPTION = 28
"""Where a second column would be narrower, descriptions are below their terms."""


class HelpRow(NamedTuple):
    """A line of a list: an option, an argument or a command, and what it means."""

    term: str
    text: str


class HelpSection(NamedTuple):
    """A list with a title."""

    title: str
    rows: tuple[HelpRow, ...]
    longest_term: int = 30
    """A longer term has a line of its own above its description."""


class HelpPage(NamedTuple):
    """The help of one command."""

    command: str
    """As it is typed: "sfn tasks approve"."""
    arguments: str
    """What follows it: "[options] [HANDLE]"."""
    summary: str
    paragraphs: tuple[str, ...] = ()
    sections: tuple[HelpSection, ...] = ()
    unused: tuple[str, ...] = ()
    """Options that are accepted and have no effect."""
    examples: tuple[str, ...] = ()
    footer: str = ""


def help_text(page: HelpPage, columns: int) -> str:
    """Returns the page as text for a terminal of so many columns."""
    width = max(min(columns, MAX_WIDTH), 20)
    return "\n".join(_help_lines(page, width)) + "\n"


def _help_lines(page: HelpPage, width: int) -> Iterator[str]:
    usage = f"Usage: {page.command} {page.arguments}".rstrip()
    yield from _wrap_help(usage, width, indent="", hanging=" " * 7)
    for paragraph in (page.summary, *page.paragraphs):
        yield ""
        yield from _wrap_help(paragraph, width)
    for section in page.sections:
        yield from ("", f"{section.title}:")
        yield from _section_lines(section, width)
    if page.unused:
        yield from ("", "Accepted for compatibility with AWS, without effect:")
        yield from _wrap_help(", ".join(page.unused), width, indent="  ", hanging="  ")
    if page.examples:
        yield from ("", "Example:" if len(page.examples) == 1 else "Examples:")
        yield from (f"  {example}" for example in page.examples)
    if page.footer:
        yield ""
        yield from _wrap_help(page.footer, width)


def _section_lines(section: HelpSection, width: int) -> Iterator[str]:
    lengths = [len(row.term) for row in section.rows if len(row.term) <= section.longest_term]
    column = 2 + max(lengths, default=0) + 2
    if width - column < _NARROWEST_DESCRIPTION:
        column = 6
    for term, text in section.rows:
        fits = 2 + len(term) + 2 <= column
        if not fits:
            yield from _wrap_help(term, width, indent="  ", hanging="  ")
        first = f"  {term}".ljust(column) if fits else " " * column
        yield from _wrap_help(text, width, indent=first, hanging=" " * column) or (
            [first.rstrip()] if fits else []
        )


def _wrap_help(text: str, width: int, indent: str = "", hanging: str = "") -> list[str]:
    wrapper = TextWrapper(
        width,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_on_hyphens=False,
    )
    return wrapper.wrap(text)
