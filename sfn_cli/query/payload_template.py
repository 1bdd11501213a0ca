"""Payload Templates: JSON that contains expressions.

    JSONPath   {"total.$": "$.order.total", "label.$": "States.Format('No. {}', $.id)", "kind": "order"}
    JSONata    {"total": "{% $states.input.order.total %}", "kind": "order"}

One function compiles both. A part without expressions is a constant, which is returned without a copy.
https://states-language.net/#payload-template
"""

from __future__ import annotations

from collections.abc import Callable

from sfn_cli.jsonvalue import Json
from sfn_cli.query.intrinsic_parser import Intrinsic, compile_intrinsic
from sfn_cli.query.java_hash_map import hash_map_order
from sfn_cli.query.jsonata.expression import compile_expression_field, evaluate_expression, is_expression
from sfn_cli.query.jsonpath.expression import Path, PathNotFound, compile_path
from sfn_cli.query.scope import Scope

Evaluate = Callable[[Scope], Json]


class Template:
    """A compiled template. A `constant` template has the same value for every scope."""

    __slots__ = ("constant", "evaluate")

    def __init__(self, evaluate: Evaluate, *, constant: bool) -> None:
        self.evaluate = evaluate
        self.constant = constant


class InvalidTemplate(ValueError):  # named for its subject
    """A template that cannot be compiled.

    `message` is AWS's; `location` is the JSON Pointer within the field ("/a/0").
    """

    def __init__(self, code: str, message: str, location: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.message = message
        self.location = location
        self.reason = reason


def compile_jsonpath_template(value: Json, field: str) -> Template:
    """Compiles a template in which names ending in `.$` have paths or intrinsic functions.

    Raises InvalidTemplate. Evaluating raises StatesError: States.Runtime, with the key, for a path that
    finds nothing, and for a function that fails. An index past the end of an array is null.
    """
    return _as_template(value, _jsonpath_template(value, ""))


def compile_jsonata_template(value: Json, field: str) -> Template:
    """Compiles a template in which strings of the form `{% … %}` are expressions, at any depth.

    Raises InvalidTemplate. Evaluating raises States.QueryEvaluationError; its location is the place
    within `field`: "Output/result", "Output/list[0]".
    """
    return _as_template(value, _jsonata_template(value, field, ""))


def compile_path_or_intrinsic(text: str) -> Path | Intrinsic:
    """Compiles the text of a field such as ErrorPath or `name.$`. Raises ValueError."""
    return compile_path(text) if text.startswith("$") else compile_intrinsic(text)


def evaluate_path_or_intrinsic(expression: Path | Intrinsic, field: str, scope: Scope) -> Json:
    """Evaluates a path or function in `field` ("value.$", "ErrorPath"). Raises StatesError."""
    try:
        return expression.evaluate(scope)
    except PathNotFound as missing:
        raise missing.in_field(field) from None


def _as_template(value: Json, evaluate: Evaluate | None) -> Template:
    if evaluate is None:
        return Template(lambda _: value, constant=True)
    return Template(evaluate, constant=False)


def _jsonpath_template(value: Json, pointer: str) -> Evaluate | None:
    """Returns a function that evaluates `value`; None if it is a constant."""
    if isinstance(value, list):
        return _template_list(
            value, [_jsonpath_template(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        )
    if not isinstance(value, dict):
        return None
    computed: dict[str, Evaluate | None] = {}
    constants: dict[str, Json] = {}
    paths: list[str] = []
    for key, item in value.items():
        if key.endswith(".$"):
            paths.append(key[:-2])
        else:
            computed[key] = _jsonpath_template(item, f"{pointer}/{key}")
            constants[key] = item
    # Observed in all recordings: the other fields come first, then these in the order of a HashMap.
    for name in hash_map_order(paths) if len(paths) > 1 else paths:
        computed.pop(name, None)
        computed[name] = _jsonpath_template_field(f"{name}.$", value[f"{name}.$"], pointer)
    return _template_object(constants, computed)


def _jsonpath_template_field(key: str, text: Json, pointer: str) -> Evaluate:
    try:
        if not isinstance(text, str):
            raise ValueError(f"the value of '{key}' must be a string")
        expression = compile_path_or_intrinsic(text)
    except ValueError as error:
        message = (
            f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"
        )
        raise InvalidTemplate("SCHEMA_VALIDATION_FAILED", message, pointer, str(error)) from None
    if isinstance(expression, Path) and expression.ends_with_index:
        return lambda scope: _path_element_or_null(expression, key, scope)
    return lambda scope: evaluate_path_or_intrinsic(expression, key, scope)


def _path_element_or_null(path: Path, field: str, scope: Scope) -> Json:
    """Returns the value at a path such as `$.items[5]`, which is null past the end of the array.

    Measured on AWS by users in 2026. (floci)
    """
    try:
        return path.evaluate(scope)
    except PathNotFound as missing:
        if missing.is_past_end:
            return None
        raise missing.in_field(field) from None


def _jsonata_template(value: Json, field: str, pointer: str) -> Evaluate | None:
    """Returns a function that evaluates `value`; None if it is a constant."""
    if isinstance(value, list):
        return _template_list(
            value,
            [
                _jsonata_template(item, f"{field}[{index}]", f"{pointer}/{index}")
                for index, item in enumerate(value)
            ],
        )
    if isinstance(value, dict):
        return _template_object(
            value,
            {
                key: _jsonata_template(item, f"{field}/{key}", f"{pointer}/{key}")
                for key, item in value.items()
            },
        )
    if not is_expression(value):
        return None
    return compile_jsonata_template_field(value, field, pointer)


def compile_jsonata_template_field(
    text: str, field: str, pointer: str = "", expected: str | None = None
) -> Evaluate:
    """Compiles a field with `{% … %}`, whose value must have the `expected` type.

    Raises InvalidTemplate if it is invalid.
    """
    try:
        expression = compile_expression_field(text)
    except ValueError as error:
        raise InvalidTemplate("INVALID_JSONATA_EXPRESSION", str(error), pointer, str(error)) from None
    if (name := expression.top_level_reference) is not None:
        message = f"Reference to '{name}' at the top level is not supported."
        raise InvalidTemplate(
            "UNSUPPORTED_JSONATA_EXPRESSION",
            message,
            pointer,
            f"'{expression.text}' reads '{name}' without a value",
        )
    return lambda scope: evaluate_expression(expression, field, scope, expected)


def _template_list(constants: list[Json], computed: list[Evaluate | None]) -> Evaluate | None:
    if not any(computed):
        return None
    pairs = list(zip(constants, computed, strict=True))
    return lambda scope: [constant if evaluate is None else evaluate(scope) for constant, evaluate in pairs]


def _template_object(constants: dict[str, Json], computed: dict[str, Evaluate | None]) -> Evaluate | None:
    if not any(computed.values()):
        return None
    triples = [(key, constants.get(key), evaluate) for key, evaluate in computed.items()]
    return lambda scope: {
        key: constant if evaluate is None else evaluate(scope) for key, constant, evaluate in triples
    }
