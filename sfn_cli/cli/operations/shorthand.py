"""The shorthand syntax for structures: `level=ALL,destinations=[{arn=x}],tags=a,b`.

    structure = pair *("," pair)
    pair      = key "=" value | key "@=" location         (location: file://PATH or fileb://PATH)
    value     = list | hash | quoted | words              words: plain *("," plain), while no "=" follows
    list      = "[" [item *("," item)] "]"
    hash      = "{" [pair *("," pair)] "}"

The texts are then given their types by the model: "true" for a boolean, "5" for an integer.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.api.protocol.shapes import SHOWN_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.model import Shape

_KEY = re.compile(r"[\w\-.#/:$]*")
_PAIR = re.compile(r"\s*[\w\-.#/:$]+@?=")
_PLAIN = re.compile(r"(?:[^,\\]|\\.)*")
_PLAIN_IN_LIST = re.compile(r"(?:[^,\]}\\]|\\.)*")
_QUOTED = {
    "'": re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL),
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

_MAX_DEPTH = 100
"""How deep lists and hashes may be nested; no operation's input has a tenth of that."""


class ShorthandError(ValueError):
    """The text is not shorthand; the message shows it with a mark at the error."""

    def __init__(self, expected: str, text: str, position: int) -> None:
        received = text[position] if position < len(text) else "EOF"
        super().__init__(
            f"Expected: '{expected}', received: '{received}' for input:\n{_mark_shorthand(text, position)}"
        )


def _mark_shorthand(text: str, position: int) -> str:
    """Returns the text, or the part of a long one around the position, above a mark.

    The mark is one column to the left of its character, as in aws.
    """
    start = max(0, position - SHOWN_CHARACTERS // 2) if len(text) > SHOWN_CHARACTERS else 0
    return f" {text[start : start + SHOWN_CHARACTERS]}\n{' ' * (position - start)}^"


def parse_shorthand(text: str, load: Callable[[str], str | bytes | None]) -> dict[str, Any]:
    """Parses the structure that `text` describes, with texts for scalars. Raises ShorthandError.

    `load` returns the content of a location such as file://PATH, or None for other text.
    """
    return _ShorthandParser(text, load).structure()


def convert_shorthand(value: Any, shape: Shape) -> Any:
    """Converts a value read from shorthand to the model's types, if its texts have such a form."""
    match shape["type"]:
        case "structure" if isinstance(value, dict):
            members = shape["members"]
            return {
                name: convert_shorthand(item, members[name]) if name in members else item
                for name, item in value.items()
            }
        case "map" if isinstance(value, dict):
            return {name: convert_shorthand(item, shape["value"]) for name, item in value.items()}
        case "list":
            items = value if isinstance(value, list) else [value]
            return [convert_shorthand(item, shape["member"]) for item in items]
        case "boolean" if isinstance(value, str):
            return {"true": True, "false": False}.get(value.lower(), value)
        case "integer" | "long" if isinstance(value, str):
            return _shorthand_number(value, int)
        case "float" | "double" if isinstance(value, str):
            return _shorthand_number(value, float)
    return value


def _shorthand_number(text: str, kind: type[int] | type[float]) -> int | float | str:
    try:
        return kind(text)
    except ValueError:
        return text


class _ShorthandParser:
    def __init__(self, text: str, load: Callable[[str], str | bytes | None]) -> None:
        self.text = text
        self.load = load
        self.position = 0
        self.depth = 0

    def structure(self) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        while True:
            self.pair(pairs, nested=False)
            if self.position == len(self.text):
                return pairs
            self.expect(",")
            self.skip_spaces()

    def pair(self, pairs: dict[str, Any], *, nested: bool) -> None:
        start = self.position
        key = self.match(_KEY)
        if not key:
            raise ShorthandError("=", self.text, self.position)
        if self.peek() == "@" and self.text[self.position : self.position + 2] == "@=":
            self.position += 2
            location = self.value(nested=nested)
            loaded = self.load(location) if isinstance(location, str) else None
            pairs[key] = location if loaded is None else loaded
            return
        self.skip_spaces()
        self.expect("=")
        self.skip_spaces()
        if key in pairs:
            raise ValueError(
                f'Second instance of key "{key}" encountered for input:\n'
                + _mark_shorthand(self.text, start + 1)
            )
        pairs[key] = self.value(nested=nested)

    def value(self, *, nested: bool) -> Any:
        match self.peek():
            case "[" | "{" as opening:
                self.depth += 1
                if self.depth > _MAX_DEPTH:
                    raise ValueError(f"The value is nested more than {_MAX_DEPTH} levels deep.")
                value = self.explicit_list() if opening == "[" else self.hash()
                self.depth -= 1
                return value
            case "'" | '"':
                return self.quoted()
        return self.plain(nested=True) if nested else self.words()

    def words(self) -> str | list[str]:
        """Parses one text, or several with commas between them.

        A comma before `key=` ends the value.
        """
        first = self.plain(nested=False)
        words = [first]
        while self.peek() == "," and not self.pair_follows(self.position + 1):
            self.position += 1
            self.skip_spaces()
            if self.position == len(self.text):
                raise ShorthandError("=", self.text, self.position)
            words.append(self.quoted() if self.peek() in ("'", '"') else self.plain(nested=False))
        return words if len(words) > 1 else first

    def pair_follows(self, position: int) -> bool:
        return _PAIR.match(self.text, position) is not None

    def explicit_list(self) -> list[Any]:
        self.expect("[")
        items: list[Any] = []
        self.skip_spaces()
        while self.peek() != "]":
            items.append(self.value(nested=True))
            self.skip_spaces()
            if self.peek() != "]":
                self.expect(",")
                self.skip_spaces()
        self.expect("]")
        return items

    def hash(self) -> dict[str, Any]:
        self.expect("{")
        pairs: dict[str, Any] = {}
        self.skip_spaces()
        while self.peek() != "}":
            self.pair(pairs, nested=True)
            self.skip_spaces()
            if self.peek() != "}":
                self.expect(",")
                self.skip_spaces()
        self.expect("}")
        return pairs

    def quoted(self) -> str:
        quote = self.text[self.position]
        found = _QUOTED[quote].match(self.text, self.position)
        if not found:
            raise ShorthandError(quote, self.text, len(self.text))
        self.position = found.end()
        return found[1].replace(f"\\{quote}", quote).replace("\\\\", "\\")

    def plain(self, *, nested: bool) -> str:
        return _ESCAPE.sub(r"\1", self.match(_PLAIN_IN_LIST if nested else _PLAIN).rstrip())

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.position)
        assert found
        self.position = found.end()
        return found.group()

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise ShorthandError(character, self.text, self.position)
        self.position += 1

    def skip_spaces(self) -> None:
        while self.peek().isspace():
            self.position += 1
