"""Evaluates HCL's expressions.

A scope looks up names, and evaluates their values only when they are needed. An expression that
cannot be evaluated raises TemplateError at its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sfn_cli.stacks.evaluation.suggestions import suggested_name
from sfn_cli.stacks.readers.terraform.language.syntax import (
    Binary,
    Conditional,
    Expression,
    For,
    FunctionCall,
    GetAttribute,
    Index,
    Literal,
    ObjectItems,
    Position,
    Splat,
    SplatItem,
    TemplateFor,
    TemplateIf,
    TemplateParts,
    TemplateText,
    TupleItems,
    Unary,
    Variable,
)
from sfn_cli.stacks.readers.terraform.language.values import (
    Attributes,
    ConversionError,
    Value,
    are_equal,
    simple_number,
    to_boolean,
    to_integer,
    to_number,
    to_text,
    type_name,
)
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping


class HclScope(Protocol):
    """The values of the names in an expression."""

    def lookup(self, name: str, at: Position) -> Value:
        """Returns the value of the first name of a reference."""

    def call(self, name: str, arguments: list[Value], at: Position) -> Value:
        """Calls a function."""


class LocalScope:
    """The variables of a `for` or a template, which hide those of the surrounding scope."""

    def __init__(self, names: Mapping[str, Value], around: HclScope, *, is_closed: bool = False) -> None:
        self._names = names
        self._around = around
        self._is_closed = is_closed

    def lookup(self, name: str, at: Position) -> Value:
        if name in self._names:
            return self._names[name]
        if self._is_closed:
            raise at.error(f'The template has no variable "{name}". Pass it in the second argument')
        return self._around.lookup(name, at)

    def call(self, name: str, arguments: list[Value], at: Position) -> Value:
        return self._around.call(name, arguments, at)


def evaluate(node: Expression, scope: HclScope) -> Value:
    """Returns the value of an expression. Raises TemplateError."""
    try:
        return _evaluate(node, scope)
    except ConversionError as error:
        raise node.at.error(_sentence(str(error))) from None
    except RecursionError:
        raise node.at.error("The expression is nested too deeply") from None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _evaluate(node: Expression, scope: HclScope) -> Value:
    match node:
        case Literal():
            return node.value
        case TemplateText():
            return _evaluate_template(node, scope)
        case Variable():
            return scope.lookup(node.name, node.at)
        case GetAttribute():
            return get_attribute(evaluate(node.source, scope), node.name, node.at)
        case Index():
            return _index(evaluate(node.source, scope), evaluate(node.key, scope), node.at)
        case FunctionCall():
            return _call(node, scope)
        case TupleItems():
            return [evaluate(item, scope) for item in node.items]
        case ObjectItems():
            return {to_text(evaluate(key, scope)): evaluate(value, scope) for key, value in node.items}
        case Conditional():
            chosen = node.then if to_boolean(evaluate(node.condition, scope)) else node.otherwise
            return evaluate(chosen, scope)
        case Binary():
            return _binary(node, scope)
        case Unary():
            operand = evaluate(node.operand, scope)
            return not to_boolean(operand) if node.operator == "!" else -to_number(operand)
        case For():
            return _for(node, scope)
        case Splat():
            return _splat(node, scope)
        case SplatItem():
            return scope.lookup("*", node.at)


def _evaluate_template(node: TemplateText, scope: HclScope) -> Value:
    if len(node.parts) == 1 and not isinstance(node.parts[0], str | TemplateIf | TemplateFor):
        return evaluate(node.parts[0], scope)
    return _template_text(node.parts, scope)


def _template_text(parts: TemplateParts, scope: HclScope) -> str:
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, TemplateIf):
            holds = to_boolean(evaluate(part.condition, scope))
            texts.append(_template_text(part.then if holds else part.otherwise, scope))
        elif isinstance(part, TemplateFor):
            for key, value in _items(evaluate(part.collection, scope)):
                names = {part.value_name: value}
                if part.key_name is not None:
                    names[part.key_name] = key
                texts.append(_template_text(part.parts, LocalScope(names, scope)))
        else:
            try:
                texts.append(to_text(evaluate(part, scope)))
            except ConversionError as error:
                raise part.at.error(_sentence(str(error))) from None
    return "".join(texts)


def get_attribute(source: Value, name: str, at: Position) -> Value:
    if isinstance(source, dict):
        if name in source:
            return source[name]
        raise at.error(f'The object has no attribute "{name}".{suggested_name(name, source)}')
    if isinstance(source, Attributes):
        return source.attribute(name, at)
    if isinstance(source, list) and any(isinstance(item, Attributes) for item in source):
        raise at.error(f"There are several instances, because of count. Write [0].{name} or [*].{name}")
    raise ConversionError(f'{type_name(source)} has no attribute "{name}"')


def _index(source: Value, key: Value, at: Position) -> Value:
    if isinstance(source, list):
        index = to_integer(key)
        if not 0 <= index < len(source):
            raise at.error(f"[{index}] is out of range for a list of length {len(source)}")
        return source[index]
    return get_attribute(source, to_text(key), at)


def _call(node: FunctionCall, scope: HclScope) -> Value:
    if node.name in {"try", "can"}:
        return _try(node, scope)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expands and arguments:
        last = arguments.pop()
        if not isinstance(last, list):
            raise ConversionError(f"{type_name(last)} cannot be expanded by ...")
        arguments += last
    return scope.call(node.name, arguments, node.at)


def _try(node: FunctionCall, scope: HclScope) -> Value:
    """Evaluates `try`, the first argument that can be evaluated, or `can`, whether its argument can."""
    failure: TemplateError | None = None
    for argument in node.arguments:
        try:
            value = evaluate(argument, scope)
        except TemplateError as error:
            failure = error
        else:
            return True if node.name == "can" else value
    if node.name == "can":
        return False
    raise failure or node.at.error("try needs an argument")


def _binary(node: Binary, scope: HclScope) -> Value:
    operator = node.operator
    if operator in {"&&", "||"}:
        left = to_boolean(evaluate(node.left, scope))
        decides = operator == "||"
        return decides if left is decides else to_boolean(evaluate(node.right, scope))
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    if operator in {"==", "!="}:
        return are_equal(left, right) is (operator == "==")
    return _arithmetic(operator, to_number(left), to_number(right))


def _arithmetic(operator: str, left: float, right: float) -> Value:
    match operator:
        case "+":
            return simple_number(left + right)
        case "-":
            return simple_number(left - right)
        case "*":
            return simple_number(left * right)
        case "<":
            return left < right
        case ">":
            return left > right
        case "<=":
            return left <= right
        case ">=":
            return left >= right
    if right == 0:
        raise ConversionError("division by zero")
    if operator == "/":
        return left // right if _divides(left, right) else left / right
    return simple_number(_remainder(left, right))


def _divides(left: float, right: float) -> bool:
    return isinstance(left, int) and isinstance(right, int) and left % right == 0


def _remainder(left: float, right: float) -> float:
    """Returns the remainder with the sign of the dividend, as in Go."""
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


def _items(collection: Value) -> list[tuple[Value, Value]]:
    """Returns the keys and values for a `for`; those of objects are sorted by key."""
    if isinstance(collection, list):
        return list(enumerate(collection))
    if isinstance(collection, dict):
        return sorted(collection.items())
    raise ConversionError(f'{type_name(collection)} cannot be used in a "for"')


def _for(node: For, scope: HclScope) -> Value:
    results: list[Value] = []
    by_key: dict[str, Any] = {}
    for key, value in _items(evaluate(node.collection, scope)):
        names = {node.value_name: value}
        if node.key_name is not None:
            names[node.key_name] = key
        inner = LocalScope(names, scope)
        if node.condition is not None and not to_boolean(evaluate(node.condition, inner)):
            continue
        result = evaluate(node.result, inner)
        if node.key_result is None:
            results.append(result)
            continue
        result_key = to_text(evaluate(node.key_result, inner))
        if node.groups:
            by_key.setdefault(result_key, []).append(result)
        elif result_key in by_key:
            raise node.at.error(f'Duplicate key "{result_key}" in the result of the "for"')
        else:
            by_key[result_key] = result
    return results if node.key_result is None else dict(sorted(by_key.items()))


def _splat(node: Splat, scope: HclScope) -> Value:
    source = evaluate(node.source, scope)
    if source is None:
        return []
    items = source if isinstance(source, list) else [source]
    return [evaluate(node.each, LocalScope({"*": item}, scope)) for item in items]
