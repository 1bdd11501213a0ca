"""What a target is called with, and the error of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.store.records.events.deliveries import Delivery, NewDelivery


class TargetCall(NamedTuple):
    """A delivery, stored or not, and what calls its target. `service` belongs to the calling thread."""

    delivery: Delivery | NewDelivery
    service: Service
    clients: Clients


class TargetError(Exception):
    """A call that failed. `is_final`: another try would fail, too."""

    def __init__(self, code: str, message: str, *, is_final: bool) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.is_final = is_final
