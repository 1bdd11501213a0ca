"""Deliveries as `sfn events tail` shows them: an event that reached a target, or did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.arn import name_in_arn, parse_arn
from sfn_cli.asl.timestamp import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.api.service import Service

DELIVERY_STATUSES = ("DELIVERED", "RETRYING")
"""The statuses of deliveries that executions do not have; a failed one is FAILED."""

_OVERLAP_MS = 10_000
"""How far back each read begins: a delivery may be stored after one with a later time."""


class DeliveryNews:
    """Deliveries that ended, or failed and will be tried again, since a given time: each change once."""

    def __init__(self, service: Service, since: int) -> None:
        self._service = service
        self._since = since
        self._seen: dict[tuple[int, int], int] = {}

    def next(self) -> Iterator[dict[str, Any]]:
        """Yields the deliveries that changed since the last call, oldest first."""
        newest = self._since
        for delivery in self._service.deliveries.changed_since(self._since):
            newest = at = delivery.changed_at
            key = (delivery.id, delivery.tries)
            if delivery.tries == 0 or key in self._seen:
                continue
            self._seen[key] = at
            yield {
                "time": format_timestamp(at),
                "eventId": delivery.event_id,
                "source": delivery.source,
                "target": delivery.target,
                "status": "RETRYING" if delivery.status == "PENDING" else delivery.status,
                "tries": delivery.tries,
                "result": delivery.result,
            }
        self._since = max(self._since, newest - _OVERLAP_MS)
        self._seen = {key: at for key, at in self._seen.items() if at >= self._since}


def delivery_belongs_to(delivery: Mapping[str, Any], machine_arn: str | None) -> bool:
    return machine_arn is None or delivery["target"] == machine_arn


def delivery_text(delivery: Mapping[str, Any]) -> str:
    """Returns the line of a delivery, without its time and status."""
    target = parse_arn(delivery["target"])
    name = name_in_arn(delivery["target"]) if target is not None else delivery["target"]
    kind = f"{target.service} " if target is not None else ""
    result = " ".join(str(delivery["result"] or "").split())
    if result.startswith("arn:"):
        result = result.rpartition(":")[2]
    return " ".join(part for part in (f"{delivery['source']} → {kind}{name}", result) if part)
