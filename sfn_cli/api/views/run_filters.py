"""The filters of a list of executions, as texts: the query of an address of the console.

status    a status, or several with commas between
name      the beginning of a name, or a pattern with *
text      a part of the input or output
from, to  when it started: dates, or times of this machine's time zone; `to` is included
version, alias    by which it was started
after, before     where the page begins or ends, as in the links to older and newer executions
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import ApiError
from sfn_cli.store.records.execution_searches import ExecutionSearch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.store.records.execution_searches import Position
    from sfn_cli.views.statuses import Status

RUN_STATUSES: Sequence[Status] = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
_FIELDS = ("status", "name", "text", "from", "to", "version", "alias")
_PRECISIONS = {10: timedelta(days=1), 16: timedelta(minutes=1), 19: timedelta(seconds=1)}
"""How long the moment is that a time names, by the length of its text: a day, a minute, a second."""


class RunFilters(NamedTuple):
    """The filters as they were given, without empty ones, and the search that they mean."""

    given: Mapping[str, str]
    search: ExecutionSearch

    @property
    def is_empty(self) -> bool:
        return not self.given


def given_run_filters(query: Mapping[str, str]) -> dict[str, str]:
    """Returns the filters of an address that are not empty, as they were given."""
    return {name: query[name].strip() for name in _FIELDS if query.get(name, "").strip()}


def read_run_filters(query: Mapping[str, str], machine_arns: Sequence[str]) -> RunFilters:
    """Returns the filters of an address. Raises ApiError ValidationException."""
    given = given_run_filters(query)
    before = query.get("before", "")
    search = ExecutionSearch(
        machine_arns,
        statuses=_read_statuses(given.get("status", "")),
        version=_read_version(given.get("version")),
        alias=given.get("alias"),
        name=given.get("name", ""),
        text=given.get("text", ""),
        started_from=_read_time("from", given["from"])[0] if "from" in given else None,
        started_before=_read_time("to", given["to"])[1] if "to" in given else None,
        position=_read_position(before or query.get("after", "")),
        is_newer=bool(before),
    )
    return RunFilters(given, search)


def position_text(position: Position) -> str:
    """Returns a position in a list as it is in an address."""
    return f"{position[0]}.{position[1]}"


def _read_position(text: str) -> Position | None:
    if not text:
        return None
    started_at, _, id = text.partition(".")
    if not all(_is_small_number(part) for part in (started_at, id)):
        raise ApiError("ValidationException", f"after and before are as in the links of this page: {text!r}")
    return int(started_at), int(id)


def _read_statuses(text: str) -> Sequence[str]:
    statuses = [part.strip().upper() for part in text.split(",") if part.strip()]
    for status in statuses:
        if status not in RUN_STATUSES:
            raise ApiError(
                "ValidationException", f"There is no status {status!r}; use one of {', '.join(RUN_STATUSES)}."
            )
    return statuses


def _read_version(text: str | None) -> int | None:
    if text is None:
        return None
    if not _is_small_number(text):
        raise ApiError("ValidationException", f"A version is a number, not {text!r}.")
    return int(text)


def _is_small_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _read_time(field: str, text: str) -> tuple[int, int]:
    """Returns the beginning and the end of the day, minute or second that a text names."""
    try:
        moment = datetime.fromisoformat(text)
        end = moment + _PRECISIONS.get(len(text), timedelta(milliseconds=1))
        return round(moment.timestamp() * 1000), round(end.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise ApiError(
            "ValidationException",
            f"{field}={text!r} is not a time. Use 2026-12-01 or 2026-12-01T09:30, in the time zone of this "
            "machine.",
        ) from None
