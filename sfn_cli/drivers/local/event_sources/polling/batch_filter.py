"""FilterCriteria: which records of a source the target receives.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
A pattern applies to the record of the event. In a queue's record, the body is parsed if it is JSON; in a
Kinesis record, the data.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.query.event_pattern import EventPatternError, event_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.query.event_pattern import EventPattern


class BatchFilter:
    """The filters of one mapping: a record needs to match only one of them."""

    def __init__(self, criteria: Mapping[str, Any], service: str) -> None:
        self._service = service
        self._patterns: list[EventPattern] = []
        for one in criteria.get("Filters") or ():
            try:
                self._patterns.append(event_pattern(one.get("Pattern") or "{}"))
            except EventPatternError:
                continue  # refused when the mapping was created, by every version that has this check

    def passes(self, record: Mapping[str, Any]) -> bool:
        """Whether the target receives the record of an event."""
        if not self._patterns:
            return True
        parsed = parsed_record(record, self._service)
        return any(pattern.matches(parsed) for pattern in self._patterns)


def parsed_record(record: Mapping[str, Any], service: str) -> dict[str, Any]:
    """Returns a record as patterns and a pipe's paths see it: with the JSON in its body or data parsed."""
    if service == "sqs":
        return {**record, "body": _parsed_text(record["body"])}
    if service == "kinesis":
        # A pattern names "data"; in the event of a function it is below "kinesis".
        data = record.get("data") or (record.get("kinesis") or {}).get("data") or ""
        try:
            text = base64.b64decode(data).decode()
        except ValueError:
            text = data
        return {**record, **(record.get("kinesis") or {}), "data": _parsed_text(text)}
    return dict(record)


def _parsed_text(text: str) -> Any:
    try:
        return jsonvalue.loads(text)
    except (RecursionError, ValueError):
        return text
