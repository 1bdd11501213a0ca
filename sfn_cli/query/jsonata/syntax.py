"""The JSONata parser: parses text to the engine's syntax tree, and fixes bugs of its parser."""

from __future__ import annotations

import re
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser

from sfn_cli.query.jsonata.messages import message_of, syntax_message
from sfn_cli.query.jsonata.regular_expressions import compile_regex

Node = Any
"""A node of the engine's syntax tree."""


def parse_syntax_tree(text: str) -> Node:
    """Parses `text` into a tree. Raises ValueError with JSONata's message."""
    try:
        return TreeParser().parse(_join_surrogates_in_syntax(text), compile_regex)
    except JException as error:
        # The engine reports an unsupported escape as an empty regular expression.
        if error.error == "S0301" and error.current is not None:
            raise ValueError(f"Unsupported escape sequence: \\{error.current}") from None
        if error.error == "S0102" and (number := _NUMBER.match(text, error.location)):
            raise ValueError(f"Number out of range: {number[0]}") from None
        raise ValueError(message_of(error)[1]) from None
    except (IndexError, KeyError, RuntimeError, ValueError, AttributeError, TypeError) as error:
        raise ValueError(syntax_message(text, error)) from None


_NUMBER = re.compile(r"[0-9.]+(?:[eE][-+]?[0-9]+)?")
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _join_surrogates_in_syntax(text: str) -> str:
    """Joins `\\uD834\\uDD1E` into one character, which the engine would leave as two halves."""

    def character(pair: re.Match[str]) -> str:
        high, low = int(pair[1], 16), int(pair[2], 16)
        return chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)

    return _PAIR.sub(character, text)


class TreeParser(Parser):  # type: ignore[misc]  # the engine has no types
    """The engine's parser, with a bug fixed.

    It processes the left side of `?:` and `??` twice, which negates `-5` twice.
    """

    def process_ast(self, expr: Node) -> Node:
        if expr is None or expr.type != "condition":
            return super().process_ast(expr)
        tested = expr.condition
        coalesces = (
            tested.type == "function"
            and getattr(tested.procedure, "value", None) == "exists"
            and expr.then in tested.arguments
        )
        if not coalesces and expr.then is not tested:
            return super().process_ast(expr)
        expr.then = Parser.Symbol(self)
        expr.then.type = "value"
        result = super().process_ast(expr)
        result.then = result.condition.arguments[0] if coalesces else result.condition
        return result


def top_level_name_in_syntax(node: Node) -> str | None:
    """Returns the first name that is read without any value: `phone` in `phone.number`.

    Later steps of a path, predicates and similar parts are evaluated with a value, so they are
    skipped.
    """
    if not isinstance(node, Parser.Symbol):
        return None
    if node.type == "path":
        first = node.steps[0]
        return str(first.value) if first.type == "name" else top_level_name_in_syntax(first)
    parts = [node.lhs, node.rhs, node.expression, node.procedure, node.condition, node.then, node._else]
    for group in (node.expressions, node.arguments if node.type != "lambda" else None):
        parts += group or ()
    if node.type == "unary" and node.lhs_object is not None:
        parts += [part for pair in node.lhs_object for part in pair]
    if node.type in ("function", "partial") and getattr(node.procedure, "type", None) == "path":
        parts.remove(node.procedure)  # `sum(x)` for `$sum(x)` is rejected when it is called
    return next((name for part in parts if (name := top_level_name_in_syntax(part)) is not None), None)
