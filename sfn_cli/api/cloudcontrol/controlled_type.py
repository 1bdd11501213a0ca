"""What the Cloud Control API can do with the resources of one type."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 (the types of a NamedTuple)
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


class ControlledType(NamedTuple):
    """A type's functions; properties are those of a template."""

    updatable: frozenset[str]
    read: Callable[[Service, str], dict[str, Any] | None]
    """Returns the properties of a resource by its identifier; None if there is none."""
    update: Callable[[Service, str, dict[str, Any], set[str]], None]
    """Updates a resource to these properties, of which some have changed. Raises ApiError."""
