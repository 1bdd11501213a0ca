"""The rows of stacks and resources, as records and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.stacks import StoredResource, StoredStack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.store.sqlite.columns import Row

_STACK_JSON = ("parameters", "outputs", "left_out", "details", "imports")
_RESOURCE_JSON = ("properties", "ref", "attributes")


def stack_row(stack: StoredStack) -> dict[str, Any]:
    return _with_json(stack._asdict(), _STACK_JSON)


def stack_from_row(row: Row) -> StoredStack:
    stack = StoredStack._make(_from_json(row, StoredStack._fields, _STACK_JSON))
    return stack._replace(is_stopped=bool(stack.is_stopped), imports=tuple(stack.imports))


def resource_row(resource: StoredResource) -> dict[str, Any]:
    return _with_json(resource._asdict(), _RESOURCE_JSON)


def resource_from_row(row: Row) -> StoredResource:
    resource = StoredResource._make(_from_json(row, StoredResource._fields, _RESOURCE_JSON))
    return resource._replace(is_retained=bool(resource.is_retained))


def stack_text(stack: StoredStack | None) -> str | None:
    """Returns a stack as JSON text."""
    return None if stack is None else dumps(stack._asdict())


def stack_from_text(text: str | None) -> StoredStack | None:
    if text is None:
        return None
    members = json.loads(text)
    return StoredStack(**{**members, "imports": tuple(members["imports"])})


def resource_text(resource: StoredResource | None) -> str | None:
    """Returns a resource as JSON text."""
    return None if resource is None else dumps(resource._asdict())


def resource_from_text(text: str | None) -> StoredResource | None:
    return None if text is None else StoredResource(**json.loads(text))


def _with_json(row: Mapping[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    return {name: dumps(value) if name in members else value for name, value in row.items()}


def _from_json(row: Row, fields: tuple[str, ...], members: tuple[str, ...]) -> list[Any]:
    return [json.loads(value) if name in members else value for name, value in zip(fields, row, strict=True)]
