"""Checks of a field's value by its kind (fields.py), for all kinds that hold no states.

A check takes (findings, value, location, query language, the field's name). Texts marked (ours) are not
known from AWS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.integrations import is_known
from sfn_cli.asl.resource import parse_resource
from sfn_cli.asl.timestamp import parse_timestamp
from sfn_cli.query.jsonata import is_expression
from sfn_cli.query.jsonpath import compile_path
from sfn_cli.query.payload_template import (
    InvalidTemplate,
    compile_jsonata_template,
    compile_jsonpath_template,
    compile_path_or_intrinsic,
)
from sfn_cli.query.reference_path import ReferencePath

if TYPE_CHECKING:
    from sfn_cli.asl.diagnostic import Findings
    from sfn_cli.asl.fields import Kind
    from sfn_cli.jsonvalue import Json


def check_string(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not isinstance(value, str):
        findings.error(location, "Expected value of type String")
    elif language == JSONATA and is_expression(value):
        check_template(findings, value, location, language, name)


def check_boolean(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not isinstance(value, bool):
        findings.error(location, "Expected value of type Boolean")


def check_integer(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if language == JSONATA and is_expression(value):
        check_template(findings, value, location, language, name)
    elif isinstance(value, bool) or not isinstance(value, int):
        findings.error(location, "Expected value of type Integer")
    elif value < 0:
        findings.error(location, "Value must be greater than or equal to 0")


def check_number(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if language == JSONATA and is_expression(value):
        check_template(findings, value, location, language, name)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        findings.error(location, "Expected value of type Number")


def check_object(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not isinstance(value, dict):
        findings.error(location, "Expected value of type Object")


def check_path(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if value is None and name in ("InputPath", "OutputPath"):
        return
    _compiles(findings, compile_path, value, location, "Value is not a valid JSONPath")


def _check_reference_path(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if value is not None:
        _compiles(findings, ReferencePath, value, location, "Value is not a Reference Path")


def _check_path_or_intrinsic(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    _compiles(findings, compile_path_or_intrinsic, value, location, "Value is not a valid JSONPath or intrinsic function")


def _compiles(findings: Findings, compile: Callable[[str], object], value: Json, location: str, otherwise: str) -> None:
    if not isinstance(value, str):
        findings.error(location, "Expected value of type String")
        return
    try:
        compile(value)
    except ValueError as error:
        findings.error(location, f"{otherwise}: {error}")


def check_template(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    try:
        if language == JSONATA:
            compile_jsonata_template(value, name)
        else:
            compile_jsonpath_template(value, name)
    except InvalidTemplate as error:
        findings.error(f"{location}{error.location}", error.message, error.code)


def _check_items(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if isinstance(value, list) or is_expression(value):
        check_template(findings, value, location, language, name)
    else:
        findings.error(location, "Expected value of type Array")


def check_variables(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not isinstance(value, dict):
        findings.error(location, "Expected value of type Object")
        return
    check_template(findings, value, location, language, name)
    for variable in value:
        plain = variable.removesuffix(".$") if language == JSONPATH else variable
        if not plain.isidentifier() or plain == "states" or len(plain) > 80:
            findings.error(location, f"Invalid variable name: '{plain}'")


def check_timestamp(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if language == JSONATA and is_expression(value):
        check_template(findings, value, location, language, name)
    elif not isinstance(value, str) or parse_timestamp(value) is None:
        findings.error(location, "String does not match RFC3339 timestamp")


def _check_resource(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    parsed = parse_resource(value) if isinstance(value, str) else None
    if parsed is None or (parsed.kind == "service" and not is_known(parsed)):
        findings.error(
            location,
            f"The resource provided {value} is not recognized. The value is not a valid resource ARN, "
            "or the resource is not available in this region.",
        )
    elif findings.express and parsed.kind == "activity":
        findings.error(location, "Express state machine does not support Activity ARN")
    elif findings.express and parsed.pattern == "waitForTaskToken":
        # Observed: AWS's message has a blank at its end.
        findings.error(location, "Express state machine does not support '.waitForTaskToken' service integration ")
    elif findings.express and parsed.pattern:
        findings.error(location, "Express state machine does not support '.sync' service integration")


def _check_credentials(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not isinstance(value, dict) or not ("RoleArn" in value or "RoleArn.$" in value):
        findings.error(location, "The field 'RoleArn' is required but was missing")
    else:
        check_template(findings, value, location, language, name)


Check = Callable[["Findings", "Json", str, str, str], None]

VALUE_CHECKS: Mapping[Kind, Check] = {
    "any": lambda *_: None,
    "string": check_string,
    "boolean": check_boolean,
    "integer": check_integer,
    "number": check_number,
    "object": check_object,
    "path": check_path,
    "reference path": _check_reference_path,
    "path or intrinsic": _check_path_or_intrinsic,
    "template": check_template,
    "items": _check_items,
    "variables": check_variables,
    "timestamp": check_timestamp,
    "resource": _check_resource,
    "credentials": _check_credentials,
}
