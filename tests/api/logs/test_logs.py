"""The operations of CloudWatch Logs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.api.service import Service
from sfn_cli.errors import ApiError
from sfn_cli.settings import Settings
from sfn_cli.store.records.logs import LogLine
from sfn_cli.store.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sfn_cli.store.sqlite.logs.logs import SqliteLogs

    Call = Callable[..., dict[str, Any]]

NOW = 1_700_000_000_000
HOUR = 60 * 60 * 1000


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(
        Settings(tmp_path, "us-east-1", "123456789012"),
        open_store=partial(SqliteStore, tmp_path),
        make_runner=lambda: pytest.fail("no execution is started"),
        make_invoker=lambda service: pytest.fail(f"no function is invoked: {service}"),
        clock=lambda: NOW,
    )
    yield service
    service.close()


@pytest.fixture
def call(service: Service) -> Call:
    """call("CreateLogGroup", logGroupName="g")"""
    return lambda operation, **request: api.call_api(service, model.load_model("logs", operation), request)


@pytest.fixture
def filled(service: Service) -> None:
    """A group "g" with the streams "s/1" (a to e) and "t" (x), and a group "other"."""
    lines = [LogLine("g", "s/1", NOW + number, f"{letter} line\n") for number, letter in enumerate("abcde")]
    service.logs.append(
        [*lines, LogLine("g", "t", NOW + 2, "x line\n"), LogLine("other", "o", NOW, "elsewhere")], NOW
    )


def letters(answer: dict[str, Any]) -> str:
    return "".join(event["message"][0] for event in answer["events"])


def test_groups_and_streams(call: Call) -> None:
    """Groups and streams are created, described and deleted."""
    call("CreateLogGroup", logGroupName="/aws/g")
    call("CreateLogStream", logGroupName="/aws/g", logStreamName="s")
    call("PutRetentionPolicy", logGroupName="/aws/g", retentionInDays=7)
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/g"
    assert call("DescribeLogGroups")["logGroups"] == [
        {
            "logGroupName": "/aws/g",
            "creationTime": NOW,
            "retentionInDays": 7,
            "metricFilterCount": 0,
            "arn": f"{arn}:*",
            "storedBytes": 0,
            "logGroupClass": "STANDARD",
            "logGroupArn": arn,
        }
    ]
    (stream,) = call("DescribeLogStreams", logGroupName="/aws/g")["logStreams"]
    assert (stream["logStreamName"], stream["arn"], stream["lastEventTimestamp"]) == (
        "s",
        f"{arn}:log-stream:s",
        None,
    )
    call("DeleteLogGroup", logGroupName="/aws/g")
    assert call("DescribeLogGroups")["logGroups"] == []


@pytest.mark.parametrize(
    "operation, request_, code, message",
    [
        (
            "CreateLogGroup",
            {"logGroupName": "g"},
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        ),
        (
            "CreateLogStream",
            {"logGroupName": "g", "logStreamName": "t"},
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
        ),
        (
            "CreateLogStream",
            {"logGroupName": "gone", "logStreamName": "t"},
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        ),
        (
            "PutRetentionPolicy",
            {"logGroupName": "g", "retentionInDays": 2},
            "InvalidParameterException",
            (
                "1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: "
                "Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, "
                "545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]"
            ),
        ),
        # Recorded in February 2026 (LocalStack).
        (
            "FilterLogEvents",
            {"logGroupName": "g", "limit": 10001},
            "InvalidParameterException",
            (
                "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: "
                "Member must have value less than or equal to 10000"
            ),
        ),
        (
            "CreateLogGroup",
            {"logGroupName": "x" * 513},
            "InvalidParameterException",
            "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
        ),
        (
            "DescribeLogGroups",
            {"logGroupNamePrefix": "g", "logGroupNamePattern": "g"},
            "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ),
        (
            "DescribeLogStreams",
            {"logGroupName": "g", "logGroupIdentifier": "g"},
            "ValidationException",
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        ),
        # Users' reports: the error of a bad name has this code, too.
        (
            "CreateLogGroup",
            {"logGroupName": "a b"},
            "InvalidParameterException",
            (
                "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: "
                r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"
            ),
        ),
        (
            "DeleteLogGroup",
            {"logGroupName": "gone"},
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        ),
        (
            "FilterLogEvents",
            {"logGroupName": "gone"},
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        ),
        (
            "GetLogEvents",
            {"logGroupName": "g", "logStreamName": "gone"},
            "ResourceNotFoundException",
            "The specified log stream does not exist.",
        ),
        (
            "PutLogEvents",
            {"logGroupName": "g", "logStreamName": "gone", "logEvents": [{"timestamp": NOW, "message": "m"}]},
            "ResourceNotFoundException",
            "The specified log stream does not exist.",
        ),
        (
            "PutLogEvents",
            {
                "logGroupName": "g",
                "logStreamName": "t",
                "logEvents": [{"timestamp": NOW + at, "message": "m"} for at in (1, 0)],
            },
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.",
        ),
        (
            "FilterLogEvents",
            {"logGroupName": "g", "filterPattern": "a.b"},
            "InvalidParameterException",
            'Invalid filter pattern: Invalid character(s) in term "a.b": put it in double quotes.',
        ),
    ],
)
@pytest.mark.usefixtures("filled")
def test_refused(call: Call, operation: str, request_: dict[str, Any], code: str, message: str) -> None:
    """The messages are AWS's where those are known."""
    with pytest.raises(ApiError) as refused:
        call(operation, **request_)
    assert (refused.value.code, refused.value.message) == (code, message)


