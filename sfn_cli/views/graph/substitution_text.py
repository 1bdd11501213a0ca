"""Readable names of values that a deploy fills in: `${Bank.Arn}` becomes Bank.

They are `${…}` of CloudFormation, Terraform and Serverless, and objects such as
{"Fn::GetAtt": ["Bank", "Arn"]} in place of a string.
"""

from __future__ import annotations

import re
from typing import Any

_SUBSTITUTION = re.compile(r"\$\{([^{}]*)\}")
_MOST_NESTED = 20


def value_text(value: Any, depth: int = 0) -> str:
    """Returns a string of the definition with readable names for substitutions.

    Returns "" for an object that is not a CloudFormation function, and for any other value.
    """
    if isinstance(value, str):
        return _SUBSTITUTION.sub(lambda found: _name_of_reference(found[1].strip()), value)
    if not isinstance(value, dict) or len(value) != 1 or depth > _MOST_NESTED:
        return ""
    ((function, argument),) = value.items()
    if function == "Ref":
        return _name_of_reference(argument) if isinstance(argument, str) else ""
    if function == "Fn::GetAtt":
        first = argument[0] if isinstance(argument, list) and argument else argument
        return first.partition(".")[0] if isinstance(first, str) else ""
    if function == "Fn::Sub":
        first = argument[0] if isinstance(argument, list) and argument else argument
        return value_text(first, depth + 1) if isinstance(first, str) else ""
    if function == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
        separator, parts = argument
        if isinstance(separator, str) and isinstance(parts, list):
            return separator.join(value_text(part, depth + 1) for part in parts)
    return ""


def _name_of_reference(reference: str) -> str:
    """Returns the readable name of a reference's target.

    Bank.Arn → Bank, aws_lambda_function.bank.arn → bank, var.bank_arn → bank_arn, AWS::Region → Region.
    """
    if "." not in reference or ":" in reference or "(" in reference:
        return reference.removeprefix("AWS::")
    first, second, *_ = parts = reference.split(".")
    if first == "data" and len(parts) > 2:
        return parts[2]
    return second if first in ("module", "var", "local") or "_" in first else first
