"""The forms of AWS's query protocol: a request's members as flat names.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
`Tags.member.1.Key=stage` is a member of a structure in a list; a map has `entry.1.key` and
`entry.1.value`. An empty list is a name with no value: `Tags=`. Unknown names are ignored.
"""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.model import Shape

_Tree = dict[str, Any]
"""The form by the parts of its names: {"Tags": {"member": {"1": {"Key": {"": "stage"}}}}}."""

_VALUE = ""
"""The key of a tree's own value: no part of a name is empty."""

_MAX_DEPTH = 20
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def read_query_form(shape: Shape, form: Mapping[str, str]) -> dict[str, Any]:
    """Returns the members of a structure. Raises ApiError SerializationException."""
    tree: _Tree = {}
    for name, text in form.items():
        parts = name.split(".")
        if len(parts) > _MAX_DEPTH or not all(parts):
            continue
        inner = tree
        for part in parts:
            inner = inner.setdefault(part, {})
        inner[_VALUE] = text
    return _query_structure(shape, tree)


def _query_structure(shape: Shape, tree: _Tree) -> dict[str, Any]:
    members = {}
    for member, member_shape in shape["members"].items():
        found = tree.get(member_shape.get("locationName", member))
        if found is not None:
            members[member] = _query_value(member_shape, found)
    return members


def _query_value(shape: Shape, tree: _Tree) -> Any:
    kind = shape["type"]
    if kind == "structure":
        return _query_structure(shape, tree)
    if kind == "list":
        items = _query_items(tree, shape["member"].get("locationName", "member"))
        return [_query_value(shape["member"], item) for item in items]
    if kind == "map":
        return {
            str(_query_value(shape["key"], item.get("key", {}))): _query_value(
                shape["value"], item.get("value", {})
            )
            for item in _query_items(tree, "entry")
        }
    return _query_scalar(kind, tree.get(_VALUE, ""))


def _query_items(tree: _Tree, within: str) -> list[_Tree]:
    """Returns the numbered parts of a list or a map, in the order of their numbers."""
    numbered = tree.get(within, tree)
    found = sorted((int(name), item) for name, item in numbered.items() if _NUMBER.fullmatch(name))
    return [item for _, item in found]


def _query_scalar(kind: str, text: str) -> Any:
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise _query_mismatch(text, "a Boolean")
        return text.lower() == "true"
    if kind in ("integer", "long"):
        # Python's int() also reads "1_000", " 1" and the digits of every script.
        if not _INTEGER.fullmatch(text):
            raise _query_mismatch(text, "an Integer")
        return int(text)
    if kind in ("float", "double"):
        try:
            return float(text)
        except ValueError:
            raise _query_mismatch(text, "a Double") from None
    if kind == "timestamp":
        return _query_time(text)
    if kind == "blob":
        try:
            return binascii.a2b_base64(text, strict_mode=True)
        except ValueError:
            raise _query_mismatch(text, "a Blob") from None
    return text


def _query_time(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _query_mismatch(text, "a Timestamp") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _query_mismatch(text: str, wanted: str) -> ApiError:
    return ApiError("SerializationException", f"'{text[:100]}' can not be converted to {wanted}")
