"""`sfn logs tail GROUP`: the lines of a log group, oldest first; with --follow also new ones.

If no log group has the name, it may be a function's (`tail_groups.py`). A function has no log group
until its first call; --follow waits for it.
"""

from __future__ import annotations

import json
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sfn_cli.api import following, model
from sfn_cli.cli import screen
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import CommandFailedError, OperationError
from sfn_cli.cli.operations import arguments
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.operations.commands import TableCommand
from sfn_cli.cli.operations.options import Option, Table, option_table
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.cli.terminal import Terminal

_OPTIONS = option_table(
    (
        Option("--since", "since", metavar="time"),
        Option("--follow", "follow", "none"),
        Option("--format", "format", choices=("detailed", "short", "json")),
        Option("--filter-pattern", "filterPattern", metavar="pattern"),
        Option("--log-stream-names", "logStreamNames", "many", metavar="name"),
        Option("--log-stream-name-prefix", "logStreamNamePrefix", metavar="prefix"),
    )
)

_DEFAULT_SINCE = "10m"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(?:\d+[smhdw])+")
_SECONDS = re.compile(r"\d{1,11}(?:\.\d+)?")
_PART = re.compile(r"(\d+)([smhdw])")

_POLL_SECONDS = 0.04
"""A line is shown well within 100 ms. A poll of the store takes about 10 µs, so polling costs little."""

_REMOTE_POLL_SECONDS = 5.0
_OVERLAP_MILLISECONDS = 10_000
"""How far back each poll begins: with several writers, a line may be stored after a newer one."""


class Tail(TableCommand):
    service = "logs"
    positionals = ("group_name",)

    def __init__(self) -> None:
        super().__init__("tail")

    def table(self) -> dict[str, Option]:
        return dict(_OPTIONS)

    def check(self, read: arguments.Arguments, table: Table) -> None:
        arguments.check_required_arguments(read, table, self.positionals)
        if read.unknown:
            raise UsageError(f"Unknown options: {', '.join(read.unknown)}")

    def run(self, given: dict[str, Any], terminal: Terminal) -> ExitCode:
        request: dict[str, Any] = {
            name: given[name]
            for name in ("filterPattern", "logStreamNames", "logStreamNamePrefix")
            if name in given
        }
        request["logGroupName"] = given["group_name"]
        request["startTime"] = tail_since(given.get("since", _DEFAULT_SINCE), datetime.now(UTC))
        line_format = given.get("format") or ("short" if sys.stdout.isatty() else "detailed")
        with Backend(terminal) as backend:
            if given.get("follow"):
                events = _follow_tail(backend, request)
            else:
                events = _tail_events_of_named_group(backend, request)
            try:
                for event in events:
                    screen.write_screen_parts(
                        sys.stdout, [*tail_line(event, line_format, color=terminal.color), "\n"]
                    )
                    sys.stdout.flush()
            except KeyboardInterrupt:
                if not given.get("follow"):
                    raise
        return ExitCode.SUCCESS


def tail_since(text: str, now: datetime) -> int:
    """Converts a --since to milliseconds since 1970.

    It is a span before `now` ("10m", "1h30m"), a time (UTC if it names no zone) or seconds since
    1970. Raises CommandFailedError.
    """
    try:
        if _SPAN.fullmatch(text):
            return _tail_milliseconds(
                now
                - sum(
                    (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _PART.findall(text)),
                    timedelta(),
                )
            )
        if _SECONDS.fullmatch(text):
            return int(float(text) * 1000)
        at = _parse_tail_time(text)
    except (ValueError, OverflowError) as error:
        raise CommandFailedError(f'Invalid timestamp "{text}": {error}') from None
    return _tail_milliseconds(at if at.tzinfo else at.replace(tzinfo=UTC))


def _parse_tail_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        from dateutil.parser import parse  # it takes the same forms as aws

        return parse(text)


def _tail_milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def tail_line(event: Mapping[str, Any], line_format: str, *, color: bool) -> list[str]:
    """Returns the parts of one event's line (or lines, for a message of several)."""
    seconds, milliseconds = divmod(event["timestamp"], 1000)
    at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)
    message = event["message"].rstrip()
    if line_format == "short":
        return [*screen.screen_style(at.strftime("%Y-%m-%dT%H:%M:%S"), 32, color=color), " ", message]
    if line_format == "json":
        message = _pretty_tail_message(message)
    stamp = at.isoformat(timespec="microseconds")
    stream = screen.screen_style(event["logStreamName"], 36, color=color)
    return [*screen.screen_style(stamp, 32, color=color), " ", *stream, " ", message]


def _pretty_tail_message(message: str) -> str:
    try:
        return "\n" + json.dumps(json.loads(message), indent=4, ensure_ascii=False)
    except (ValueError, RecursionError):
        return message


def _tail_events(backend: Backend, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    operation = model.load_model("logs", "FilterLogEvents")
    request = dict(request)
    while True:
        response = backend.call(operation, request)
        yield from response["events"]
        if not response.get("nextToken"):
            return
        request["nextToken"] = response["nextToken"]


def _tail_events_of_named_group(backend: Backend, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields the stored events of the group, or of the function, that the request names."""
    from sfn_cli.cli import tail_groups

    try:
        yield from _tail_events(backend, request)
    except OperationError as error:
        group = tail_groups.group_of_function(backend, request["logGroupName"], error)
        try:
            yield from _tail_events(backend, {**request, "logGroupName": group})
        except OperationError as missing:
            tail_groups.advise_to_follow(missing, group)
            raise


def _follow_tail(backend: Backend, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields the stored events and then, without end, new ones.

    Waits for the log group of a function that has not been called yet.
    """
    from sfn_cli.cli import tail_groups

    request, is_awaited = tail_groups.find_followed_group(backend, request)
    seen: dict[str, int] = {}
    newest, start = 0, request["startTime"]
    for _ in tail_polls(backend):
        if is_awaited and not tail_groups.group_exists(backend, request):
            continue
        is_awaited = False
        for event in _tail_events(backend, {**request, "startTime": start}):
            if event["eventId"] not in seen:
                seen[event["eventId"]] = event["timestamp"]
                newest = max(newest, event["timestamp"])
                yield event
        start = max(request["startTime"], newest - _OVERLAP_MILLISECONDS)
        seen = {id: at for id, at in seen.items() if at >= start}


def tail_polls(backend: Backend) -> Iterator[None]:
    """Yields at once, and then whenever there may be new events; for an endpoint, every few seconds."""
    if backend.is_remote:
        return _remote_tail_polls()
    return following.follow_changes(backend.service, every=_POLL_SECONDS)


def _remote_tail_polls() -> Iterator[None]:
    while True:
        yield
        time.sleep(_REMOTE_POLL_SECONDS)
