"""Errors for texts that are not JSON, with the messages of Jackson, AWS's parser.

Python's parser decides whether a text is JSON; this one reads a refused text again for the reason,
in the form of AWS's messages: "Unrecognized token 'not': was expecting (JSON String, Number, …)".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.jsonvalue import Json

_MAX_TOKEN = 256
"""How much of a token Jackson shows."""

_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SPACE = " \t\n\r"
_ESCAPES = '"\\/bfnrt'


class NotJson(ValueError):
    """Text that is not JSON: `message` in Jackson's words, `line` and `column` counted from one."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def read_json(text: str) -> Json:
    """Returns the value of a JSON text from outside.

    Raises NotJson, also for nesting that is too deep or a number that is too large.
    """
    _prepare_json_text(text)
    try:
        return jsonvalue.loads(text) if re.search(_LARGE_NUMBER, text) is None else _loads_finite_json(text)
    except ValueError as error:
        if isinstance(error, NotJson):
            raise
        _JsonReader(text).find_fault()
        # The syntax is valid, but Python reads integers of at most 4,300 digits.
        raise NotJson("Number value length exceeds the maximum allowed (1000)") from error


def loads_json(text: str, make_object: Callable[[list[tuple[str, Json]]], Json] | None = None) -> Json:
    """Parses JSON as Python's `json.loads` does, with its messages and NaN.

    `make_object` builds each object from its members. Raises ValueError, also for text that is nested
    too deeply.
    """
    _prepare_json_text(text)
    return json.loads(text, object_pairs_hook=make_object)


def _prepare_json_text(text: str) -> None:
    """Checks the depth before the text is parsed, which takes C's stack. Raises NotJson."""
    if text.count("[") + text.count("{") > jsonvalue.MAX_DEPTH and _json_nests_too_deeply(text):
        raise NotJson(
            f"Document nesting depth ({jsonvalue.MAX_DEPTH + 1}) exceeds the maximum allowed "
            f"({jsonvalue.MAX_DEPTH})"
        )
    jsonvalue.raise_recursion_limit()


_BRACKETS = r'(?s:"(?:[^"\\]|\\.)*+"|[\[{]+|[\]}]+)'
"""The pattern of strings and brackets.

Like the other pattern, it is compiled on first use: few commands read JSON.
"""


def _json_nests_too_deeply(text: str) -> bool:
    depth = 0
    for found in re.finditer(_BRACKETS, text):
        if found[0][0] in "[{":
            depth += len(found[0])
            if depth > jsonvalue.MAX_DEPTH:
                return True
        elif found[0][0] != '"':
            depth -= len(found[0])
    return False


_LARGE_NUMBER = r"[eE]\+?\d{3}|\d{309}"


def _finite_json_number(number: str) -> float:
    if (value := float(number)) in (float("inf"), float("-inf")):
        raise NotJson(f"Numeric value ({number}) out of range of double")
    return value


def _loads_finite_json(text: str) -> Json:
    return json.loads(text, parse_float=_finite_json_number, parse_constant=jsonvalue.refuse_json_constant)


