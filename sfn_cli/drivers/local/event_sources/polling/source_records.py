"""Records of a source on their way to a target, and what came of a batch of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sfn_cli.functions.outcome import Outcome


class SourceRecord(NamedTuple):
    """One message of a queue or record of a stream."""

    id: str
    """The id of the message, or the record's sequence number."""
    record: Mapping[str, Any]
    """The record of the function's event."""
    arrived_at: int
    """Milliseconds since 1970."""
    key: str = ""
    """The record's partition key."""
    receipt: str = ""
    """The message's receipt handle."""


class BatchResult(NamedTuple):
    """What came of a batch."""

    failed: frozenset[str] = frozenset()
    """The ids of the records that failed; empty after a success."""
    error: str = ""
    request_id: str = ""
    was_handled: bool = True
    """Whether the target has handled the batch: False if it is missing or throttled."""
    answer: str = ""
    """The function's answer, as JSON text."""
    outcome: Outcome | None = None
    started: str = ""
    """The ARN of the execution that a pipe started."""


class SourceSink:
    """Where batches go. An implementation calls `done` once, later."""

    def send(
        self, records: Sequence[SourceRecord], more: Mapping[str, Any], done: Callable[[BatchResult], None]
    ) -> None:
        """Sends a batch; `more` are further members of the event."""
        raise NotImplementedError

    def most_at_once(self) -> int | None:
        """Returns how many batches the target accepts at a time; None: any number."""
        return None


def failed_record_ids(answer: str, ids: Collection[str]) -> frozenset[str]:
    """Returns the ids of the records that the function reported as failed.

    `ids` are those of the batch. All have failed if the answer is not of the form
    {"batchItemFailures": [{"itemIdentifier": ID}]}, or if it names a record outside the batch; none
    has failed if the list is empty or the answer is null.
    """
    everything = frozenset(ids)
    try:
        read = json.loads(answer or "null")
    except (RecursionError, ValueError):
        return everything
    if read is None:
        return frozenset()
    failures = read.get("batchItemFailures") or [] if isinstance(read, dict) else None
    if not isinstance(failures, list):
        return everything
    failed = set()
    for item in failures:
        id = item.get("itemIdentifier") if isinstance(item, dict) else None
        if not (isinstance(id, str) and id in everything):
            return everything
        failed.add(id)
    return frozenset(failed)