@pytest.mark.parametrize(
    "request_, found",
    [
        ({}, "abcxde"),
        ({"logGroupIdentifier": "arn:aws:logs:us-east-1:123456789012:log-group:g"}, "abcxde"),
        ({"logStreamNames": ["t"]}, "x"),
        ({"logStreamNamePrefix": "s/"}, "abcde"),
        ({"startTime": NOW + 1, "endTime": NOW + 3}, "bcx"),
        ({"filterPattern": "line"}, "abcxde"),
        ({"filterPattern": "LINE"}, ""),
        ({"filterPattern": '"c line"'}, "c"),
        ({"filterPattern": "x line"}, "x"),
        ({"filterPattern": "?a ?x"}, "ax"),
        ({"filterPattern": "[letter = a || letter = b, word]"}, "ab"),
        ({"limit": 2}, "ab"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_filter(call: Call, request_: dict[str, Any], found: str) -> None:
    """The events of a group are ordered by time."""
    if "logGroupIdentifier" not in request_:
        request_ = {"logGroupName": "g", **request_}
    assert letters(call("FilterLogEvents", **request_)) == found


@pytest.mark.usefixtures("filled")
def test_filter_by_pages(call: Call) -> None:
    """Every event is on one page."""
    pages: list[str] = []
    token = None
    while token is not None or not pages:
        answer = call("FilterLogEvents", logGroupName="g", limit=4, **({"nextToken": token} if token else {}))
        pages.append(letters(answer))
        token = answer.get("nextToken")
    assert pages == ["abcx", "de"]


@pytest.mark.usefixtures("filled")
def test_get_forward_and_backward(call: Call) -> None:
    """Tokens page forward from the start and backward from the end.

    At either end, the token does not change.
    """

    def get(**request: Any) -> dict[str, Any]:
        return call("GetLogEvents", logGroupName="g", logStreamName="s/1", limit=2, **request)

    first = get(startFromHead=True)
    second = get(nextToken=first["nextForwardToken"])
    third = get(nextToken=second["nextForwardToken"])
    end = get(nextToken=third["nextForwardToken"])
    assert [letters(page) for page in (first, second, third, end)] == ["ab", "cd", "e", ""]
    assert end["nextForwardToken"] == third["nextForwardToken"]
    assert letters(get(nextToken=second["nextBackwardToken"])) == "ab"
    newest = get()
    assert letters(newest) == "de"
    assert letters(get(nextToken=newest["nextBackwardToken"])) == "bc"


def test_retention(service: Service, call: Call) -> None:
    """Events older than the group's retention are not shown; without a policy, all are.

    A day is 24 hours.
    """
    days = [
        LogLine(group, "s", NOW - age * 24 * HOUR + 1, f"{age}")
        for group in ("g", "other")
        for age in (8, 7, 1, 0)
    ]
    service.logs.append(days, NOW)
    call("PutRetentionPolicy", logGroupName="g", retentionInDays=7)
    assert call("DescribeLogGroups", logGroupNamePrefix="g")["logGroups"][0]["storedBytes"] == len("710")
    call("DeleteRetentionPolicy", logGroupName="g")
    assert letters(call("FilterLogEvents", logGroupName="g")) == "710"
    assert letters(call("FilterLogEvents", logGroupName="other")) == "8710"


def test_retention_of_later_lines(service: Service, call: Call) -> None:
    """Expired events are not shown, even before they are deleted."""
    call("CreateLogGroup", logGroupName="g")
    call("PutRetentionPolicy", logGroupName="g", retentionInDays=1)
    service.logs.append([LogLine("g", "s", NOW - age * HOUR, f"{age}") for age in (25, 23)], NOW)
    assert letters(call("FilterLogEvents", logGroupName="g")) == "2"
    assert letters(call("GetLogEvents", logGroupName="g", logStreamName="s")) == "2"


@pytest.mark.usefixtures("filled")
def test_a_deleted_stream(call: Call) -> None:
    """The lines of a deleted stream are deleted with it."""
    call("DeleteLogStream", logGroupName="g", logStreamName="s/1")
    assert letters(call("FilterLogEvents", logGroupName="g")) == "x"


@pytest.mark.usefixtures("filled")
def test_streams_by_time(call: Call) -> None:
    """The streams have the times of their events."""
    answer = call("DescribeLogStreams", logGroupName="g", orderBy="LastEventTime", descending=True)
    streams = answer["logStreams"]
    assert [
        (stream["logStreamName"], stream["firstEventTimestamp"], stream["lastEventTimestamp"])
        for stream in streams
    ] == [
        ("s/1", NOW, NOW + 4),
        ("t", NOW + 2, NOW + 2),
    ]
    page = call("DescribeLogStreams", logGroupName="g", limit=1)
    assert [stream["logStreamName"] for stream in page["logStreams"]] == ["s/1"]
    rest = call("DescribeLogStreams", logGroupName="g", limit=1, nextToken=page["nextToken"])
    assert [stream["logStreamName"] for stream in rest["logStreams"]] == ["t"]


@pytest.mark.usefixtures("filled")
def test_put(call: Call) -> None:
    """Events that are too old or too new are reported and not stored."""
    times = [NOW - 15 * 24 * HOUR, NOW - HOUR, NOW, NOW + 3 * HOUR]
    answer = call(
        "PutLogEvents",
        logGroupName="g",
        logStreamName="t",
        logEvents=[{"timestamp": at, "message": f"{number}"} for number, at in enumerate(times)],
    )
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 3, "tooOldLogEventEndIndex": 1}
    assert letters(call("GetLogEvents", logGroupName="g", logStreamName="t")) == "12x"


def test_followers(service: Service) -> None:
    """A follower sees events in the order they are added, even if dated earlier."""
    logs: SqliteLogs = service.logs
    logs.append([LogLine("g", "s", NOW, "1"), LogLine("other", "s", NOW, "no")], NOW)
    last = logs.last_id()
    logs.append(
        [LogLine("g", "s", NOW + 5, "2"), LogLine("other", "s", NOW, "no"), LogLine("g", "t", NOW - 5, "3")],
        NOW,
    )
    assert [event.message for event in logs.after("g", last)] == ["2", "3"]
    assert [event.message for event in logs.after("g", last, limit=1)] == ["2"]
    assert logs.after("g", logs.last_id()) == []
    assert logs.after("gone", 0) == []


def test_lines_after_their_group_was_deleted(service: Service) -> None:
    """The group and the stream are created again."""
    logs: SqliteLogs = service.logs
    logs.append([LogLine("g", "s", NOW, "1")], NOW)
    service.log_groups.delete_group("g")
    logs.append([LogLine("g", "s", NOW, "2")], NOW)
    assert [event.message for event in logs.events("g", 10)] == ["2"]


ARN = "arn:aws:logs:us-east-1:123456789012:log-group:"
MANY = {f"k{number}": "v" for number in range(50)}


def test_tags(call: Call) -> None:
    """Tags are given when a group is created, or later."""
    call("CreateLogGroup", logGroupName="/g", tags={"a": "1", "b": "2"})
    call("TagResource", resourceArn=f"{ARN}/g", tags={"b": "3", "c": "4"})
    call("UntagResource", resourceArn=f"{ARN}/g", tagKeys=["a", "never"])
    assert call("ListTagsForResource", resourceArn=f"{ARN}/g") == {"tags": {"b": "3", "c": "4"}}
    assert call("ListTagsLogGroup", logGroupName="/g") == {"tags": {"b": "3", "c": "4"}}


@pytest.mark.parametrize(
    "operation, request_, code",
    [
        (
            "CreateLogGroup",
            {"logGroupName": "/new", "tags": {**MANY, "more": "v"}},
            "InvalidParameterException",
        ),
        ("TagResource", {"resourceArn": f"{ARN}/g", "tags": MANY}, "TooManyTagsException"),
        ("TagResource", {"resourceArn": f"{ARN}/gone", "tags": {"a": "1"}}, "ResourceNotFoundException"),
        ("UntagResource", {"resourceArn": f"{ARN}/gone", "tagKeys": ["a"]}, "ResourceNotFoundException"),
        ("ListTagsForResource", {"resourceArn": f"{ARN}/gone"}, "ResourceNotFoundException"),
        ("ListTagsLogGroup", {"logGroupName": "/gone"}, "ResourceNotFoundException"),
        (
            "ListTagsForResource",
            {"resourceArn": "arn:aws:logs:us-east-1:123456789012:destination:d"},
            "InvalidParameterException",
        ),
        ("DeleteRetentionPolicy", {"logGroupName": "/gone"}, "ResourceNotFoundException"),
    ],
)
def test_tags_that_are_refused(call: Call, operation: str, request_: dict[str, Any], code: str) -> None:
    """A refused request changes nothing."""
    call("CreateLogGroup", logGroupName="/g", tags={"a": "1"})
    with pytest.raises(ApiError) as error:
        call(operation, **request_)
    assert error.value.code == code
    assert call("ListTagsLogGroup", logGroupName="/g") == {"tags": {"a": "1"}}
    assert [group["logGroupName"] for group in call("DescribeLogGroups")["logGroups"]] == ["/g"]
