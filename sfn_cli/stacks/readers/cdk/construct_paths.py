"""Resources by the names that a CDK app gives them.

The logical id of `new StateMachine(stack, 'OrderFlow')` ends with a hash: "OrderFlowE3B0C442". Its
metadata has the path of its construct, "OrderStack/OrderFlow/Resource": the resource may also be
called by it, with or without the stack and without "Resource", or by its last part, "OrderFlow".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PATH = "aws:cdk:path"
_INNER = ("Resource", "Default")
"""The ids of the resource that a construct is there for."""


def construct_path(resource: Mapping[str, Any]) -> str | None:
    """Returns the path of a resource's construct, as "OrderStack/OrderFlow", if it is known."""
    path = (resource.get("Metadata") or {}).get(PATH)
    if not isinstance(path, str):
        return None
    parts = path.split("/")
    if len(parts) > 1 and parts[-1] in _INNER:
        del parts[-1]
    return "/".join(parts)


def logical_ids_of_construct(resources: Mapping[str, Mapping[str, Any]], name: str) -> list[str]:
    """Returns the logical ids of the resources that an app calls by this name.

    There are several where constructs in different places have one id.
    """
    return [
        logical_id for logical_id, resource in resources.items() if name in set(_names_of_construct(resource))
    ]


def _names_of_construct(resource: Mapping[str, Any]) -> Iterator[str]:
    path = construct_path(resource)
    if path is None:
        return
    yield (resource.get("Metadata") or {})[PATH]
    parts = path.split("/")
    for first in range(len(parts)):
        yield "/".join(parts[first:])
