"""Deliveries: the interface of every store.

A source adds its deliveries before it acknowledges an event. From then on, a worker owns each until
its target has taken it over. For conventions and errors, see the package's docstring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sfn_cli.store.records.events.deliveries import Delivery, NewDelivery


class Deliveries(Protocol):
    """Deliveries as sources and people see them."""

    def add(self, deliveries: Sequence[NewDelivery], at: int) -> None:
        """Stores deliveries that are due at once. One that is stored already is left as it is."""

    def record(self, delivery: NewDelivery, status: str, result: str | None, at: int) -> None:
        """Stores a delivery that has already ended, for people to see."""

    def find(self, event_id: str) -> list[Delivery]:
        """Returns the deliveries of one event."""

    def changed_since(self, at: int) -> list[Delivery]:
        """Returns the deliveries that were added, tried or ended at `at` or later, by that time."""

    def latest_failed(self, limit: int) -> list[Delivery]:
        """Returns the deliveries that failed last, newest first."""

    def any(self) -> bool:
        """Whether there are pending deliveries, due now or later."""


class DeliveryQueue(Protocol):
    """Deliveries as the worker sees them that carries them out."""

    def any(self) -> bool:
        """Whether there are pending deliveries, due now or later."""

    def waiting(self, owner: int, live: Collection[int]) -> bool:
        """Whether there are pending deliveries, due now or later, that no other live worker owns."""

    def take(self, owner: int, live: Collection[int], at: int, limit: int) -> list[Delivery]:
        """Takes up to `limit` deliveries that are due and that no live worker owns, oldest first."""

    def retry(self, owner: int, id: int, due_at: int, result: str, at: int) -> None:
        """Makes the owner's delivery due again at `due_at`, after an error."""

    def end(self, owner: int, id: int, status: str, result: str | None, at: int) -> None:
        """Ends the owner's delivery."""

    def end_delivered(self, owner: int, results: Mapping[int, str], at: int) -> None:
        """Ends deliveries of the owner as DELIVERED: the result of each, by its id."""

    def invoke(self, owner: int, id: int, request_id: str, function_ref: str, payload: str, at: int) -> None:
        """Ends the owner's delivery as DELIVERED, and stores an event for the function: one transaction."""

    def prune(self, before: int) -> int:
        """Deletes deliveries that ended before `before`. Returns their number."""
