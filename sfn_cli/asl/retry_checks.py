"""Checks of Retry and Catch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.value_checks import VALUE_CHECKS, check_integer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.diagnostic import Findings
    from sfn_cli.asl.fields import Kind
    from sfn_cli.jsonvalue import Json

_RETRIER_FIELDS = ("ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment")

_CATCHER_FIELDS: Mapping[str, Mapping[str, Kind]] = {
    JSONPATH: {"ErrorEquals": "any", "Next": "string", "ResultPath": "reference path", "Assign": "variables", "Comment": "string"},
    JSONATA: {"ErrorEquals": "any", "Next": "string", "Output": "template", "Assign": "variables", "Comment": "string"},
}


def check_retry(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    for at, entry in findings.entries(value, location):
        _check_error_equals(findings, entry, at)
        for field in entry:
            if field not in _RETRIER_FIELDS:
                findings.unsupported(field, at)
        for field in ("IntervalSeconds", "MaxDelaySeconds"):
            if field in entry and (isinstance(entry[field], bool) or not isinstance(entry[field], int) or entry[field] < 1):
                findings.error(f"{at}/{field}", "Expected a positive Integer")
        if "MaxAttempts" in entry:
            check_integer(findings, entry["MaxAttempts"], f"{at}/MaxAttempts", JSONPATH, "")
        rate = entry.get("BackoffRate", 1)
        if isinstance(rate, bool) or not isinstance(rate, int | float) or rate < 1:
            findings.error(f"{at}/BackoffRate", "Value must be greater than or equal to 1.0")
        if entry.get("JitterStrategy", "NONE") not in ("NONE", "FULL"):
            findings.error(f"{at}/JitterStrategy", "The field 'JitterStrategy' should have one of these values: [NONE, FULL]")


def check_catch(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    allowed = _CATCHER_FIELDS[language]
    for at, entry in findings.entries(value, location):
        _check_error_equals(findings, entry, at)
        findings.require(entry, ("Next",), at)
        for field, inner in entry.items():
            if field in allowed:
                VALUE_CHECKS[allowed[field]](findings, inner, f"{at}/{field}", language, field)
            else:
                findings.unsupported(field, at)


def _check_error_equals(findings: Findings, entry: Mapping[str, Json], location: str) -> None:
    names = entry.get("ErrorEquals")
    if names is None:
        findings.error(location, "These fields are required: [ErrorEquals]")
    elif not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        findings.error(f"{location}/ErrorEquals", "Expected a non-empty Array of Strings")
