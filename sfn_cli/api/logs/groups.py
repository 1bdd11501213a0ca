"""CloudWatch Logs groups and streams, and the retention of their events.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli import arn, quotas
from sfn_cli.api.protocol import paging
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.logs import LogGroup, LogStream

RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
"""The retention periods, in days, that AWS allows (PutRetentionPolicy)."""

_GROUP_NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")


def create_log_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = request["logGroupName"]
    if not _GROUP_NAME.fullmatch(name):
        raise invalid_log_group_parameter(f"Invalid log group name: {name}")
    if not service.log_groups.create_group(name, service.clock(), request.get("tags")):
        raise ApiError("ResourceAlreadyExistsException", "The specified log group already exists")
    return {}


def create_log_stream(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = request["logStreamName"]
    if ":" in name or "*" in name:
        raise invalid_log_group_parameter(f"Invalid log stream name: {name}")
    created = service.log_groups.create_stream(request["logGroupName"], name, service.clock())
    if created is None:
        raise no_log_group()
    if not created:
        raise ApiError("ResourceAlreadyExistsException", "The specified log stream already exists")
    return {}


def delete_log_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if not service.log_groups.delete_group(request["logGroupName"]):
        raise no_log_group()
    return {}


def delete_log_stream(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    group, stream = request["logGroupName"], request["logStreamName"]
    if not service.log_groups.has_group(group):
        raise no_log_group()
    if not service.log_groups.delete_stream(group, stream):
        raise no_log_stream()
    return {}


def put_retention_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Sets the retention: older events are no longer shown.

    They are deleted immediately, and again whenever a worker starts.
    """
    days = request["retentionInDays"]
    if days not in RETENTIONS:
        raise invalid_log_group_parameter(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(map(str, RETENTIONS))}]"
        )
    if not service.log_groups.set_retention(request["logGroupName"], days):
        raise no_log_group()
    service.log_groups.expire(service.clock())
    return {}


def delete_retention_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if not service.log_groups.set_retention(request["logGroupName"], None):
        raise no_log_group()
    return {}


def describe_log_groups(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists the groups by name; a page's token is the last name of the previous page."""
    if "logGroupNamePrefix" in request and "logGroupNamePattern" in request:
        raise invalid_log_group_parameter(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    limit = request.get("limit") or quotas.LOG_GROUP_PAGE_ITEMS
    read = partial(
        service.log_groups.groups,
        prefix=request.get("logGroupNamePrefix", ""),
        containing=request.get("logGroupNamePattern", ""),
    )
    groups, last = paging.page(read, request.get("nextToken", ""), limit)
    return {
        "logGroups": [_log_group_response(service, group) for group in groups],
        "nextToken": None if last is None else last.name,
    }


def describe_log_streams(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists the streams by name or by their last event.

    A page's token is the last name of the previous page.
    """
    group = existing_log_group(service, request)
    prefix = request.get("logStreamNamePrefix", "")
    by_time = request.get("orderBy") == "LastEventTime"
    if by_time and prefix:
        raise invalid_log_group_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
    streams = service.log_groups.streams(group, prefix=prefix)
    if by_time:
        streams.sort(key=lambda stream: stream.last_at or 0)
    if request.get("descending"):
        streams.reverse()
    if "nextToken" in request:
        names = [stream.name for stream in streams]
        if request["nextToken"] not in names:
            raise invalid_log_group_parameter("The specified nextToken is invalid.")
        streams = streams[names.index(request["nextToken"]) + 1 :]
    shown, last = paging.page(
        lambda start, limit: streams[start:limit], 0, request.get("limit") or quotas.LOG_GROUP_PAGE_ITEMS
    )
    return {
        "logStreams": [_log_stream_response(service, group, stream) for stream in shown],
        "nextToken": None if last is None else last.name,
    }


def existing_log_group(service: Service, request: Mapping[str, Any]) -> str:
    """Returns the group in a request, given by name or ARN."""
    name = request.get("logGroupName") or request.get("logGroupIdentifier")
    if request.get("logGroupName") and request.get("logGroupIdentifier"):
        raise ApiError(
            "ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters."
        )
    if not name:
        raise invalid_log_group_parameter("Either logGroupName or logGroupIdentifier is required.")
    parsed = arn.parse_arn(name)
    group = parsed.resource_id.removesuffix(":*") if parsed else str(name)
    if not service.log_groups.has_group(group):
        raise no_log_group()
    return group


def no_log_group() -> ApiError:
    return ApiError("ResourceNotFoundException", "The specified log group does not exist.")


def no_log_stream() -> ApiError:
    return ApiError("ResourceNotFoundException", "The specified log stream does not exist.")


def invalid_log_group_parameter(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)


def _log_group_response(service: Service, group: LogGroup) -> dict[str, Any]:
    group_arn = arn.log_group_arn(service.settings.region, service.settings.account_id, group.name)
    return {
        "logGroupName": group.name,
        "creationTime": group.created_at,
        "retentionInDays": group.retention_days,
        "metricFilterCount": 0,
        "arn": group_arn,
        "storedBytes": group.stored_bytes,
        "logGroupClass": "STANDARD",
        "logGroupArn": group_arn.removesuffix(":*"),
    }


def _log_stream_response(service: Service, group: str, stream: LogStream) -> dict[str, Any]:
    group_arn = arn.log_group_arn(service.settings.region, service.settings.account_id, group).removesuffix(
        ":*"
    )
    return {
        "logStreamName": stream.name,
        "creationTime": stream.created_at,
        "firstEventTimestamp": stream.first_at,
        "lastEventTimestamp": stream.last_at,
        "lastIngestionTime": stream.last_ingested_at,
        "uploadSequenceToken": None,
        "arn": f"{group_arn}:log-stream:{stream.name}",
        "storedBytes": 0,
    }
