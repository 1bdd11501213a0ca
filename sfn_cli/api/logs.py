"""CloudWatch Logs: groups, streams and events, as far as following executions and functions needs them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
Who follows a group within this machine reads `service.logs.after` instead.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli import arn
from sfn_cli.errors import ApiError
from sfn_cli.store.sqlite.logs import AFTER_ALL, ALWAYS, BEFORE_ALL, LogEvent, LogGroup, LogLine, LogStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.query.log_pattern import Matches

Answer = TypeVar("Answer")

MAX_EVENTS_IN_A_PAGE = 10_000
MAX_DESCRIBED = 50
MAX_PUT_BYTES = 1_048_576
BYTES_BESIDES_A_MESSAGE = 26
FUTURE_MILLISECONDS = 2 * 60 * 60 * 1000
PAST_MILLISECONDS = 14 * 24 * 60 * 60 * 1000

RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""The days that AWS lets a group keep its events (PutRetentionPolicy)."""

_GROUP_NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")


def create_log_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = request["logGroupName"]
    if not _GROUP_NAME.fullmatch(name):
        raise _invalid(f"Invalid log group name: {name}")
    if not service.logs.create_group(name, service.clock(), request.get("tags")):
        raise ApiError("ResourceAlreadyExistsException", "The specified log group already exists")
    return {}


