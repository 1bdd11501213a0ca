"""JSON patches (RFC 6902) of a resource's properties."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError
from sfn_cli.json_pointer import pointer_tokens, resolve_pointer
from sfn_cli.json_text import NotJson, read_json

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


def apply_json_patch(before: dict[str, Any], text: str) -> dict[str, Any]:
    """Returns the patched properties. Raises ApiError InvalidRequestException."""
    try:
        steps = read_json(text)
    except NotJson as error:
        raise _invalid_json_patch(error.message) from None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise _invalid_json_patch("it must be a list of operations")
    after: Json = deepcopy(before)
    for step in steps:
        try:
            after = _apply_patch_step(after, step)
        except (LookupError, ValueError, TypeError):
            raise _invalid_json_patch(f"cannot apply {step.get('op')} at {step.get('path')}") from None
    if not isinstance(after, dict):
        raise _invalid_json_patch("the result must be an object")
    return after


def _apply_patch_step(value: Json, step: dict[str, Any]) -> Json:
    """Returns the value after one operation. Raises LookupError, ValueError and TypeError."""
    operation, path = step["op"], step["path"]
    if operation == "test":
        if resolve_pointer(value, path) != step["value"]:
            raise ValueError(path)
        return value
    if operation in ("move", "copy"):
        moved = deepcopy(resolve_pointer(value, step["from"]))
        if operation == "move":
            value = _apply_patch_step(value, {"op": "remove", "path": step["from"]})
        return _apply_patch_step(value, {"op": "add", "path": path, "value": moved})
    if operation not in ("add", "replace", "remove"):
        raise ValueError(operation)
    tokens = pointer_tokens(path)
    if not tokens:
        return step["value"] if operation != "remove" else None
    parent, name = resolve_pointer(value, path.rpartition("/")[0]), tokens[-1]
    if isinstance(parent, list):
        _patch_list(parent, name, operation, step)
    elif isinstance(parent, dict):
        if operation != "add" and name not in parent:
            raise LookupError(path)
        if operation == "remove":
            del parent[name]
        else:
            parent[name] = step["value"]
    else:
        raise LookupError(path)
    return value


def _patch_list(parent: list[Json], name: str, operation: str, step: dict[str, Any]) -> None:
    index = len(parent) if name == "-" and operation == "add" else int(name)
    if not 0 <= index < len(parent) + (operation == "add"):
        raise LookupError(name)
    if operation == "add":
        parent.insert(index, step["value"])
    elif operation == "replace":
        parent[index] = step["value"]
    else:
        del parent[index]


def _invalid_json_patch(reason: str) -> ApiError:
    return ApiError("InvalidRequestException", f"The patch document is not valid: {reason}")
