"""The events that Step Functions sends to EventBridge when an execution's status changes.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
They are derived from the store: nothing has to run, or to have run, for a reader to see them.
Only STANDARD executions have them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sfn_cli import arn, quotas
from sfn_cli.api.stepfunctions.executions import describe
from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.jsonvalue import dumps
from sfn_cli.store.sqlite.stepfunctions.outbox import StatusChanges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfn_cli.api.service import Service
    from sfn_cli.store.sqlite.stepfunctions.executions import Execution

SOURCE = "aws.states"
DETAIL_TYPE = "Step Functions Execution Status Change"

_DETAIL = (
    "executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "input", "output",
    "stateMachineVersionArn", "stateMachineAliasArn",
    "redriveCount", "redriveDate", "redriveStatus", "redriveStatusReason",
    "inputDetails", "outputDetails", "error", "cause",
)  # fmt: skip
"""The members of an event's detail: null where there is nothing to say. (Observed: in this order)"""


def status_event(execution: Execution) -> dict[str, Any]:
    """The event of an execution's current status; its id is the same each time it is created."""
    detail = _detail(execution)
    happened_at = execution.stopped_at or execution.redriven_at or execution.started_at
    parsed = arn.parse(execution.arn)
    assert parsed is not None
    return {
        "version": "0",
        "id": _id(f"{execution.arn} {execution.redrive_count} {execution.status}"),
        "detail-type": DETAIL_TYPE,
        "source": SOURCE,
        "account": parsed.account,
        "time": f"{format_timestamp(happened_at)[:-5]}Z",
        "region": parsed.region,
        "resources": [execution.arn],
        "detail": detail,
    }


def _detail(execution: Execution) -> dict[str, Any]:
    described = describe(execution)
    if described["redriveStatus"] == "REDRIVABLE" and execution.map_run_arn is not None:
        described["redriveStatus"] = "REDRIVABLE_BY_MAP_RUN"
    detail = {member: described.get(member) for member in _DETAIL}
    output_bytes = 0 if execution.output is None else _escaped_bytes(execution.output)
    if _escaped_bytes(execution.input) + output_bytes > quotas.REPORTED_DATA_BYTES:
        detail |= {"input": None, "inputDetails": {"included": False}}
    if output_bytes > quotas.REPORTED_DATA_BYTES:
        detail |= {"output": None, "outputDetails": {"included": False}}
    return detail


def _escaped_bytes(text: str) -> int:
    return len(dumps(text).encode("utf-8", "replace"))


def _id(about: str) -> str:
    """A UUID that is derived from what the event is about (version 8, RFC 9562)."""
    digits = sha256(about.encode("utf-8", "surrogatepass")).hexdigest()
    return "-".join((digits[:8], digits[8:12], f"8{digits[13:16]}", f"8{digits[17:20]}", digits[20:32]))


class StatusEvents:
    """The events from a time on, for one who looks again and again: each is given once."""

    def __init__(self, service: Service, since: int, *, follow: bool = True) -> None:
        """`since` is in milliseconds since 1970, by the clocks of the executions.

        Without `follow`, there is one look only: executions that started earlier and still run are not read.
        """
        self._follow = follow
        self._changes = StatusChanges(service.database)
        self._executions = service.executions
        self._since = since
        self._last: int | None = None
        self._running: dict[int, int] = {}  # those that ran at the last look → how many changes they had had
        self._redrives: set[tuple[int, int]] = set()  # those that were seen: the execution, and its number

    def next(self) -> Iterator[dict[str, Any]]:
        """The events that the store has had since the last time, in the order in which they happened."""
        last = self._changes.last_execution()
        redriven = set(self._changes.redriven_since(self._since)) - self._redrives
        if self._last is None:
            # First those that run: one that ends meanwhile is found among those that have ended.
            running = self._changes.running() if self._follow else {}
            seen = self._running = {id: count for id, count in running.items() if id <= last}
            looked_at = {id for id in self._changes.started_since(self._since) if id <= last}
            looked_at |= {id for id in self._changes.ended_since(self._since) if id <= last} | {
                id for id, _ in redriven
            }
            shown = dict.fromkeys(looked_at, 0)
        else:
            seen = self._running
            shown = dict.fromkeys(range(self._last + 1, last + 1), 0)
            shown |= {id: 2 * count for id, count in redriven}
            shown |= {id: seen[id] for id in (*self._executions.ended(list(seen)), *shown) if id in seen}
        self._last = last
        self._redrives |= redriven
        return self._events(shown)

    def _events(self, shown: dict[int, int]) -> Iterator[dict[str, Any]]:
        """The events of executions, but the first so many of each; those that run are remembered."""
        changes = []
        for change in self._changes.of(shown):
            if change.status == "RUNNING":
                self._running[change.execution] = change.number + 1
            else:
                self._running.pop(change.execution, None)
            if change.number >= shown[change.execution] and change.at >= self._since:
                changes.append(change)
        return self._build((change.execution, change.number) for change in sorted(changes))

    def _build(self, changes: Iterable[tuple[int, int]]) -> Iterator[dict[str, Any]]:
        for change in changes:
            stood = self._changes.stood(*change)
            if stood is not None:
                yield status_event(stood)
