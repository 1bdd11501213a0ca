"""Schedules and their groups, as EventBridge Scheduler stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

STEM = "arn:aws:scheduler:us-east-1:123456789012"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
TARGET = {"Arn": QUEUE, "RoleArn": "arn:aws:iam::123456789012:role/r"}
DAILY = {
    "Name": "daily", "ScheduleExpression": "cron(0 9 * * ? *)", "ScheduleExpressionTimezone": "Europe/Berlin",
    "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": TARGET,
}  # fmt: skip


def ask(service: Service, operation: str, **request: Any) -> dict[str, Any]:
    return api.call_api(service, model.load_model("scheduler", operation), request)


def test_life_of_a_schedule(service: Service) -> None:
    """An update replaces the whole schedule; a repeated creation with its token is no error."""
    created = ask(service, "CreateSchedule", **DAILY, ClientToken="t", Description="d")
    assert created == {"ScheduleArn": f"{STEM}:schedule/default/daily"}
    assert ask(service, "CreateSchedule", **DAILY, ClientToken="t") == created
    found = ask(service, "GetSchedule", Name="daily")
    assert DAILY.items() <= found.items()
    assert (found["State"], found["GroupName"], found["ActionAfterCompletion"], found["Description"]) == (
        "ENABLED",
        "default",
        "NONE",
        "d",
    )
    ask(service, "UpdateSchedule", **{**DAILY, "State": "DISABLED"})
    assert "Description" not in ask(service, "GetSchedule", Name="daily")
    (listed,) = ask(service, "ListSchedules", State="DISABLED")["Schedules"]
    assert (listed["Name"], listed["Target"]) == ("daily", {"Arn": QUEUE})
    ask(service, "DeleteSchedule", Name="daily")
    with pytest.raises(ApiError) as missing:
        ask(service, "DeleteSchedule", Name="daily")
    assert (missing.value.code, missing.value.status) == ("ResourceNotFoundException", 404)


def test_groups(service: Service) -> None:
    """A group is deleted with its schedules. The default group always exists."""
    assert ask(service, "CreateScheduleGroup", Name="g") == {"ScheduleGroupArn": f"{STEM}:schedule-group/g"}
    ask(service, "CreateSchedule", **DAILY, GroupName="g")
    ask(service, "CreateSchedule", **DAILY)
    assert [one["Name"] for one in ask(service, "ListScheduleGroups")["ScheduleGroups"]] == ["default", "g"]
    tags = [{"Key": "team", "Value": "a"}]
    ask(service, "TagResource", ResourceArn=f"{STEM}:schedule-group/g", Tags=tags)
    assert ask(service, "ListTagsForResource", ResourceArn=f"{STEM}:schedule-group/g")["Tags"] == tags
    ask(service, "DeleteScheduleGroup", Name="g")
    assert [one["GroupName"] for one in ask(service, "ListSchedules")["Schedules"]] == ["default"]


@pytest.mark.parametrize(
    "operation, changes, code, message",
    [
        ("CreateSchedule", {"ScheduleExpression": "cron(0 9 * * *)"}, "ValidationException",
         "Invalid Schedule Expression cron(0 9 * * *)."),
        ("CreateSchedule", {"ScheduleExpressionTimezone": "Europe/Atlantis"}, "ValidationException",
         "Invalid time zone Europe/Atlantis."),
        ("CreateSchedule", {"GroupName": "no"}, "ResourceNotFoundException",
         "Schedule group no does not exist."),
        ("CreateSchedule", {"Name": "taken"}, "ConflictException", "Schedule taken already exists."),
        ("CreateSchedule", {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "ValidationException",
         "Invalid FlexibleTimeWindow: MaximumWindowInMinutes."),
        ("CreateSchedule", {"StartDate": "2026-02-01", "EndDate": "2026-01-01"}, "ValidationException",
         "The StartDate must be before the EndDate."),
        ("CreateSchedule", {"StartDate": "soon"}, "SerializationException",
         "'soon' can not be converted to a Timestamp"),
        ("CreateSchedule", {"Target": {**TARGET, "Arn": "queue"}}, "ValidationException",
         "Provided target ARN is not in correct format."),
        ("UpdateSchedule", {"Name": "no"}, "ResourceNotFoundException", "Schedule no does not exist."),
    ],
)  # fmt: skip
def test_refusals(service: Service, operation: str, changes: Any, code: str, message: str) -> None:
    """Errors have AWS's codes."""
    ask(service, "CreateSchedule", **{**DAILY, "Name": "taken"})
    with pytest.raises(ApiError) as refused:
        ask(service, operation, **{**DAILY, **changes})
    assert (refused.value.code, refused.value.message) == (code, message)
