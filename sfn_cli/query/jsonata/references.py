"""Finds the references in a JSONata expression: its free variables, and the fields of $states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonata.jsonata import Jsonata
from jsonata.parser import Parser

from sfn_cli.query.jsonata.extensions import EXTENSIONS
from sfn_cli.query.jsonata.syntax import Node, parse_syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

_VALUES_IN_CONTEXT = ("", "$")
"""The names of `$` and `$$`."""


def references(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the (variables, fields of $states) that the expression reads, without functions.

    `($x := $a; $x + $states.input.n)` returns ({"a"}, {"input"}). Raises ValueError.
    """
    variables: set[str] = set()
    fields: set[str] = set()
    _read_references(parse_syntax_tree(text), set(), variables, fields)
    return frozenset(name for name in variables if not _is_given_reference(name)), frozenset(fields)


def _is_given_reference(name: str) -> bool:
    return (
        name == "states"
        or name in _VALUES_IN_CONTEXT
        or name in EXTENSIONS
        or name in Jsonata.static_frame.bindings
    )


def _read_references(node: Any, bound: set[str], variables: set[str], fields: set[str]) -> None:
    """Records references in the order of evaluation.

    `bound` has the names bound so far, here and in enclosing blocks.
    """
    if node.type == "variable" and node.value not in bound:
        variables.add(str(node.value))
    if node.type == "path" and (field := _referenced_states_field(node)) is not None:
        fields.add(field)
    if node.type in ("block", "lambda"):
        bound = set(bound)
    if node.type == "lambda":
        bound.update(str(argument.value) for argument in node.arguments)
        _read_references(node.body, bound, variables, fields)
        return
    if node.type == "bind":
        # A function may call itself by the name to which it is bound.
        names = bound | {str(node.lhs.value)} if node.rhs.type == "lambda" else bound
        _read_references(node.rhs, names, variables, fields)
        bound.add(str(node.lhs.value))
        return
    for part in _reference_parts(node):
        _read_references(part, bound, variables, fields)
        bound.update(
            name
            for name in (getattr(part, "focus", None), getattr(part, "index", None))
            if isinstance(name, str)
        )


def _referenced_states_field(path: Node) -> str | None:
    first, *rest = path.steps
    if first.type == "variable" and first.value == "states" and rest and rest[0].type == "name":
        return str(rest[0].value)
    return None


_LINKS = ("ancestor", "seeking_parent", "outer_instance")
"""Attributes of a node that link to nodes other than its parts."""


def _reference_parts(node: Node) -> Iterator[Node]:
    for name, value in vars(node).items():
        if name not in _LINKS:
            yield from _referenced_symbols(value)


def _referenced_symbols(value: Any) -> Iterator[Node]:
    if isinstance(value, Parser.Symbol):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _referenced_symbols(item)
