"""The log of an execution in CloudWatch Logs: which events it contains, and their form.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
Each line is one event, a JSON object whose members are strings, except `details`. Observed on AWS,
2026:

    {"details":{"name":"Intake"},"redrive_count":"0","id":"2","type":"TaskStateEntered","previous_event_id":"0",
     "event_timestamp":"1787541942901","execution_arn":"arn:aws:states:…"}

in a stream of its machine and hour: states/MACHINE/2026-08-24-03/00000000.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import arn, quotas
from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.interpreter.events import EVENT_TYPES, public_event_details
from sfn_cli.jsonvalue import Json, dumps, loads

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent

FATAL = frozenset({"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"})
"""The types that level FATAL logs. (cloudwatch-log-level.html)"""

ERROR = (
    FATAL
    | {"FailStateEntered"}
    | {type for type in EVENT_TYPES if type.endswith(("Failed", "TimedOut", "Aborted"))}
)
"""The types that level ERROR logs.

The guide's table has no activity events and no EvaluationFailed: they are treated like similar events.
"""

LOGGED = {"ALL": frozenset(EVENT_TYPES), "ERROR": ERROR, "FATAL": FATAL}
"""The types of events that each level logs; OFF logs none."""


class ExecutionLog(NamedTuple):
    """The destination and content of the log of a machine's executions."""

    group: str
    types: frozenset[str]
    include_execution_data: bool


@lru_cache(maxsize=256)
def execution_log(configuration: str) -> ExecutionLog | None:
    """Returns the log that a loggingConfiguration (JSON text) requests, or None for level OFF."""
    given = loads(configuration)
    types = LOGGED.get(given.get("level", "OFF"))
    if types is None:
        return None
    group = arn.log_group_name_in_arn(given["destinations"][0]["cloudWatchLogsLogGroup"]["logGroupArn"])
    return None if group is None else ExecutionLog(group, types, given.get("includeExecutionData", False))


def execution_log_stream(state_machine_arn: str, at: int) -> str:
    """Returns the name of the stream for events at that time (milliseconds since 1970)."""
    # Without a Map's label, a version or an alias.
    machine = state_machine_arn.split(":")[6].partition("/")[0]
    day, _, time = format_timestamp(at).partition("T")
    return f"states/{machine}/{day}-{time[:2]}/00000000"


def execution_log_line(
    event: HistoryEvent, execution_arn: str, *, include_execution_data: bool, redrive_count: int = 0
) -> str:
    """Returns the event as a line of the log."""
    return dumps(
        {
            "details": _execution_log_details(event, include_execution_data=include_execution_data),
            "redrive_count": str(redrive_count),
            "id": str(event.id),
            "type": event.type,
            "previous_event_id": str(event.previous_event_id),
            "event_timestamp": str(event.at),
            "execution_arn": execution_arn,
        }
    )


def _execution_log_details(event: HistoryEvent, *, include_execution_data: bool) -> dict[str, Json]:
    details = public_event_details(event, include_data=include_execution_data)
    if not include_execution_data:
        # Observed: unlike GetExecutionHistory, the log then has no inputDetails or outputDetails.
        return details
    type = EVENT_TYPES[event.type]
    if type.payload is not None and event.payload is not None:
        shown = _shorten_log_line(event.payload.text)
        details[type.payload] = shown
        if type.payload_details is not None:
            details[type.payload_details] = {"truncated": shown is not event.payload.text}
    return dict(sorted(details.items()))


def _shorten_log_line(text: str) -> str:
    """Returns the text, shortened to the maximum length in a log line."""
    # A character takes at most six bytes.
    if (
        len(text) * 6 <= quotas.REPORTED_DATA_BYTES
        or _escaped_bytes_in_log(text) <= quotas.REPORTED_DATA_BYTES
    ):
        return text
    lengths = range(len(text))
    return text[
        : bisect_right(
            lengths, quotas.REPORTED_DATA_BYTES, key=lambda length: _escaped_bytes_in_log(text[:length])
        )
        - 1
    ]


def _escaped_bytes_in_log(text: str) -> int:
    return len(dumps(text).encode()) - len('""')
