"""Checks of a field's value by its kind (fields.py), for all kinds without nested states.

A check takes (findings, value, location, query language, the field's name). Messages marked (ours) are
sfn's own, because AWS's are not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.timestamp import parse_timestamp
from sfn_cli.asl.validation.expression_checks import (
    check_items_path,
    check_jsonata_string,
    check_number_path,
    check_path,
    check_path_or_intrinsic,
    check_reference_path,
    check_template,
    check_variables,
)
from sfn_cli.asl.validation.fields import RANGES
from sfn_cli.asl.validation.task_checks import check_credentials, check_resource
from sfn_cli.asl.validation.warning_checks import warn_of_missing_path, warn_of_static_result
from sfn_cli.query.jsonata.expression import is_expression

if TYPE_CHECKING:
    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.asl.validation.fields import Kind
    from sfn_cli.jsonvalue import Json


def check_text(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    """Checks a string that is never an expression."""
    findings.is_a("String", value, location)


def check_string(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not findings.is_a("String", value, location):
        return
    if language == JSONATA:
        check_jsonata_string(findings, value, location)
    else:
        warn_of_missing_path(findings, name, value, location)


def check_boolean(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not isinstance(value, bool):
        findings.error(location, "Expected value of type Boolean")


def check_integer(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if language == JSONATA and is_expression(value):
        check_template(findings, value, location, language, name)
    elif isinstance(value, bool) or not isinstance(value, int):
        findings.error(location, "Expected value of type Integer")
    else:
        _check_range(findings, value, location, name)


def check_number(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if language == JSONATA and is_expression(value):
        check_template(findings, value, location, language, name)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        findings.error(location, "Expected value of type Number")
    else:
        _check_range(findings, value, location, name)


def _check_range(findings: Findings, value: float, location: str, name: str) -> None:
    least, most = RANGES.get(name, (None, None))
    if least is not None and value < least:
        findings.error(location, f"Minimum value is {least}")
    if most is not None and value > most:
        findings.error(location, f"Maximum value is {most}")


def check_object(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    findings.is_a("Object", value, location)


def _check_version_value(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    findings.one_of(value, ("1.0",), location)


def _check_machine_timeout(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    """Checks TimeoutSeconds of a machine. Observed: AWS accepts 0 here, but not for a state."""
    check_integer(findings, value, location, JSONPATH, "Seconds")


def _check_items(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if isinstance(value, list) or is_expression(value):
        check_template(findings, value, location, language, name)
    else:
        findings.error(location, "Expected value of type Array")


def check_timestamp(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if language == JSONATA and is_expression(value):
        check_template(findings, value, location, language, name)
    elif not isinstance(value, str) or parse_timestamp(value) is None:
        findings.error(location, "String does not match RFC3339 timestamp")


Check = Callable[["Findings", "Json", str, str, str], None]

VALUE_CHECKS: Mapping[Kind, Check] = {
    "any": lambda *_: None,
    "text": check_text,
    "string": check_string,
    "boolean": check_boolean,
    "integer": check_integer,
    "number": check_number,
    "object": check_object,
    "version": _check_version_value,
    "machine timeout": _check_machine_timeout,
    "path": check_path,
    "reference path": check_reference_path,
    "items path": check_items_path,
    "number path": check_number_path,
    "path or intrinsic": check_path_or_intrinsic,
    "template": check_template,
    "items": _check_items,
    "static result": warn_of_static_result,
    "variables": check_variables,
    "timestamp": check_timestamp,
    "resource": check_resource,
    "credentials": check_credentials,
}
