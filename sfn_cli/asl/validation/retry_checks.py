"""Checks of Retry and Catch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.validation.expression_checks import readable_states_fields
from sfn_cli.asl.validation.value_checks import VALUE_CHECKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.asl.validation.fields import Kind
    from sfn_cli.jsonvalue import Json

_NUMBERS: Mapping[str, Kind] = {
    "IntervalSeconds": "integer",
    "MaxAttempts": "integer",
    "BackoffRate": "number",
    "MaxDelaySeconds": "integer",
}
_RETRIER_FIELDS = ("ErrorEquals", "JitterStrategy", "Comment", *_NUMBERS)

_CATCHER_FIELDS: Mapping[str, Mapping[str, Kind]] = {
    JSONPATH: {
        "ErrorEquals": "any",
        "Next": "text",
        "ResultPath": "reference path",
        "Assign": "variables",
        "Comment": "text",
    },
    JSONATA: {
        "ErrorEquals": "any",
        "Next": "text",
        "Output": "template",
        "Assign": "variables",
        "Comment": "text",
    },
}


def check_retry(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    entries = findings.entries(value, location)
    for at, entry in entries:
        _check_error_equals(findings, entry, at, last=entry is entries[-1][1])
        for field, inner in entry.items():
            if field in _NUMBERS:
                # A number in Retry is never an expression.
                VALUE_CHECKS[_NUMBERS[field]](findings, inner, f"{at}/{field}", JSONPATH, field)
            elif field == "JitterStrategy":
                findings.one_of(inner, ("NONE", "FULL"), f"{at}/JitterStrategy")
            elif field not in _RETRIER_FIELDS:
                findings.unsupported_field(field, at)


def check_catch(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    allowed = _CATCHER_FIELDS[language]
    other = JSONPATH if language == JSONATA else JSONATA
    entries = findings.entries(value, location)
    for at, entry in entries:
        _check_error_equals(findings, entry, at, last=entry is entries[-1][1])
        findings.require(entry, ("Next",), at)
        for field, inner in entry.items():
            if field in allowed:
                findings.readable = readable_states_fields("Catcher", field)
                VALUE_CHECKS[allowed[field]](findings, inner, f"{at}/{field}", language, field)
            elif field in _CATCHER_FIELDS[other]:
                findings.other_language(field, at, language, other)
            else:
                findings.unsupported_field(field, at)


def _check_error_equals(findings: Findings, entry: Mapping[str, Json], location: str, *, last: bool) -> None:
    if "ErrorEquals" not in entry:
        findings.require(entry, ("ErrorEquals",), location)
        return
    names, at = entry["ErrorEquals"], f"{location}/ErrorEquals"
    if not findings.is_a("Array", names, at):
        return
    if not names:
        findings.error(at, "Value cannot be empty")
    for index, name in enumerate(names):
        if (
            findings.is_a("String", name, f"{at}[{index}]")
            and name == "States.ALL"
            and not (last and len(names) == 1)
        ):
            findings.error(f"{at}[{index}]", "States.ALL must appear alone and at end of list")
