"""URLs of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json


class FunctionUrl(NamedTuple):
    """The URL of a function or of an alias. Times are milliseconds since 1970."""

    id: str
    """The first label of its host name in AWS."""
    function_name: str
    qualifier: str
    """The alias; "" for the function itself."""
    auth_type: str
    cors: Mapping[str, Json] | None
    invoke_mode: str
    created_at: int
    modified_at: int
