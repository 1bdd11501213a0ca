"""Reads the characters of HCL: whitespace, comments, names, numbers and punctuation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.stacks.readers.terraform.language.syntax import Position, SourceText

if TYPE_CHECKING:
    from sfn_cli.stacks.stack import TemplateError

NAME = re.compile(r"[^\W\d][\w-]*")
NUMBER = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?")
_SPACE = re.compile(r"(?:[ \t\r]|(?:#|//)[^\n]*|/\*.*?\*/)+", re.DOTALL)
_SPACE_AND_LINES = re.compile(r"(?:[ \t\r\n]|(?:#|//)[^\n]*|/\*.*?\*/)+", re.DOTALL)

_MAX_DEPTH = 100


class Scanner:
    """A position in a source text; the base of the parsers."""

    def __init__(self, source: SourceText, offset: int = 0, end: int | None = None) -> None:
        self.source = source
        self.text = source.text
        self.offset = offset
        self.end = len(self.text) if end is None else end
        self.depth = 0

    def at(self, offset: int | None = None) -> Position:
        return Position(self.source, self.offset if offset is None else offset)

    def error(self, message: str, offset: int | None = None) -> TemplateError:
        return self.at(offset).error(message)

    def deeper(self) -> None:
        """Increments the nesting depth. Raises TemplateError at the limit."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.error(f"More than {_MAX_DEPTH} levels of nesting")

    def skip(self, *, lines: bool) -> None:
        """Skips whitespace and comments and, with `lines`, newlines."""
        match = (_SPACE_AND_LINES if lines else _SPACE).match(self.text, self.offset, self.end)
        if match:
            self.offset = match.end()
        if self.text.startswith("/*", self.offset):
            raise self.error("This comment has no end. Add */")

    @property
    def is_at_end(self) -> bool:
        return self.offset >= self.end

    @property
    def next(self) -> str:
        """The next character, or an empty string at the end."""
        return self.text[self.offset] if self.offset < self.end else ""

    def startswith(self, symbol: str) -> bool:
        return self.text.startswith(symbol, self.offset, self.end)

    def accept(self, symbol: str) -> bool:
        """Skips the symbol if it is next, and returns whether it was."""
        if self.startswith(symbol):
            self.offset += len(symbol)
            return True
        return False

    def expect(self, symbol: str, after: str) -> None:
        if not self.accept(symbol):
            raise self.error(f'Expected "{symbol}" {after}, not {self.found()}')

    def accept_name(self) -> str | None:
        match = NAME.match(self.text, self.offset, self.end)
        if match is None:
            return None
        self.offset = match.end()
        return match.group()

    def expect_name(self, what: str) -> str:
        name = self.accept_name()
        if name is None:
            raise self.error(f"Expected {what}, not {self.found()}")
        return name

    def accept_keyword(self, keyword: str) -> bool:
        match = NAME.match(self.text, self.offset, self.end)
        if match is None or match.group() != keyword:
            return False
        self.offset = match.end()
        return True

    def found(self) -> str:
        """Returns a description of what is next, for an error."""
        if self.is_at_end:
            return "the end of the text"
        if self.next == "\n":
            return "the end of the line"
        match = NAME.match(self.text, self.offset, self.end)
        return f'"{match.group()[:40] if match else self.next}"'
