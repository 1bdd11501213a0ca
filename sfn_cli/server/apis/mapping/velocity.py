"""Velocity templates, by airspeed, with API Gateway's rules in place of Python's.

https://velocity.apache.org/engine/1.7/vtl-reference.html
airspeed parses a template. Some of its elements are then given the classes below:

- a reference to nothing is empty text, and values are written as in Java (`true`, not `True`)
- values have Java's methods, and none of Python's attributes
- a loop over a map is one over its values, and ends after 1,000 rounds
- backslashes in strings stay, as in Velocity 1.7
- a comparison of values that cannot be compared is false
"""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import airspeed

from sfn_cli.query.java_text import java_text
from sfn_cli.server.apis.mapping.java_methods import java_method

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MAX_ROUNDS = 1000


class VelocityError(Exception):
    """A template that cannot be parsed, or that failed; the message says where."""


class VelocityObject:
    """An object that a template calls, such as `$util`: only its `methods` can be called."""

    def __init__(self, methods: Mapping[str, Callable[..., Any]], members: Mapping[str, Any] = {}) -> None:
        self.methods = methods
        self.members = members

    def __str__(self) -> str:
        return ""


def render_velocity(text: str, variables: Mapping[str, Any]) -> str:
    """Returns the text that a template makes of these variables. Raises VelocityError."""
    try:
        return str(_velocity_template(text).merge(dict(variables)))
    except airspeed.TemplateExecutionError as error:
        reason = error.__cause__ or error
        raise VelocityError(f"{reason} at {_line_of(error, text)}") from error
    except airspeed.TemplateError as error:
        raise VelocityError(" ".join(str(error).split())) from error
    except RecursionError:
        raise VelocityError("the template is nested too deeply") from None


def _line_of(error: airspeed.TemplateExecutionError, text: str) -> str:
    return f"line {text.count(chr(10), 0, error.start) + 1}"


@lru_cache(maxsize=256)
def _velocity_template(text: str) -> airspeed.Template:
    template = airspeed.Template(text)
    template.ensure_compiled()
    _adapt(template.root_element, set())
    return template


def _adapt(value: Any, seen: set[int]) -> None:
    """Gives elements of a parsed template the classes of this module, depth first."""
    if isinstance(value, (list, tuple)):
        for item in value:
            _adapt(item, seen)
    if not isinstance(value, airspeed._Element) or id(value) in seen:
        return
    seen.add(id(value))
    for adapted in _ADAPTED:
        if type(value) is adapted.__base__:
            value.__class__ = adapted
            adapted.adapt(value)
    for name, inner in list(vars(value).items()):
        # Some elements hold an inner one only as the method that they copied from it.
        _adapt(getattr(inner, "__self__", None) if name == "calculate" else inner, seen)


class _Reference(airspeed.FormalReference):  # type: ignore[misc]
    def adapt(self) -> None: ...

    def evaluate_raw(self, stream: Any, namespace: Any, loader: Any) -> None:
        value = None if self.expression is None else self.expression.calculate(namespace, loader)
        if value is None and self.alternate is not None:
            value = self.alternate.calculate(namespace, loader)
        if self.expression is None:
            stream.write(self.my_text())
        elif value is not None:
            stream.write(java_text(value))


class _Name(airspeed.NameOrCall):  # type: ignore[misc]
    def adapt(self) -> None: ...

    def calculate(self, current_object: Any, loader: Any, top_namespace: Any) -> Any:
        if self.parameters is not None:
            return self._call(current_object, loader, top_namespace)
        value = _member(current_object, self.name)
        if self.index is None:
            return value
        index = self.index.calculate(top_namespace, loader)
        try:
            return value[index]
        except (LookupError, TypeError):
            return None

    def _call(self, current_object: Any, loader: Any, top_namespace: Any) -> Any:
        if current_object is None:
            return None
        method = current_object.methods.get(self.name) if isinstance(current_object, VelocityObject) else None
        values = self.parameters.calculate(top_namespace, loader)
        if method is not None:
            return method(*values)
        method = java_method(current_object, self.name)
        if method is None:
            raise ValueError(f"there is no method {self.name}()")
        try:
            return method(current_object, *values)
        except LookupError:
            return None


class _StaticText(airspeed.StringLiteral):  # type: ignore[misc]
    def adapt(self) -> None:
        self.value = self.my_text()[1:-1].replace("\\'", "'")


class _InterpolatedText(airspeed.InterpolatedStringLiteral):  # type: ignore[misc]
    def adapt(self) -> None:
        raw = self.my_text()[1:-1].replace('\\"', '"')
        self.block = airspeed.Block(self.filename, raw, 0)


class _Loop(airspeed.ForeachDirective):  # type: ignore[misc]
    def adapt(self) -> None: ...

    def evaluate_raw(self, stream: Any, namespace: Any, loader: Any) -> None:
        found = self.value.calculate(namespace, loader)
        items = list(found.values()) if isinstance(found, dict) else found
        if not isinstance(items, (list, tuple, range)):
            return
        for index, item in enumerate(items[:_MAX_ROUNDS]):
            inner = airspeed.LocalNamespace(namespace)
            has_next = index + 1 < len(items)
            inner["velocityCount"], inner["velocityHasNext"] = index + 1, has_next
            inner["foreach"] = {
                "index": index, "count": index + 1, "hasNext": has_next,
                "first": index == 0, "last": not has_next,
            }  # fmt: skip
            inner[self.loop_var_name] = item
            self.block.evaluate(stream, inner, loader)


class _Operator(airspeed.BinaryOperator):  # type: ignore[misc]
    def adapt(self) -> None:
        compare: Callable[[Any, Any], Any] = vars(self)["apply_to"]
        if compare is operator.add:
            self.apply_to = _plus
        elif compare in (operator.gt, operator.ge, operator.lt, operator.le):
            self.apply_to = lambda left, right: _compared(compare, left, right)


_ADAPTED = (_Reference, _Name, _StaticText, _InterpolatedText, _Loop, _Operator)


def _member(value: Any, name: str) -> Any:
    """Returns a variable, a map's value or an object's member; None if there is none."""
    if isinstance(value, VelocityObject):
        return value.members.get(name)
    if isinstance(value, airspeed.LocalNamespace):
        try:
            return value[name]
        except KeyError:
            return None
    return value.get(name) if isinstance(value, dict) else None


def _plus(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return java_text(left) + java_text(right)
    return left + right


def _compared(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    try:
        return compare(left, right)
    except TypeError:
        return False
