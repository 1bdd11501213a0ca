"""JSONPath filters: compiles `[?(@.price < 10 && @.isbn)]` to a function that filters items.

    or       and ('||' and)*                    and    operand ('&&' operand)*
    operand  '!' operand | '(' or ')' | value (comparison value)?
    value    @path | 'text' | "text" | text | 1.5e3 | true | false | null | [values] | {"name": value}

A text without quotes ends at a blank, an operator or a bracket: `[?(@.Name==Receipt)]`, `==2026-11-27`.

A path without a comparison tests whether it names anything. Paths are in path_of_item.py, comparisons in
comparison.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from sfn_cli.query.jsonpath.comparison import COMPARISONS, MISSING, read_compared_number
from sfn_cli.query.jsonpath.path_of_item import TEXT, Value, path_of_item, unescape_item_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.jsonvalue import Json
    from sfn_cli.query.limits import TimeBudget

MAX_DEPTH = 50
"""The maximum nesting of parentheses, lists and `!`. (ours)"""

_STRING = re.compile(TEXT, re.DOTALL)
_NUMBER = re.compile(r"-?\d[\w.]*(?<=[eE])[-+]\d+")
_UNQUOTED = re.compile(r"""[^\s()\[\]{},'"&|=<>!@$~*%+`?]++""")
_OPERATOR = re.compile(r"===|!==|==|!=|<=|>=|=~|[<>=+*/%]|-(?=\s)|\w+")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}


def compile_filter(body: str) -> Callable[[list[Json], TimeBudget], list[Json]]:
    """Compiles a function that returns the items for which `body` is true.

    It stops when the time budget is used up. Raises ValueError.
    """
    filter = _FilterParser(body)
    holds = filter.whole()
    # https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html: `@`
    # matches no scalar value, so `[?(@ > 1)]` matches nothing, unlike in Jayway.
    kept_types = (dict, list) if filter.names_items else (object,)

    def matching(items: list[Json], budget: TimeBudget) -> list[Json]:
        kept: list[Json] = []
        for start in range(0, len(items), 256):
            kept += [
                item for item in items[start : start + 256] if isinstance(item, kept_types) and holds(item)
            ]
            if budget.is_over():
                break
        return kept

    return matching


class _FilterParser:
    """A cursor on the text of one filter."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.names_items = False
        """Whether the filter contains `@`."""

    def whole(self) -> Value:
        holds = self.any_of()
        if self.at < len(self.text):
            self.refuse()
        return holds

    def any_of(self) -> Value:
        parts = [self.all_of()]
        while self.take("||"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else lambda item: any(part(item) for part in parts)

    def all_of(self) -> Value:
        parts = [self.operand()]
        while self.take("&&"):
            parts.append(self.operand())
        return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)

    def operand(self) -> Value:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("the filter is nested too deeply")
        if self.take("!"):
            denied = self.operand()
            holds: Value = lambda item: not denied(item)  # noqa: E731
        elif self.take("("):
            holds = self.any_of()
            self.expect(")")
        else:
            holds = self.comparison()
        self.depth -= 1
        return holds

    def comparison(self) -> Value:
        self.blanks()
        is_path = self.text.startswith("@", self.at)
        left = self.value()
        self.blanks()
        operator = _OPERATOR.match(self.text, self.at)
        if operator is None:
            if not is_path:
                raise ValueError(f"a value in the filter '{self.text}' needs a comparison, such as '=='")
            return lambda item: left(item) is not MISSING
        compare = COMPARISONS.get(operator[0])
        if compare is None:
            kind = "arithmetic operator" if operator[0] in "+-*/%" else "operator"
            raise ValueError(f"the {kind} '{operator[0]}' is not supported in a filter")
        self.at = operator.end()
        right = self.value()
        return lambda item: compare(left(item), right(item))

    def value(self) -> Value:
        self.blanks()
        if self.take("@"):
            self.names_items = True
            found, self.at = path_of_item(self.text, self.at)
            return found
        if self.text.startswith("$", self.at):
            raise ValueError("a reference to the document, '$' is not supported in a filter")
        literal = self.literal()
        return lambda _: literal

    def literal(self) -> Json:
        if quoted := _STRING.match(self.text, self.at):
            self.at = quoted.end()
            return unescape_item_text(quoted[0][1:-1])
        if self.take("["):
            return self.items("]", self.literal)
        if self.take("{"):
            return dict(self.items("}", self.pair))
        unquoted = _UNQUOTED.match(self.text, self.at)
        if unquoted is None:
            self.refuse()
        # A sign belongs to a number only in its exponent: `1e+3`.
        word = _NUMBER.match(self.text, self.at) or unquoted
        if word.end() < unquoted.end():
            word = unquoted
        self.at = word.end()
        if word[0] in _WORDS:
            return _WORDS[word[0]]
        number = read_compared_number(word[0])
        return word[0] if number is None else number

    def pair(self) -> tuple[str, Json]:
        name = self.literal()
        self.expect(":")
        self.blanks()
        return str(name), self.literal()

    def items(self, end: str, one: Callable[[], Any]) -> list[Any]:
        """Parses the items between commas, up to `end`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("the filter is nested too deeply")
        found: list[Any] = []
        while not self.take(end):
            if found:
                self.expect(",")
            self.blanks()
            found.append(one())
        self.depth -= 1
        return found

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, mark: str) -> bool:
        self.blanks()
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def expect(self, mark: str) -> None:
        if not self.take(mark):
            self.refuse()

    def refuse(self) -> NoReturn:
        rest = self.text[self.at :].strip()
        raise ValueError(
            f"the filter '{self.text}' is invalid" + (f" at '{rest}'" if rest else ": it is incomplete")
        )
