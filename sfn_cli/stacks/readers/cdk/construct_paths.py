"""Finds resources by their names in a CDK app.

The logical id of `new StateMachine(stack, 'OrderFlow')` ends with a hash: "OrderFlowE3B0C442". The
resource's metadata has the path of its construct, "OrderStack/OrderFlow/Resource". That path is
accepted as a name, with or without the stack and without "Resource", and so is its last part,
"OrderFlow".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PATH = "aws:cdk:path"
_INNER = ("Resource", "Default")
"""The ids of a construct's main resource."""


def construct_path(resource: Mapping[str, Any]) -> str | None:
    """Returns the path of a resource's construct, such as "OrderStack/OrderFlow", if it is known."""
    path = (resource.get("Metadata") or {}).get(PATH)
    if not isinstance(path, str):
        return None
    parts = path.split("/")
    if len(parts) > 1 and parts[-1] in _INNER:
        del parts[-1]
    return "/".join(parts)


def logical_ids_of_construct(resources: Mapping[str, Mapping[str, Any]], name: str) -> list[str]:
    """Returns the logical ids of the resources with this name in the app.

    There are several if constructs in different places have the same id.
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
