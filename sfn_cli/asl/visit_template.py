"""Payload templates in fields of a state, such as ItemReader's Arguments or BatchInput."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONPATH
from sfn_cli.query.payload_template import compile_jsonata_template, compile_jsonpath_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.asl.visit import Visit
    from sfn_cli.jsonvalue import Json


def visit_template(
    fields: Mapping[str, Any], language: str, place: str, name: str | None = None
) -> Callable[[Visit], Json]:
    """Returns a function that evaluates a template at a visit; `$` is the state's input.

    The value is an empty object if the field is absent. The default `name` depends on the query
    language: Parameters or Arguments. `place` is the field that contains the template.
    """
    own = name or ("Parameters" if language == JSONPATH else "Arguments")
    value = fields.get(own, {})
    if language == JSONPATH:
        by_path = compile_jsonpath_template(value, own)
        return lambda visit: by_path.evaluate(visit.path_scope(visit.input.value))
    by_expression = compile_jsonata_template(value, f"{place}/{own}")
    return lambda visit: by_expression.evaluate(visit.jsonata_scope())
