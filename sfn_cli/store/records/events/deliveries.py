"""Deliveries: events on their way to a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json

PENDING, DELIVERED, FAILED = "PENDING", "DELIVERED", "FAILED"


class NewDelivery(NamedTuple):
    """An event for one target, as its source hands it over."""

    event_id: str
    """The event's id at its source; with `source` and `target_key`, a delivery is stored only once."""
    source: str
    """What sends it: "rule/BUS/NAME", "schedule/GROUP/NAME", "topic/NAME", "bucket/NAME"."""
    target: str
    """The target's ARN, or the URL of an HTTP endpoint."""
    target_key: str
    """What distinguishes the targets of one event: a target's Id, or its ARN."""
    payload: str
    """What the target gets, as text."""
    options: Mapping[str, Json] = {}
    """What the target's kind needs, in the words of EventBridge's Target: SqsParameters, RetryPolicy…"""


class Delivery(NamedTuple):
    """A stored delivery. Times are milliseconds since 1970."""

    id: int
    event_id: str
    source: str
    target: str
    target_key: str
    options: Mapping[str, Json]
    payload: str
    status: str
    created_at: int
    due_at: int
    changed_at: int
    """When it was added, last tried, or ended."""
    tries: int
    result: str | None
    """The ARN of the execution that it started, or the error."""
