"""CloudWatch Logs events, to the extent needed to follow executions and functions.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
On this machine, followers of a group read `service.logs.after` instead.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli import quotas
from sfn_cli.api.logs.groups import (
    existing_log_group,
    invalid_log_group_parameter,
    no_log_group,
    no_log_stream,
)
from sfn_cli.api.protocol import paging
from sfn_cli.store.records.logs import AFTER_ALL, ALWAYS, BEFORE_ALL, LogEvent, LogLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.query.filter_pattern.matching import Matches

Answer = TypeVar("Answer")


def put_log_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    group, stream, events = request["logGroupName"], request["logStreamName"], request["logEvents"]
    if not service.log_groups.has_group(group):
        raise no_log_group()
    if not service.log_groups.has_stream(group, stream):
        raise no_log_stream()
    times = [event["timestamp"] for event in events]
    if times != sorted(times):
        raise invalid_log_group_parameter(
            "Log events in a single PutLogEvents request must be in chronological order."
        )
    if (
        sum(len(event["message"].encode()) + quotas.LOG_EVENT_OVERHEAD_BYTES for event in events)
        > quotas.PUT_LOG_BYTES
    ):
        raise invalid_log_group_parameter(
            f"Upload too large: the events of a request can have at most {quotas.PUT_LOG_BYTES} bytes"
        )
    now = service.clock()
    too_old = sum(time < now - quotas.LOG_PAST_SECONDS * 1000 for time in times)
    not_too_new = sum(time <= now + quotas.LOG_FUTURE_SECONDS * 1000 for time in times)
    accepted = events[too_old:not_too_new]
    service.logs.append(
        [LogLine(group, stream, event["timestamp"], event["message"]) for event in accepted], now
    )
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
    """Returns the events of one stream in order of time.

    They are the latest, the oldest (startFromHead), or those beyond a token. A token contains the
    position where a page ended and a direction; at either end, the same token is returned.
    """
    group, stream = existing_log_group(service, request), request["logStreamName"]
    if not service.log_groups.has_stream(group, stream):
        raise no_log_stream()
    token = request.get("nextToken")
    forward = token.startswith("f/") if token else bool(request.get("startFromHead"))
    place = _log_event_place(token[2:]) if token else None
    events = service.logs.events(
        group,
        request.get("limit") or quotas.LOG_PAGE_EVENTS,
        streams=[stream],
        start=_log_events_start(service, group, request),
        end=request.get("endTime", ALWAYS),
        after=place if place and forward else BEFORE_ALL,
        before=place if place and not forward else AFTER_ALL,
        newest_first=not forward,
    )
    if not forward:
        events.reverse()
    if events:
        first, last = _log_event_token(events[0]), _log_event_token(events[-1])
    else:
        first = last = token[2:] if token else "0/0"
    return {
        "events": [
            {"timestamp": event.at, "message": event.message, "ingestionTime": event.ingested_at}
            for event in events
        ],
        "nextForwardToken": f"f/{last}",
        "nextBackwardToken": f"b/{first}",
    }


def filter_log_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns a group's events, from chosen streams or all, whose messages match the pattern."""
    group = existing_log_group(service, request)
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix", "")
    if names and prefix:
        raise invalid_log_group_parameter("Cannot use both logStreamNames and logStreamNamePrefix.")
    start, matches = (
        _log_events_start(service, group, request),
        _log_event_matcher(request.get("filterPattern", "")),
    )
    events, last = paging.page(
        lambda after, limit: service.logs.events(
            group,
            limit,
            streams=names or None,
            stream_prefix=prefix,
            start=start,
            end=request.get("endTime", ALWAYS),
            after=after,
            matches=matches,
        ),
        _log_event_place(request["nextToken"]) if "nextToken" in request else BEFORE_ALL,
        request.get("limit") or quotas.LOG_PAGE_EVENTS,
    )
    return {
        "events": [
            {
                "logStreamName": event.stream,
                "timestamp": event.at,
                "message": event.message,
                "ingestionTime": event.ingested_at,
                "eventId": f"{event.id:056d}",
            }
            for event in events
        ],
        "searchedLogStreams": [],
        "nextToken": None if last is None else _log_event_token(last),
    }


def _log_events_start(service: Service, group: str, request: dict[str, Any]) -> int:
    """Returns the start, in ms since 1970, of the requested events that the group still retains."""
    start: int = request.get("startTime", 0)
    return max(start, service.log_groups.oldest(group, service.clock()))


def _log_event_matcher(pattern: str) -> Matches | None:
    """Compiles a filter pattern to a predicate of messages; None for a pattern that matches all.

    Raises ApiError.
    """
    from sfn_cli.query.filter_pattern import InvalidPattern, compile_pattern

    def checked(parse: Callable[[str], Answer], text: str) -> Answer:
        try:
            return parse(text)
        except InvalidPattern as error:
            raise invalid_log_group_parameter(f"Invalid filter pattern: {error}") from None

    return partial(checked, checked(compile_pattern, pattern)) if pattern.strip() else None


def _log_event_token(event: LogEvent) -> str:
    return f"{event.at}/{event.id}"


def _log_event_place(token: str) -> tuple[int, int]:
    at, _, id = token.partition("/")
    try:
        return int(at), int(id)
    except ValueError:
        raise invalid_log_group_parameter("The specified nextToken is invalid.") from None
