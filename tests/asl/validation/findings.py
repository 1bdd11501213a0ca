"""The validator's findings, in the form of the tests' tables."""

from __future__ import annotations

import json
from typing import Any

from sfn_cli.asl.validation.validate import validate

SCHEMA = "SCHEMA_VALIDATION_FAILED"


def only(field: str, language: str, other: str) -> str:
    return (
        f"The QueryLanguage is set to '{language}', "
        f"but field '{field}' is only supported for the '{other}' QueryLanguage"
    )


def findings_of(
    definition: Any, machine_type: str = "STANDARD", severity: str = "ERROR"
) -> list[tuple[str, str, str | None]]:
    """Returns (code, message, location) of each finding.

    Missing support for a Map in DISTRIBUTED mode is ignored.
    """
    found = validate(json.dumps(definition), machine_type)
    shown = [
        each
        for each in found
        if each.severity == severity and "not available in this version" not in each.message
    ]
    return [(each.code, each.message, each.location) for each in shown]
