"""The tokens of a pattern's JSON text, and where AWS's parser (Jackson) is after each of them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.json_locations import json_line_and_column
from sfn_cli.jsonvalue import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json

_SHOWN_CHARACTERS = 500
"""How much of its source a message of Jackson shows."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"(?:\s*+:)?|[{}\[\]]|[^\s{}\[\],:"]+', re.DOTALL)


class EventPatternError(ValueError):
    """A malformed pattern. The message has the reason and its place, in AWS's words."""


class Token(NamedTuple):
    """One token; `kind` is one of { } [ ] name string number literal."""

    kind: str
    value: Json
    text: str
    start: int
    end: int


class PatternTokens:
    """Reads the tokens of a JSON text. Raises EventPatternError for text that is not JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        _check_pattern_json(text)
        self._tokens = _tokens_of_pattern(text)
        self._next = next(self._tokens, None)
        self._at = 0

    def next(self) -> Token:
        token = self._next
        assert token is not None, "a pattern ends with the last bracket of its text"
        self._next = next(self._tokens, None)
        # The parser reads a name together with the first character of the value, a string only when
        # its text is needed.
        last = self._next if token.kind == "name" and self._next is not None else token
        self._at = last.start + 1 if last.kind == "string" else last.end
        return token

    def read_string(self, token: Token) -> str:
        """Returns the text of the current token; the parser is then behind it."""
        self._at = token.end
        return str(token.value) if token.kind in ("string", "name") else token.text

    def error(self, reason: str) -> EventPatternError:
        return _pattern_error(reason, self._text, self._at)


def _check_pattern_json(text: str) -> None:
    try:
        loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            raise _pattern_error("Unexpected end-of-input", text, len(text)) from error
        character = text[error.pos]
        reason = f"Unexpected character ('{character}' (code {ord(character)}))"
        raise _pattern_error(reason, text, error.pos + 1) from error
    except (RecursionError, ValueError) as error:
        raise EventPatternError("Invalid JSON") from error


def _pattern_error(reason: str, text: str, offset: int) -> EventPatternError:
    line, column = json_line_and_column(text, offset)
    shown = text[:_SHOWN_CHARACTERS]
    left_out = len(text) - len(shown)
    more = f"[truncated {left_out} chars]" if left_out else ""
    return EventPatternError(
        f'{reason}\n at [Source: (String)"{shown}"{more}; line: {line}, column: {column}]'
    )


def _tokens_of_pattern(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        token = found[0]
        first = token[0]
        if first == '"' and token[-1] == ":":
            yield Token("name", json.loads(token[:-1]), token, *found.span())
        elif first == '"':
            yield Token("string", json.loads(token), token, *found.span())
        elif first in "{}[]":
            yield Token(first, None, token, *found.span())
        else:
            value = json.loads(token)
            kind = "literal" if value is None or isinstance(value, bool) else "number"
            yield Token(kind, value, token, *found.span())
