"""Dynamic references: "{{resolve:ssm:NAME}}" in a string stands for a value in another service.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli import json_text
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.evaluation.context import Lookups
    from sfn_cli.stacks.stack import Path_, Stack

_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")


def resolve_dynamic_references(stack: Stack, lookups: Lookups, value: Json, path: Path_) -> Json:
    """Returns a value with its dynamic references resolved. Raises TemplateError."""
    if isinstance(value, str):
        if "{{resolve:" not in value or lookups.keeps_references:
            return value
        return _DYNAMIC.sub(lambda found: _referenced_value(stack, lookups, found, path), value)
    if isinstance(value, dict):
        return {
            key: resolve_dynamic_references(stack, lookups, item, (*path, key)) for key, item in value.items()
        }
    if isinstance(value, list):
        return [
            resolve_dynamic_references(stack, lookups, item, (*path, index))
            for index, item in enumerate(value)
        ]
    return value


def _referenced_value(stack: Stack, lookups: Lookups, found: re.Match[str], path: Path_) -> str:
    try:
        return _stored_value(stack, lookups, found[1], found[2], path)
    except TemplateError:
        if lookups.keeps_unknown_references:
            return found[0]
        raise


def _stored_value(stack: Stack, lookups: Lookups, service: str, reference: str, path: Path_) -> str:
    if service == "secretsmanager":
        return _secret_value(stack, lookups, reference, path)
    name, _, version = reference.partition(":")
    value = lookups.stored_parameter(name, version or None)
    if value is None:
        raise stack.error(path, f'There is no SSM parameter "{name}". Create it first.')
    return value


def _secret_value(stack: Stack, lookups: Lookups, reference: str, path: Path_) -> str:
    parts = reference.split(":")
    # An ARN, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME, contains colons.
    size = 7 if parts[0] == "arn" else 1
    secret = ":".join(parts[:size])
    kind, key, stage, version, *_ = [*parts[size:], "", "", "", ""]
    if kind not in ("", "SecretString"):
        raise stack.error(path, f'A reference to a secret must name "SecretString", not "{kind}".')
    value = lookups.secret(secret, stage or None, version or None)
    if value is None:
        raise stack.error(path, f'There is no secret "{secret}". Create it first.')
    if not key:
        return value
    try:
        members = json_text.loads_json(value)
    except ValueError:
        members = None
    if not isinstance(members, dict) or key not in members:
        raise stack.error(path, f'The secret "{secret}" has no key "{key}".')
    found = members[key]
    return found if isinstance(found, str) else str(found)