class _JsonReader:
    """A reader of a text up to its first fault, which it raises.

    The open arrays and objects are a stack.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[tuple[str, int]] = []
        self.just_opened = False

    def find_fault(self) -> None:
        self.value()
        while self.open:
            self.space()
            character = self.peek()
            if character and character in "]}":
                self.close(character)
            elif self.just_opened:
                self.item()
            elif character == ",":
                self.at += 1
                self.space()
                self.item()
            elif not character:
                self.end_of_input()
            else:
                self.fail_unexpected(f"was expecting comma to separate {self.kind()} entries")
        self.space()
        if self.peek():
            self.value()
            self.fail("Trailing tokens are not allowed after the JSON value")

    def item(self) -> None:
        self.just_opened = False
        if self.open[-1][0] == "[":
            self.value()
            return
        if not self.peek():
            self.end_of_input()
        if self.peek() != '"':
            self.fail_unexpected("was expecting double-quote to start field name")
        self.string("name")
        self.space()
        if not self.peek():
            self.end_of_input()
        if self.peek() != ":":
            self.fail_unexpected("was expecting a colon to separate field name and value")
        self.at += 1
        self.value()

    def value(self) -> None:
        self.space()
        character = self.peek()
        if not character:
            self.end_of_input()
        if character in "[{":
            self.open.append((character, self.at))
            self.just_opened = True
            self.at += 1
        elif character == '"':
            self.string("string value")
        elif character == "-" or character.isdigit():
            self.number()
        elif character.isidentifier() or character == "$":
            self.word()
        else:
            self.fail_unexpected(f"expected a valid value {_VALUES}")

    def word(self) -> None:
        start = self.at
        while self.peek() and (self.peek().isalnum() or self.peek() in "_$"):
            self.at += 1
        word = self.text[start : self.at]
        if word in ("null", "true", "false"):
            return
        if word in ("NaN", "Infinity"):
            self.fail(
                f"Non-standard token '{word}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
            )
        if len(word) >= _MAX_TOKEN:
            self.at = start + _MAX_TOKEN
            word = f"{word[:_MAX_TOKEN]}..."
        self.fail(f"Unrecognized token '{word}': was expecting {_VALUES}")

    def number(self) -> None:
        if self.peek() == "-":
            self.at += 1
            if not self.peek().isdigit():
                self.fail_unexpected("expected digit (0-9) to follow minus sign, for valid numeric value")
        if self.peek() == "0" and self.text[self.at + 1 : self.at + 2].isdigit():
            self.fail("Invalid numeric value: Leading zeroes not allowed")
        self.digits()
        if self.peek() == ".":
            self.at += 1
            if not self.peek().isdigit():
                self.fail_unexpected("Decimal point not followed by a digit")
            self.digits()
        if self.peek() and self.peek() in "eE":
            self.at += 1
            if self.peek() and self.peek() in "+-":
                self.at += 1
            if not self.peek().isdigit():
                self.fail_unexpected("Exponent indicator not followed by a digit")
            self.digits()
        following = self.peek()
        if following and following not in _SPACE + ",]}":
            self.fail_unexpected(
                "Expected space separating root-level values" if not self.open else self.separator()
            )

    def separator(self) -> str:
        return f"was expecting comma to separate {self.kind()} entries"

    def digits(self) -> None:
        while self.peek() and self.peek() in "0123456789":
            self.at += 1

    def string(self, what: str) -> None:
        self.at += 1
        while True:
            character = self.peek()
            if not character:
                tail = "in field name" if what == "name" else "was expecting closing quote for a string value"
                self.fail(f"Unexpected end-of-input{' ' if what == 'name' else ': '}{tail}")
            if character == '"':
                self.at += 1
                return
            if character < " ":
                self.fail(
                    f"Illegal unquoted character ((CTRL-CHAR, code {ord(character)})): "
                    f"has to be escaped using backslash to be included in {what}"
                )
            self.at += 1
            if character == "\\":
                self.escape()

    def escape(self) -> None:
        character = self.peek()
        if character == "u":
            for offset in range(1, 5):
                digit = self.text[self.at + offset : self.at + offset + 1]
                if not digit or digit not in "0123456789abcdefABCDEF":
                    self.at += offset
                    self.fail_unexpected("expected a hex-digit for character escape sequence")
            self.at += 5
        elif character and character in _ESCAPES:
            self.at += 1
        elif character:
            self.fail(f"Unrecognized character escape {_describe_json_character(character)}")

    def close(self, character: str) -> None:
        opened, start = self.open[-1]
        expected = "]" if opened == "[" else "}"
        if character != expected:
            line, column = self.position(start)
            self.fail(
                f"Unexpected close marker '{character}': expected '{expected}' "
                f"(for {self.kind()} starting at [Source: (String); line: {line}, column: {column}])"
            )
        self.open.pop()
        self.just_opened = False
        self.at += 1

    def kind(self) -> str:
        return "Array" if self.open[-1][0] == "[" else "Object"

    def space(self) -> None:
        while self.peek() and self.peek() in _SPACE:
            self.at += 1

    def peek(self) -> str:
        """Returns the current character, or "" at the end."""
        return self.text[self.at : self.at + 1]

    def end_of_input(self) -> NoReturn:
        if not self.open:
            self.fail("No content to map due to end-of-input")
        line, column = self.position(self.open[-1][1])
        self.fail(
            f"Unexpected end-of-input: expected close marker for {self.kind()} "
            f"(start marker at [Source: (String); line: {line}, column: {column}])"
        )

    def fail_unexpected(self, comment: str) -> NoReturn:
        character = self.peek()
        if not character:
            self.fail(f"Unexpected end-of-input: {comment}")
        self.fail(f"Unexpected character ({_describe_json_character(character)}): {comment}")

    def fail(self, message: str) -> NoReturn:
        raise NotJson(message, *self.position(self.at))

    def position(self, at: int) -> tuple[int, int]:
        before = self.text[:at]
        return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _describe_json_character(character: str) -> str:
    """Describes a character as Jackson does: `'x' (code 120)`, or `(CTRL-CHAR, code 10)`."""
    code = ord(character)
    if code < 32:
        return f"(CTRL-CHAR, code {code})"
    return f"'{character}' (code {code})" if code < 256 else f"'{character}' (code {code} / 0x{code:x})"
