"""The events that Step Functions sends to EventBridge when an execution's status changes.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
They are derived from the store, so no process has to record them.
Only STANDARD executions have them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sfn_cli import arn, quotas
from sfn_cli.api.stepfunctions.executions import to_execution_description
from sfn_cli.asl.timestamp import format_timestamp_seconds
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.executions import Execution

SOURCE = "aws.states"
DETAIL_TYPE = "Step Functions Execution Status Change"

_DETAIL = (
    "executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "input", "output",
    "stateMachineVersionArn", "stateMachineAliasArn",
    "redriveCount", "redriveDate", "redriveStatus", "redriveStatusReason",
    "inputDetails", "outputDetails", "error", "cause",
)  # fmt: skip
"""The members of an event's detail, in this order (observed); null if there is no value."""


def status_event(execution: Execution) -> dict[str, Any]:
    """Returns the event of an execution's current status; its id is the same every time."""
    detail = _status_event_detail(execution)
    happened_at = execution.stopped_at or execution.redriven_at or execution.started_at
    parsed = arn.parse_arn(execution.arn)
    assert parsed is not None
    return {
        "version": "0",
        "id": _status_event_id(f"{execution.arn} {execution.redrive_count} {execution.status}"),
        "detail-type": DETAIL_TYPE,
        "source": SOURCE,
        "account": parsed.account,
        "time": format_timestamp_seconds(happened_at),
        "region": parsed.region,
        "resources": [execution.arn],
        "detail": detail,
    }


def _status_event_detail(execution: Execution) -> dict[str, Any]:
    described = to_execution_description(execution)
    if described["redriveStatus"] == "REDRIVABLE" and execution.map_run_arn is not None:
        described["redriveStatus"] = "REDRIVABLE_BY_MAP_RUN"
    detail = {member: described.get(member) for member in _DETAIL}
    output_bytes = 0 if execution.output is None else _size_in_status_event(execution.output)
    if _size_in_status_event(execution.input) + output_bytes > quotas.REPORTED_DATA_BYTES:
        detail |= {"input": None, "inputDetails": {"included": False}}
    if output_bytes > quotas.REPORTED_DATA_BYTES:
        detail |= {"output": None, "outputDetails": {"included": False}}
    return detail


def _size_in_status_event(text: str) -> int:
    return len(dumps(text).encode("utf-8", "replace"))


def _status_event_id(subject: str) -> str:
    """Returns a UUID derived from the event's subject (version 8, RFC 9562)."""
    digits = sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()
    return "-".join((digits[:8], digits[8:12], f"8{digits[13:16]}", f"8{digits[17:20]}", digits[20:32]))


class StatusEvents:
    """The events since a given time, for repeated reads: each event is returned once."""

    def __init__(self, service: Service, since: int, *, follow: bool = True) -> None:
        """Starts at `since`, in milliseconds since 1970 by the clocks of the executions.

        Without `follow`, there is only one read, and executions that started earlier and are still
        running are not read.
        """
        self._watch = service.status_changes.watch(since, follow=follow)

    def next(self) -> Iterator[dict[str, Any]]:
        """Yields the events since the last call, in chronological order."""
        return map(status_event, self._watch.next())
