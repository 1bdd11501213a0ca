"""Parts of APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json


class ApiPart(NamedTuple):
    """One part of an API: the API itself, a resource, a method, a route, a stage, …"""

    api: str
    """The API's id; "" for a part of no API, such as an API key."""
    kind: str
    """Its type in CloudFormation, such as "AWS::ApiGateway::Method"."""
    id: str
    properties: Mapping[str, Json]
    """Its properties, as in CloudFormation."""
