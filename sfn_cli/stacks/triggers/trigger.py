"""A trigger: something that starts a state machine or a function when an event arrives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.integrations.aws.clients import Clients


ANY_METHOD = ("ANY", "$default")
"""How routes for all methods are written."""


class TriggerError(SfnError):
    """A trigger that cannot be fired with this event: one line that says why."""


class Firing(NamedTuple):
    """What a trigger is fired with."""

    service: Service
    clients: Clients
    event: str | None
    """The event's text, as the user gives it; None for an example."""
    name: str = ""
    """The name by which the trigger was found: "GET /orders/1" for the route "GET /orders/{id}"."""


class Fired(NamedTuple):
    """What a trigger did."""

    text: str
    """One line for people: "sent message 5fea… to the queue orders"."""
    event_id: str | None = None
    """The id under which the deliveries of the event are stored, if it has any."""
    answer: str | None = None
    """What an API answered."""
    failed: bool = False
    """Whether an API answered with an error."""


class TriggerRoute(NamedTuple):
    """A route of an API."""

    base: str
    """The path of the API's stage at the local endpoint."""
    method: str
    """A method, or "ANY"."""
    path: str
    """Such as "/orders/{id}", "/{proxy+}" or "$default"."""

    def fits(self, request: str) -> bool:
        """Whether a request such as "GET /orders/1" can be one of this route."""
        method, _, path = request.partition(" ")
        if not path.startswith("/") or self.method not in (method, *ANY_METHOD):
            return False
        if self.path == "$default":
            return True
        parts = re.split(r"(\{[^}]*\})", self.path)
        pattern = "".join(_parameter_pattern(part) if part[:1] == "{" else re.escape(part) for part in parts)
        return re.fullmatch(pattern, path.partition("?")[0]) is not None


def _parameter_pattern(parameter: str) -> str:
    return ".+" if parameter.endswith("+}") else "[^/]+"


class Trigger(NamedTuple):
    """One trigger. `fire` raises TriggerError and ConfigurationError."""

    kind: str
    """For people: "rule", "schedule", "queue", …"""
    names: tuple[str, ...]
    """The names by which it is found; the first is the one that is shown."""
    detail: str
    """What it reacts to, for people: a pattern, an expression, a URL."""
    fire: Callable[[Firing], Fired]
    route: TriggerRoute | None = None
    """The route that it is, if it is one of an API."""

    @property
    def name(self) -> str:
        return self.names[0]
