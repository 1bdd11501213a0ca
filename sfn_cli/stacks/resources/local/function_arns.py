"""The ARN of a function, from a property that has its name or its ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming

_PARTS = 7
"""The number of an ARN's parts before a qualifier: arn:aws:lambda:REGION:ACCOUNT:function:NAME."""


def property_function_arn(naming: Naming, function: Any) -> str:
    """Returns the function's ARN without a qualifier, from a name, a partial ARN or an ARN."""
    text = str(function)
    if text.startswith("arn:"):
        return ":".join(text.split(":")[:_PARTS])
    parts = text.split(":")
    name = parts[2] if len(parts) > 2 and parts[1] == "function" else parts[0]
    return arn.function_arn(naming.region, naming.account_id, name)


def qualified_function_arn(function_arn: str, qualifier: str) -> str:
    return f"{function_arn}:{qualifier}"
