"""Checks of expressions: paths, Payload Templates, JSONata strings, and the names in Assign.

Every expression of a template is compiled, so that every invalid one is reported. A check takes
(findings, value, location, query language, the field's name). Messages marked (ours) are sfn's own,
because AWS's are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import quotas
from sfn_cli.asl.dataflow import JSONATA
from sfn_cli.asl.validation.diagnostic import INVALID_VARIABLE, RESERVED_VARIABLE, UNSUPPORTED_JSONATA
from sfn_cli.asl.validation.warning_checks import warn_of_missing_dollar
from sfn_cli.json_pointer import pointer
from sfn_cli.query.jsonata.expression import CLOSING, OPENING, compile_expression_field, is_expression
from sfn_cli.query.jsonpath.expression import compile_path
from sfn_cli.query.jsonpath.reference_path import ReferencePath
from sfn_cli.query.payload_template import (
    InvalidTemplate,
    compile_jsonata_template_field,
    compile_path_or_intrinsic,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.jsonvalue import Json


def check_path(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if value is None and name in ("InputPath", "OutputPath"):
        return
    if findings.is_a("String", value, location):
        try:
            compile_path(value)
        except ValueError:
            findings.error(location, "Value must be a valid JSONPath.")


def check_reference_path(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    """Checks ResultPath: a place within the state's input, or null."""
    path = None if value is None else _parse_reference_path(findings, value, location)
    if path is not None and path.root != "$":
        # (ours)
        findings.error(
            location, f"Value is not a Reference Path: it must name a place in the input, not in '{value}'"
        )


def check_items_path(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    _parse_reference_path(findings, value, location)


def check_number_path(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    """Checks the path of one of a Map's numbers.

    Observed: only ItemsPath may name a place in the Context Object. (floci, issue 3733)
    """
    path = _parse_reference_path(findings, value, location)
    if path is not None and path.root == "$$":
        findings.error(location, "Value is not a Reference Path")


def check_variable_path(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    """Checks a path in a Choice Rule.

    The specification requires a Reference Path; AWS accepts any.
    """
    if findings.is_a("String", value, location) and _check_leading_dollar(findings, value, location):
        try:
            compile_path(value)
        except ValueError:
            findings.error(location, "Value is not a Reference Path")


def check_path_or_intrinsic(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if findings.is_a("String", value, location):
        try:
            compile_path_or_intrinsic(value)
        except ValueError:
            # (ours)
            findings.error(location, "Value must be a valid JSONPath or a valid intrinsic function call")


def _parse_reference_path(findings: Findings, value: Json, location: str) -> ReferencePath | None:
    if not findings.is_a("String", value, location) or not _check_leading_dollar(findings, value, location):
        return None
    try:
        return ReferencePath(value)
    except ValueError:
        findings.error(location, "Value is not a Reference Path")
        return None


def _check_leading_dollar(findings: Findings, value: str, location: str) -> bool:
    if value.startswith("$"):
        return True
    findings.error(location, "Value is not a Reference Path: Reference path didn't start with '$'")
    return False


def check_template(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if language == JSONATA:
        _check_jsonata(findings, value, location)
    else:
        _check_jsonpath(findings, value, location)


def check_jsonata_string(findings: Findings, value: str, location: str) -> None:
    """Checks a string in a JSONata state: plain text, or a `{% … %}` that must compile."""
    if is_expression(value):
        try:
            compile_jsonata_template_field(value, "")
        except InvalidTemplate as error:
            findings.error(location, error.message, error.code)
        else:
            _check_states(findings, value, location)
    elif value.startswith(OPENING):
        findings.error(location, f"JSONata string must start with {OPENING} and end with {CLOSING}")


_STATES_FIELDS = ("result", "errorOutput")
"""The fields of $states that do not exist everywhere."""

_NO_FIELDS: frozenset[str] = frozenset()
_READABLE_IN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("Task", "Parallel", "Map"), frozenset({"result"})),
    "Catcher": frozenset({"errorOutput"}),
}


def readable_states_fields(type_: str, name: str) -> frozenset[str]:
    """Returns which of `result` and `errorOutput` a field may read in $states.

    The field `name` is in a state of this type, or in a "Catcher".
    https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#reserved-variable-states
    """
    return _READABLE_IN.get(type_, _NO_FIELDS) if name in ("Output", "Assign") else _NO_FIELDS


def _check_states(findings: Findings, text: str, location: str) -> None:
    """Checks that the field may read the fields of $states that it reads."""
    for name in _STATES_FIELDS:
        if (
            name in text
            and name not in findings.readable
            and name in compile_expression_field(text).references[1]
        ):
            findings.error(location, f"Field '$states.{name}' does not exist.", UNSUPPORTED_JSONATA)


def _check_jsonata(findings: Findings, value: Json, location: str) -> None:
    if isinstance(value, str):
        check_jsonata_string(findings, value, location)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_jsonata(findings, item, f"{location}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_jsonata(findings, item, f"{location}/{pointer(key)}")


def _check_jsonpath(findings: Findings, value: Json, location: str) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check_jsonpath(findings, item, f"{location}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key.endswith(".$"):
                _check_computed(findings, key, item, location)
            else:
                warn_of_missing_dollar(findings, key, item, location)
                _check_jsonpath(findings, item, f"{location}/{pointer(key)}")


def _check_computed(findings: Findings, key: str, text: Json, location: str) -> None:
    """Checks one `"key.$": text`. Observed: AWS reports the location of the enclosing object."""
    if not isinstance(text, str):
        found = next(described for type_, described in _NOT_STRINGS if isinstance(text, type_))
        findings.error(
            location,
            f"The value for the field '{key}' must be a STRING that contains a JSONPath but was {found}",
        )
        return
    try:
        compile_path_or_intrinsic(text)
    except ValueError:
        findings.error(
            location,
            f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call",
        )


_NOT_STRINGS: Sequence[tuple[type, str]] = (
    (list, "an ARRAY"),  # Observed (qiita.com/hayao_k/items/5ea3412ad0dd4fa2666c); the others are alike
    (dict, "an OBJECT"),
    (bool, "a BOOLEAN"),
    (type(None), "a NULL"),
    (object, "a NUMBER"),
)


def check_variables(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    """Checks Assign."""
    if not findings.is_a("Object", value, location):
        return
    check_template(findings, value, location, language, name)
    for key in value:
        variable = key if language == JSONATA else key.removesuffix(".$")
        at = f"{location}/{pointer(key)}"
        if variable == "states":
            findings.error(at, "Cannot assign to reserved variable '$states'.", RESERVED_VARIABLE)
        elif not variable.isidentifier():
            findings.error(
                at,
                f"Invalid variable name '{variable}': the variable name contains invalid characters.",
                INVALID_VARIABLE,
            )
        elif len(variable) > quotas.VARIABLE_NAME_CHARACTERS:
            # (ours)
            limit = quotas.VARIABLE_NAME_CHARACTERS
            message = f"Invalid variable name '{variable}': it exceeds the {limit}-character limit"
            findings.error(at, message, INVALID_VARIABLE)
