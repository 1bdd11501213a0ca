"""The origins that an API's own rules name: only their web pages may call it from elsewhere.

A wildcard names no origin: it would let every page on the internet call what runs on this computer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.api.apigateway.served import ApiRoute, GatewayResponse

_ALLOWED_ORIGIN = ".header.access-control-allow-origin"


def named_origins(routes: Iterable[ApiRoute], responses: Iterable[GatewayResponse]) -> frozenset[str]:
    """Returns the origins that a REST API's responses name, in static headers."""
    parameters = [
        given.parameters
        for route in routes
        if route.integration is not None
        for given in route.integration.responses
    ]
    parameters += [response.parameters for response in responses]
    return origins_without_wildcards(
        value.strip().strip("'")
        for given in parameters
        for name, value in given.items()
        if name.lower().endswith(_ALLOWED_ORIGIN)
    )


def origins_without_wildcards(origins: Iterable[str] | Sequence[str]) -> frozenset[str]:
    return frozenset(
        origin.lower().rstrip("/") for origin in origins if "://" in origin and "*" not in origin
    )
