"""Due schedules: each time sends one event, whichever worker is first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.drivers.local.event_sources.schedules import DueSchedules
from tests.api.fakes import Clock, make_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
TARGET = {"Arn": QUEUE, "RoleArn": "arn:aws:iam::123456789012:role/r"}
OFF = {"Mode": "OFF"}
RULE = "arn:aws:events:us-east-1:123456789012:rule/r"


def milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class Timeline:
    """A store, and workers that check it at chosen times of 2026-11-27."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.reports: list[str] = []

    def set(self, at: str) -> None:
        assert isinstance(self.service.clock, Clock)
        self.service.clock.now = milliseconds(f"2026-11-27T{at}")

    def ask(self, service: str, operation: str, **request: Any) -> dict[str, Any]:
        return api.call_api(self.service, model.load_model(service, operation), request)

    def rule(self, expression: str) -> None:
        self.ask("events", "PutRule", Name="r", ScheduleExpression=expression)
        self.ask("events", "PutTargets", Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])

    def schedule(self, expression: str, **more: Any) -> None:
        given = {"Name": "s", "ScheduleExpression": expression, "FlexibleTimeWindow": OFF, "Target": TARGET}
        self.ask("scheduler", "CreateSchedule", **{**given, **more})

    def check(self, at: str) -> list[str]:
        """Lets two workers check; returns the times of all events until now."""
        self.set(at)
        for _ in range(2):
            DueSchedules(self.service, self.reports.append).check()
        return [event["time"][11:19] for event in self.events()]

    def events(self) -> list[Any]:
        return [json.loads(one.payload) for one in self.service.deliveries.changed_since(0)]


@pytest.fixture
def timeline(tmp_path: Path) -> Iterator[Timeline]:
    service = make_service(tmp_path)
    timeline = Timeline(service)
    timeline.set("10:00:00")
    yield timeline
    service.close()


def test_a_rule(timeline: Timeline) -> None:
    """A rule sends its event after each interval, with the scheduled time."""
    timeline.rule("rate(5 minutes)")
    assert timeline.check("10:04:59") == []
    assert timeline.check("10:05:01") == ["10:05:00"]
    assert timeline.check("10:10:30") == ["10:05:00", "10:10:00"]
    event = timeline.events()[0]
    assert event == {
        "version": "0", "id": event["id"], "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "123456789012", "time": "2026-11-27T10:05:00Z", "region": "us-east-1",
        "resources": [RULE], "detail": {},
    }  # fmt: skip


def test_a_schedule(timeline: Timeline) -> None:
    """A rate begins at once. The default event's detail is a text, as on AWS."""
    timeline.schedule("rate(1 hour)")
    assert timeline.check("10:00:01") == ["10:00:00"]
    assert timeline.check("11:00:05") == ["10:00:00", "11:00:00"]
    event = timeline.events()[0]
    assert (event["source"], event["detail"]) == ("aws.scheduler", "{}")
    assert event["resources"] == ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/s"]


def test_one_time(timeline: Timeline) -> None:
    """A schedule with `at` sends one event, and is then deleted if it says so."""
    given = {"Input": '{"id": "<aws.scheduler.execution-id>", "at": "<aws.scheduler.scheduled-time>"}'}
    timeline.schedule(
        "at(2026-11-27T11:30:00)",
        ScheduleExpressionTimezone="Europe/Berlin",
        ActionAfterCompletion="DELETE",
        Target={**TARGET, **given},
    )
    assert timeline.service.schedules.any_enabled()
    timeline.set("10:30:00")
    DueSchedules(timeline.service, timeline.reports.append).check()
    (event,) = timeline.events()
    assert event["at"] == "2026-11-27T10:30:00Z"
    assert not timeline.service.schedules.any_enabled()
    assert timeline.ask("scheduler", "ListSchedules")["Schedules"] == []


@pytest.mark.parametrize(
    "expression, at, times, is_reported",
    [
        ("rate(5 minutes)", "10:13:00", ["10:10:00"], False),
        ("rate(5 minutes)", "10:23:00", ["10:20:00"], True),
        ("rate(1 hour)", "11:14:00", ["11:00:00"], False),
        ("rate(1 hour)", "11:16:00", [], True),
        ("cron(0 11 * * ? *)", "15:00:00", [], True),
    ],
)
def test_missed_times(
    timeline: Timeline, expression: str, at: str, times: list[str], is_reported: bool
) -> None:
    """A time without a worker is made up for once, unless it is long past: that is reported."""
    timeline.rule(expression)
    assert timeline.check(at) == times
    assert bool(timeline.reports) is is_reported


@pytest.mark.parametrize(
    "given, times",
    [
        ({"StartDate": "2026-11-27T10:20:00Z"}, ["10:20:00", "10:30:00"]),
        ({"EndDate": "2026-11-27T10:25:00Z"}, ["10:00:00", "10:10:00", "10:20:00"]),
        ({"State": "DISABLED"}, []),
    ],
)
def test_limits(timeline: Timeline, given: dict[str, str], times: list[str]) -> None:
    """A schedule has times between its dates only."""
    timeline.schedule("rate(10 minutes)", **given)
    for minute in range(0, 40, 5):
        found = timeline.check(f"10:{minute:02}:01")
    assert found == times


def test_a_damaged_schedule(timeline: Timeline) -> None:
    """A fault of one schedule is reported once, and does not affect another."""
    timeline.rule("rate(5 minutes)")
    with timeline.service.store.database.transaction() as connection:
        connection.execute(
            """
            INSERT INTO event_rule SELECT arn || '2', bus_arn, name || '2', pattern, 'rate(x)', state,
                details, targets, tags, created_at, next_at FROM event_rule
            """
        )
    checks = DueSchedules(timeline.service, timeline.reports.append)
    timeline.set("10:05:01")
    for _ in range(3):
        checks.check()
    assert [event["time"][11:] for event in timeline.events()] == ["10:05:00Z"]
    assert len(timeline.reports) == 1


def test_disabled_rules_are_not_awaited(timeline: Timeline) -> None:
    """No worker is kept alive for a disabled rule, nor for one without targets."""
    timeline.rule("rate(5 minutes)")
    assert timeline.service.event_rules.any_enabled()
    timeline.ask("events", "DisableRule", Name="r")
    assert not timeline.service.event_rules.any_enabled()
    timeline.ask("events", "EnableRule", Name="r")
    timeline.ask("events", "RemoveTargets", Rule="r", Ids=["1"])
    assert not timeline.service.event_rules.any_enabled()
