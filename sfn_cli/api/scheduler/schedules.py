"""Schedules: CreateSchedule and related operations.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
A flexible time window is stored; schedules start at its beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.events.lists import events_page
from sfn_cli.api.scheduler.groups import DEFAULT_GROUP, existing_schedule_group
from sfn_cli.errors import ApiError
from sfn_cli.query.schedule_expression import ScheduleExpressionError, schedule_times, schedule_zone
from sfn_cli.store.records.events.rules import ENABLED, Schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service

_OWN_MEMBERS = ("Name", "GroupName", "ScheduleExpression", "State")
"""The members that have columns of their own; the others are stored together."""


def create_schedule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    existing_schedule_group(service, request.get("GroupName"))
    now = service.clock()
    schedule = _schedule_of_request(service, request, now)
    if not service.schedules.create(schedule._replace(next_at=schedule_next_at(schedule, now - 1))):
        existing = service.schedules.find(schedule.arn)
        token = request.get("ClientToken")
        if existing is None or token is None or existing.details.get("ClientToken") != token:
            raise ApiError("ConflictException", f"Schedule {schedule.name} already exists.", status=409)
    return {"ScheduleArn": schedule.arn}


def update_schedule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Replaces a schedule: members that are left out get their default values."""
    existing_schedule_group(service, request.get("GroupName"))
    now = service.clock()
    new = _schedule_of_request(service, request, now)

    def change(old: Schedule) -> Schedule:
        begins_again = old.expression != new.expression
        changed = new._replace(created_at=old.created_at)
        next_at = schedule_next_at(new, now - 1) if begins_again else schedule_next_at(changed, now)
        return changed._replace(next_at=next_at)

    if service.schedules.change(new.arn, change) is None:
        raise _no_such_schedule(new.name)
    return {"ScheduleArn": new.arn}


def get_schedule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    schedule = service.schedules.find(_schedule_arn(service, request))
    if schedule is None:
        raise _no_such_schedule(request["Name"])
    return {
        **{name: value for name, value in schedule.details.items() if name != "ClientToken"},
        **_schedule_dates(schedule),
        "ScheduleExpression": schedule.expression,
    }


def list_schedules(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    group, prefix = request.get("GroupName"), request.get("NamePrefix") or ""
    if group is not None:
        existing_schedule_group(service, group)

    def read(after: str, limit: int) -> list[Schedule]:
        schedules: list[Schedule] = []
        while len(schedules) < limit and (page := service.schedules.page(group, prefix, after, limit)):
            after = f"{page[-1].group_name}/{page[-1].name}"
            schedules += [one for one in page if request.get("State") in (None, one.state)]
        return schedules[:limit]

    schedules, token = events_page(
        service, request, "ListSchedules", read, lambda one: f"{one.group_name}/{one.name}"
    )
    return {
        "Schedules": [
            {**_schedule_dates(one), "Target": {"Arn": one.details["Target"]["Arn"]}} for one in schedules
        ],
        "NextToken": token,
    }


def delete_schedule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if not service.schedules.delete(_schedule_arn(service, request)):
        raise _no_such_schedule(request["Name"])
    return {}


def schedule_next_at(schedule: Schedule, after: int) -> int | None:
    """Returns when a schedule is due next, between its StartDate and EndDate. Raises ApiError."""
    if schedule.state != ENABLED:
        return None
    start, end = schedule.details.get("StartDate"), schedule.details.get("EndDate")
    try:
        times = schedule_times(
            schedule.expression,
            created_at=schedule.created_at,
            time_zone=schedule.details.get("ScheduleExpressionTimezone") or "UTC",
            start=start,
        )
    except ScheduleExpressionError as error:
        raise _invalid_schedule_expression(schedule.expression) from error
    at = times.next_after(max(after, start - 1) if start is not None else after)
    return None if at is None or (end is not None and at > end) else at


def _schedule_of_request(service: Service, request: Mapping[str, Any], now: int) -> Schedule:
    """Returns the schedule of CreateSchedule or UpdateSchedule. Raises ApiError."""
    zone = request.get("ScheduleExpressionTimezone") or "UTC"
    try:
        schedule_zone(zone)
    except ScheduleExpressionError as error:
        raise ApiError("ValidationException", f"Invalid time zone {zone}.") from error
    window = request["FlexibleTimeWindow"]
    if (window["Mode"] == "FLEXIBLE") is (window.get("MaximumWindowInMinutes") is None):
        raise ApiError("ValidationException", "Invalid FlexibleTimeWindow: MaximumWindowInMinutes.")
    start, end = request.get("StartDate"), request.get("EndDate")
    if start is not None and end is not None and start >= end:
        raise ApiError("ValidationException", "The StartDate must be before the EndDate.")
    target = request["Target"]
    if arn.parse_arn(target["Arn"]) is None:
        raise ApiError("ValidationException", "Provided target ARN is not in correct format.")
    details = {
        name: value for name, value in request.items() if name not in _OWN_MEMBERS and value is not None
    }
    schedule = Schedule(
        arn=_schedule_arn(service, request),
        group_name=request.get("GroupName") or DEFAULT_GROUP,
        name=request["Name"],
        expression=request["ScheduleExpression"],
        state=request.get("State") or ENABLED,
        details={"ScheduleExpressionTimezone": "UTC", "ActionAfterCompletion": "NONE", **details},
        created_at=now,
        modified_at=now,
    )
    try:
        schedule_times(schedule.expression, created_at=now, time_zone=zone)
    except ScheduleExpressionError as error:
        raise _invalid_schedule_expression(schedule.expression) from error
    return schedule


def _schedule_arn(service: Service, request: Mapping[str, Any]) -> str:
    group = request.get("GroupName") or DEFAULT_GROUP
    stem = f"arn:aws:scheduler:{service.settings.region}:{service.settings.account_id}"
    return f"{stem}:schedule/{group}/{request['Name']}"


def _schedule_dates(schedule: Schedule) -> dict[str, Any]:
    return {
        "Arn": schedule.arn,
        "GroupName": schedule.group_name,
        "Name": schedule.name,
        "State": schedule.state,
        "CreationDate": schedule.created_at,
        "LastModificationDate": schedule.modified_at,
    }


def _invalid_schedule_expression(expression: str) -> ApiError:
    return ApiError("ValidationException", f"Invalid Schedule Expression {expression}.")


def _no_such_schedule(name: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"Schedule {name} does not exist.", status=404)
