"""A trigger: something that starts a state machine or a function when an event arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.integrations.aws.clients import Clients


class TriggerError(SfnError):
    """A trigger that cannot be fired with this event: one line that says why."""


class Firing(NamedTuple):
    """What a trigger is fired with."""

    service: Service
    clients: Clients
    event: str | None
    """The event's text, as the user gives it; None for an example."""


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


class Trigger(NamedTuple):
    """One trigger. `fire` raises TriggerError and ConfigurationError."""

    kind: str
    """For people: "rule", "schedule", "queue", …"""
    names: tuple[str, ...]
    """The names by which it is found; the first is the one that is shown."""
    detail: str
    """What it reacts to, for people: a pattern, an expression, a URL."""
    fire: Callable[[Firing], Fired]

    @property
    def name(self) -> str:
        return self.names[0]
