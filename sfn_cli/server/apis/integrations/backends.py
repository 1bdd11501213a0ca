"""What integrations call, and what they get: requests to backends, and the tools to send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.server.apis.messages import ApiResponse, Pairs


class BackendRequest(NamedTuple):
    """A request to an AWS service or to an HTTP endpoint."""

    method: str
    url: str
    """An integration's URI, with its path variables filled in."""
    query: Pairs
    headers: Pairs
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class BackendAnswer(NamedTuple):
    """The response of a backend, and the text that selection patterns match."""

    response: ApiResponse
    outcome: str
    """A status ("200"), or the error message of a function; "" for its success."""


class Backends(NamedTuple):
    """The tools to call backends with."""

    clients: Clients
    call: Callable[[Operation, dict[str, Any]], Awaitable[Mapping[str, Any]]]
    """Calls an operation of sfn's own, and waits for its response."""
    in_thread: Callable[[Callable[[], Any]], Awaitable[Any]]
    """Runs a function that may block, in a thread."""
