"""Parses HCL's templates: `${…}`, `%{if …}`, `%{for …}` and `~` in strings, heredocs and files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sfn_cli.stacks.readers.terraform.language.scanner import Scanner
from sfn_cli.stacks.readers.terraform.language.syntax import (
    Expression,
    Literal,
    Position,
    SourceText,
    TemplateFor,
    TemplateIf,
    TemplateParts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_QUOTED_TEXT = re.compile(r'[^"\\$%\n]+')
_UNQUOTED_TEXT = re.compile(r"[^$%\n]+")


class ExpressionParser(Protocol):
    """A parser for the expression in `${…}`."""

    offset: int
    depth: int

    def skip(self, *, lines: bool) -> None: ...

    def expression(self, *, lines: bool) -> Expression: ...


@dataclass
class _Text:
    """Literal text of at most one line, with its newline; `~` trims one such piece."""

    text: str


@dataclass
class _Directive:
    """`if`, `else`, `endif`, `for` or `endfor`, or "" for `${…}`."""

    keyword: str
    at: Position
    expression: Expression
    names: tuple[str, ...] = ()


class TemplateParser(Scanner):
    def __init__(
        self,
        source: SourceText,
        expression_parser: Callable[[SourceText, int, int], ExpressionParser],
        offset: int,
        end: int,
        depth: int,
    ) -> None:
        super().__init__(source, offset, end)
        self.depth = depth
        self._expression_parser = expression_parser
        self._pieces: list[_Text | _Directive] = []
        self._trims_next = False

    def quoted(self) -> TemplateParts:
        """Parses the template including the closing quote."""
        start = self.offset - 1
        while not self.accept('"'):
            if self.is_at_end or self.next == "\n":
                raise self.error("This string has no closing quote", start)
            if self.accept("\\"):
                self._add_text(self._escape())
            else:
                self._piece(_QUOTED_TEXT)
        return self._assembled()

    def unquoted(self, *, removes_indentation: bool = False) -> TemplateParts:
        """Parses to the end of the text; a backslash escapes nothing."""
        while not self.is_at_end:
            if self.accept("\n"):
                self._add_text("\n", ends_line=True)
            else:
                self._piece(_UNQUOTED_TEXT)
        if removes_indentation:
            self._remove_indentation()
        return self._assembled()

    def _piece(self, plain: re.Pattern[str]) -> None:
        for sigil in "$%":
            if self.accept(sigil * 2 + "{"):
                self._add_text(sigil + "{")
                return
            if self.startswith(sigil + "{"):
                self._sequence(sigil)
                return
        match = plain.match(self.text, self.offset, self.end)
        if match is None:
            self._add_text(self.next)
            self.offset += 1
        else:
            self._add_text(match.group())
            self.offset = match.end()

    def _escape(self) -> str:
        start = self.offset - 1
        letter = self.next
        self.offset += 1
        if letter in {"u", "U"}:
            digits = self.text[self.offset : self.offset + (4 if letter == "u" else 8)]
            self.offset += len(digits)
            try:
                return chr(int(digits, 16))
            except (ValueError, OverflowError):
                raise self.error(f'"\\{letter}{digits}" is not a character', start) from None
        if letter not in _ESCAPES or not letter:
            raise self.error(f'"\\{letter}" is not an escape sequence. Write "\\\\" for a backslash', start)
        return _ESCAPES[letter]

    def _add_text(self, text: str, *, ends_line: bool = False) -> None:
        ends_line = ends_line or text == "\n"
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, _Text) and not last.text.endswith("\n"):
            last.text += text
        else:
            self._pieces.append(_Text(text))
            last = None
        if self._trims_next:
            piece = self._pieces[-1]
            assert isinstance(piece, _Text)
            piece.text = piece.text.lstrip()
            if piece.text or ends_line:
                self._trims_next = False

    def _sequence(self, sigil: str) -> None:
        """Parses `${…}` or `%{…}`."""
        at = self.at()
        self.offset += 2
        self.deeper()
        if self.accept("~"):
            self._trim_last()
        directive = self._interpolation(at) if sigil == "$" else self._directive(at)
        self.skip(lines=True)
        self._trims_next = self.accept("~")
        self.expect("}", f'after "{sigil}{{" and an expression')
        self._pieces.append(directive)
        self.depth -= 1

    def _trim_last(self) -> None:
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, _Text):
            last.text = last.text.rstrip()

    def _interpolation(self, at: Position) -> _Directive:
        return _Directive("", at, self._expression())

    def _directive(self, at: Position) -> _Directive:
        self.skip(lines=True)
        keyword = self.expect_name("if, else, endif, for or endfor")
        self.skip(lines=True)
        if keyword == "if":
            return _Directive(keyword, at, self._expression())
        if keyword == "for":
            names = [self.expect_name('a name after "for"')]
            self.skip(lines=True)
            if self.accept(","):
                self.skip(lines=True)
                names.append(self.expect_name("a second name"))
                self.skip(lines=True)
            if not self.accept_keyword("in"):
                raise self.error(f'Expected "in", not {self.found()}')
            return _Directive(keyword, at, self._expression(), tuple(names))
        if keyword not in {"else", "endif", "endfor"}:
            raise at.error(f'"{keyword}" is not a directive. Use if, else, endif, for or endfor')
        return _Directive(keyword, at, Literal(None, at))

    def _expression(self) -> Expression:
        parser = self._expression_parser(self.source, self.offset, self.end)
        parser.depth = self.depth
        parser.skip(lines=True)
        expression = parser.expression(lines=True)
        self.offset = parser.offset
        return expression

    def _remove_indentation(self) -> None:
        """Removes the smallest indentation of all lines from each line, as `<<-` does.

        Lines with only whitespace are ignored.
        """
        starts: list[_Text] = []
        least: int | None = None
        at_line_start = True
        for piece in self._pieces:
            is_text = isinstance(piece, _Text)
            if at_line_start:
                spaces = 0
                if isinstance(piece, _Text):
                    stripped = piece.text.lstrip()
                    if not stripped and piece.text.endswith("\n"):
                        continue
                    spaces = len(piece.text) - len(stripped)
                    starts.append(piece)
                least = spaces if least is None else min(least, spaces)
            at_line_start = is_text and isinstance(piece, _Text) and piece.text.endswith("\n")
        for piece in starts:
            piece.text = piece.text[least or 0 :]

    # Matching directives

    def _assembled(self) -> TemplateParts:
        pieces = iter(self._pieces)
        parts, end = self._parts_until(pieces, set())
        assert end is None
        return parts

    def _parts_until(
        self, pieces: Iterator[_Text | _Directive], keywords: set[str], opened: _Directive | None = None
    ) -> tuple[TemplateParts, _Directive | None]:
        """Returns the parts before one of these directives, and that directive."""
        parts: list[str | Expression | TemplateIf | TemplateFor] = []
        for piece in pieces:
            if isinstance(piece, _Text):
                if piece.text:
                    parts.append(piece.text)
            elif not piece.keyword:
                parts.append(piece.expression)
            elif piece.keyword in keywords:
                return tuple(parts), piece
            elif piece.keyword == "if":
                then, end = self._parts_until(pieces, {"else", "endif"}, piece)
                otherwise: TemplateParts = ()
                if end is not None and end.keyword == "else":
                    otherwise, _ = self._parts_until(pieces, {"endif"}, piece)
                parts.append(TemplateIf(piece.expression, then, otherwise, piece.at))
            elif piece.keyword == "for":
                inner, _ = self._parts_until(pieces, {"endfor"}, piece)
                key_name = piece.names[0] if len(piece.names) == 2 else None
                parts.append(TemplateFor(key_name, piece.names[-1], piece.expression, inner, piece.at))
            else:
                raise piece.at.error(f"%{{{piece.keyword}}} has no matching directive")
        if opened is not None:
            raise opened.at.error(f"%{{{opened.keyword} …}} has no %{{end{opened.keyword}}}")
        return tuple(parts), None
