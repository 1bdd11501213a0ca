"""Warnings about valid definitions that are probably mistakes.

The codes and their rules are AWS's; the messages are sfn's own.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.asl.validation.diagnostic import NO_DOLLAR, NO_PATH, STATIC_RESULT
from sfn_cli.json_pointer import pointer

if TYPE_CHECKING:
    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.jsonvalue import Json

_PATH = re.compile(r"\$(?:\$|[^\W\d]\w*)?(?:[.\[]\S.*)?$", re.DOTALL)
_INTRINSIC = re.compile(r"States\.[A-Z]\w*\(.*\)$", re.DOTALL)


def warn_of_missing_dollar(findings: Findings, key: str, value: Json, location: str) -> None:
    """Adds NO_DOLLAR: a template's name without `.$` whose value looks like an expression."""
    if _looks_like_unread_path(value) or (isinstance(value, str) and _INTRINSIC.match(value)):
        message = (
            f"The value of '{key}' looks like a JSONPath or an intrinsic function, "
            "but the name does not end with '.$'"
        )
        findings.warning(f"{location}/{pointer(key)}", message, NO_DOLLAR)


def warn_of_missing_path(findings: Findings, name: str, value: Json, location: str) -> None:
    """Adds NO_PATH: a path in a field for a plain string, if another field accepts a path."""
    if _looks_like_unread_path(value):
        findings.warning(
            location,
            f"The value of '{name}' looks like a path, but the field's name does not end with 'Path'",
            NO_PATH,
        )


def warn_of_static_result(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    """Adds PASS_RESULT_IS_STATIC: a path in Result, which is returned unevaluated."""
    if _warn_if_holds_path(value):
        findings.warning(
            location, "The Result of a Pass state is static: the paths in it are not evaluated", STATIC_RESULT
        )


def _warn_if_holds_path(value: Json) -> bool:
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, dict):
            if any(key.endswith(".$") for key in found):
                return True
            pending.extend(found.values())
        elif isinstance(found, list):
            pending.extend(found)
        elif _looks_like_unread_path(found):
            return True
    return False


def _looks_like_unread_path(value: Json) -> bool:
    """Whether a value looks like a path: `$`, `$.name`, `$[0]`, `$$.Execution.Id`, `$variable`.

    A price ("$5") does not.
    """
    return isinstance(value, str) and _PATH.match(value) is not None
