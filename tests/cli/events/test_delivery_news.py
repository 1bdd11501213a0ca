"""Deliveries that `sfn events tail` shows: each change once, however many there are and however late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.app import build_app
from sfn_cli.cli.events.deliveries import DeliveryNews
from sfn_cli.settings import Settings
from sfn_cli.store.records.events.deliveries import DELIVERED, NewDelivery
from sfn_cli.store.sqlite.events.deliveries import SqliteDeliveries
from sfn_cli.store.sqlite.store import database_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service

WORKER = 1
MINUTE = 60_000


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    service = build_app(Settings.from_environment({"SFN_HOME": str(home)}))
    yield service
    service.close()


def queue_of(service: Service) -> SqliteDeliveries:
    return SqliteDeliveries(database_of(service.store))


def delivery(number: int) -> NewDelivery:
    return NewDelivery(f"event-{number}", "rule/default/r", "arn:aws:sqs:us-east-1:1:q", "1", "{}")


def test_many_of_one_moment(service: Service) -> None:
    """All are shown, also those that no page of a read holds."""
    news = DeliveryNews(service, 0)
    for number in range(3_000):
        service.deliveries.record(delivery(number), DELIVERED, None, 1_000)
    assert len(list(news.next())) == 3_000
    assert list(news.next()) == []


def test_a_try_long_after_the_others(service: Service) -> None:
    """A failed try is shown when it has failed, whenever the event was stored."""
    queue, news = queue_of(service), DeliveryNews(service, 0)
    queue.add([delivery(1)], 0)
    (taken,) = queue.take(WORKER, (), 0, 10)
    queue.retry(WORKER, taken.id, MINUTE, "busy", 10)
    assert [(one["status"], one["tries"]) for one in news.next()] == [("RETRYING", 1)]
    service.deliveries.record(delivery(2), DELIVERED, None, MINUTE)
    assert [one["eventId"] for one in news.next()] == ["event-2"]
    queue.take(WORKER, (), MINUTE, 10)
    queue.retry(WORKER, taken.id, 2 * MINUTE, "still busy", MINUTE + 1)
    assert [(one["tries"], one["result"]) for one in news.next()] == [(2, "still busy")]
