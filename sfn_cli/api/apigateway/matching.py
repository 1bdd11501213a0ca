"""The route of a request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
The most specific route: a full match, then a greedy one ({proxy+}), then $default. Of several, a
literal segment is more specific than a variable, and a method than ANY.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.apigateway.served import ANY, DEFAULT_ROUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.apigateway.served import ApiRoute

_LITERAL, _VARIABLE, _GREEDY = 0, 1, 2


class MatchedRoute(NamedTuple):
    route: ApiRoute
    variables: dict[str, str]
    """The values of the path's variables, as they were sent (percent-encoded)."""


def match_route(routes: Sequence[ApiRoute], method: str, path: str) -> MatchedRoute | None:
    """Returns the route of a request with this method and path; None if there is none."""
    found = [
        (rank, route.method == ANY, index)
        for index, route in enumerate(routes)
        if route.method in (method, ANY) and (rank := _route_rank(route.path, path)) is not None
    ]
    if not found:
        return None
    route = routes[min(found)[-1]]
    return MatchedRoute(route, _route_variables(route.path, path))


def methods_at(routes: Sequence[ApiRoute], path: str) -> list[str]:
    """Returns the methods of all routes that match a path."""
    return sorted({route.method for route in routes if _route_rank(route.path, path) is not None})


def _route_rank(pattern: str, path: str) -> tuple[int, ...] | None:
    """Returns how specific a pattern that matches the path is, least first; None if it does not match."""
    if pattern == DEFAULT_ROUTE:
        return (2,)
    wanted, given = _path_segments(pattern), _path_segments(path)
    ranks: list[int] = []
    for index, segment in enumerate(wanted):
        if _is_greedy(segment):
            return (1, *ranks, _GREEDY) if len(given) > index and given[index] else None
        if index >= len(given):
            return None
        if _is_variable(segment):
            if not given[index]:
                return None
            ranks.append(_VARIABLE)
        elif segment == given[index]:
            ranks.append(_LITERAL)
        else:
            return None
    return (0, *ranks) if len(given) == len(wanted) else None


def _route_variables(pattern: str, path: str) -> dict[str, str]:
    variables = {}
    given = _path_segments(path)
    if pattern == DEFAULT_ROUTE:
        return {}
    for index, segment in enumerate(_path_segments(pattern)):
        if _is_greedy(segment):
            variables[segment[1:-2]] = "/".join(given[index:])
        elif _is_variable(segment):
            variables[segment[1:-1]] = given[index]
    return variables


def _path_segments(path: str) -> list[str]:
    return path.strip("/").split("/") if path.strip("/") else []


def _is_variable(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _is_greedy(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("+}")