def create_log_stream(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = request["logStreamName"]
    if ":" in name or "*" in name:
        raise _invalid(f"Invalid log stream name: {name}")
    made = service.logs.create_stream(request["logGroupName"], name, service.clock())
    if made is None:
        raise _no_group()
    if not made:
        raise ApiError("ResourceAlreadyExistsException", "The specified log stream already exists")
    return {}


def delete_log_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if not service.logs.delete_group(request["logGroupName"]):
        raise _no_group()
    return {}


def delete_log_stream(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    group, stream = request["logGroupName"], request["logStreamName"]
    if not service.logs.has_group(group):
        raise _no_group()
    if not service.logs.delete_stream(group, stream):
        raise _no_stream()
    return {}


def put_retention_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """From now on nothing older is shown; what there is goes at once, later lines when a worker starts."""
    days = request["retentionInDays"]
    if days not in RETENTIONS:
        raise _invalid(f"retentionInDays must be one of {', '.join(map(str, RETENTIONS))}, not {days}.")
    if not service.logs.keep_for(request["logGroupName"], days):
        raise _no_group()
    service.logs.expire(service.clock())
    return {}


def delete_retention_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if not service.logs.keep_for(request["logGroupName"], None):
        raise _no_group()
    return {}


def describe_log_groups(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The groups by name; a page's token is the name that the page before ended with."""
    limit = request.get("limit") or MAX_DESCRIBED
    groups = service.logs.groups(
        request.get("nextToken", ""),
        limit + 1,
        prefix=request.get("logGroupNamePrefix", ""),
        containing=request.get("logGroupNamePattern", ""),
    )
    answer: dict[str, Any] = {"logGroups": [_shown_group(service, group) for group in groups[:limit]]}
    if len(groups) > limit:
        answer["nextToken"] = groups[limit - 1].name
    return answer


def describe_log_streams(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The streams by name or by their last event; a page's token is the name that the page before ended with."""
    group = _existing_group(service, request)
    prefix = request.get("logStreamNamePrefix", "")
    by_time = request.get("orderBy") == "LastEventTime"
    if by_time and prefix:
        raise _invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    streams = service.logs.streams(group, prefix=prefix)
    if by_time:
        streams.sort(key=lambda stream: stream.last_at or 0)
    if request.get("descending"):
        streams.reverse()
    if "nextToken" in request:
        names = [stream.name for stream in streams]
        if request["nextToken"] not in names:
            raise _invalid("The specified nextToken is invalid.")
        streams = streams[names.index(request["nextToken"]) + 1 :]
    limit = request.get("limit") or MAX_DESCRIBED
    answer: dict[str, Any] = {"logStreams": [_shown_stream(service, group, stream) for stream in streams[:limit]]}
    if len(streams) > limit:
        answer["nextToken"] = streams[limit - 1].name
    return answer


def put_log_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    group, stream, events = request["logGroupName"], request["logStreamName"], request["logEvents"]
    if not service.logs.has_group(group):
        raise _no_group()
    if not service.logs.has_stream(group, stream):
        raise _no_stream()
    times = [event["timestamp"] for event in events]
    if times != sorted(times):
        raise _invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if sum(len(event["message"].encode()) + BYTES_BESIDES_A_MESSAGE for event in events) > MAX_PUT_BYTES:
        raise _invalid(f"Upload too large: the events of a request have at most {MAX_PUT_BYTES} bytes")
    now = service.clock()
    too_old = sum(time < now - PAST_MILLISECONDS for time in times)
    not_too_new = sum(time <= now + FUTURE_MILLISECONDS for time in times)
    kept = events[too_old:not_too_new]
    service.logs.append([LogLine(group, stream, event["timestamp"], event["message"]) for event in kept], now)
    answer: dict[str, Any] = {"nextSequenceToken": f"{service.logs.last_id():056d}"}
    rejected = {}
    if not_too_new < len(events):
        rejected["tooNewLogEventStartIndex"] = not_too_new
    if too_old:
        rejected["tooOldLogEventEndIndex"] = too_old
    if rejected:
        answer["rejectedLogEventsInfo"] = rejected
    return answer


def get_log_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The events of one stream: the newest, or from the head, or those beyond a token, always in order of time.

    A token says where a page ended and in which direction to go on; at either end it is answered unchanged.
    """
    group, stream = _existing_group(service, request), request["logStreamName"]
    if not service.logs.has_stream(group, stream):
        raise _no_stream()
    token = request.get("nextToken")
    forward = token.startswith("f/") if token else bool(request.get("startFromHead"))
    place = _place(token[2:]) if token else None
    events = service.logs.events(
        group,
        request.get("limit") or MAX_EVENTS_IN_A_PAGE,
        streams=[stream],
        start=max(request.get("startTime", 0), service.logs.oldest(group, service.clock())),
        end=request.get("endTime", ALWAYS),
        after=place if place and forward else BEFORE_ALL,
        before=place if place and not forward else AFTER_ALL,
        newest_first=not forward,
    )
    if not forward:
        events.reverse()
    if events:
        first, last = _token(events[0]), _token(events[-1])
    else:
        first = last = token[2:] if token else "0/0"
    return {
        "events": [{"timestamp": event.at, "message": event.message, "ingestionTime": event.ingested_at} for event in events],
        "nextForwardToken": f"f/{last}",
        "nextBackwardToken": f"b/{first}",
    }


def filter_log_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The events of a group, of chosen streams or all, whose messages the pattern matches."""
    group = _existing_group(service, request)
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix", "")
    if names and prefix:
        raise _invalid("Cannot use both logStreamNames and logStreamNamePrefix.")
    limit = request.get("limit") or MAX_EVENTS_IN_A_PAGE
    events = service.logs.events(
        group,
        limit + 1,
        streams=names or None,
        stream_prefix=prefix,
        start=max(request.get("startTime", 0), service.logs.oldest(group, service.clock())),
        end=request.get("endTime", ALWAYS),
        after=_place(request["nextToken"]) if "nextToken" in request else BEFORE_ALL,
        matches=_matcher(request.get("filterPattern", "")),
    )
    answer: dict[str, Any] = {
        "events": [
            {
                "logStreamName": event.stream,
                "timestamp": event.at,
                "message": event.message,
                "ingestionTime": event.ingested_at,
                "eventId": f"{event.id:056d}",
            }
            for event in events[:limit]
        ],
        "searchedLogStreams": [],
    }
    if len(events) > limit:
        answer["nextToken"] = _token(events[limit - 1])
    return answer


def _matcher(pattern: str) -> Matches | None:
    """What says of a message whether the filter pattern matches it; None for a pattern that matches all. Raises ApiError."""
    from sfn_cli.query.log_pattern import InvalidPattern, compile_pattern

    def refusing(question: Callable[[str], Answer], text: str) -> Answer:
        try:
            return question(text)
        except InvalidPattern as error:
            raise _invalid(f"Invalid filter pattern: {error}") from None

    return partial(refusing, refusing(compile_pattern, pattern)) if pattern.strip() else None


def _existing_group(service: Service, request: Mapping[str, Any]) -> str:
    """The group that a request names, by its name or its ARN."""
    name = request.get("logGroupName") or request.get("logGroupIdentifier")
    if not name:
        raise _invalid("Either logGroupName or logGroupIdentifier must be given.")
    parsed = arn.parse(name)
    group = parsed.resource_id.removesuffix(":*") if parsed else str(name)
    if not service.logs.has_group(group):
        raise _no_group()
    return group


def _no_group() -> ApiError:
    return ApiError("ResourceNotFoundException", "The specified log group does not exist.")


def _no_stream() -> ApiError:
    return ApiError("ResourceNotFoundException", "The specified log stream does not exist.")


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)


def _token(event: LogEvent) -> str:
    return f"{event.at}/{event.id}"


def _place(token: str) -> tuple[int, int]:
    at, _, id = token.partition("/")
    try:
        return int(at), int(id)
    except ValueError:
        raise _invalid("The specified nextToken is invalid.") from None


def _shown_group(service: Service, group: LogGroup) -> dict[str, Any]:
    group_arn = arn.log_group(service.settings.region, service.settings.account_id, group.name)
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


def _shown_stream(service: Service, group: str, stream: LogStream) -> dict[str, Any]:
    group_arn = arn.log_group(service.settings.region, service.settings.account_id, group).removesuffix(":*")
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
