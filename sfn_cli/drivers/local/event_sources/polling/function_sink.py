"""Batches for a function: an invocation each, whose answer says what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.drivers.local.event_sources.polling.source_records import (
    BatchResult,
    SourceSink,
    failed_record_ids,
)
from sfn_cli.errors import is_store_error
from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.functions import function_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.drivers.local.event_sources.polling.source_records import SourceRecord
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.integration import Invokes
    from sfn_cli.store.protocols.functions import Functions

NOT_RUN = ("not_found", "unusable", "throttled")
"""Outcomes of a batch that the function has not seen."""


class FunctionSink(SourceSink):
    """The function that a mapping names by its ARN."""

    def __init__(self, function: str, pool: Invokes, functions: Functions, *, reports_items: bool) -> None:
        self._function = function
        self._pool = pool
        self._functions = functions
        self._reports_items = reports_items

    def send(
        self, records: Sequence[SourceRecord], more: Mapping[str, Any], done: Callable[[BatchResult], None]
    ) -> None:
        ids = frozenset(record.id for record in records)

        def handled(outcome: Outcome) -> None:
            done(function_result(outcome, ids, reports_items=self._reports_items))

        try:
            event = dumps({"Records": [record.record for record in records], **more})
            self._pool.invoke(self._function, event, handled)
        except Exception as error:
            if is_store_error(error):
                raise
            done(BatchResult(ids, repr(error), was_handled=False))

    def most_at_once(self) -> int | None:
        return self._functions.reserved_concurrency(function_reference(self._function).name)


def function_result(outcome: Outcome, ids: frozenset[str], *, reports_items: bool) -> BatchResult:
    """Returns what an invocation's outcome means for its batch."""
    if outcome.kind != "succeeded":
        message = outcome.message if outcome.kind in NOT_RUN else ""
        return BatchResult(
            ids,
            f"{outcome.error} {message}".rstrip(),
            outcome.request_id,
            was_handled=outcome.kind not in NOT_RUN,
            answer=outcome.payload,
            outcome=outcome,
        )
    failed = failed_record_ids(outcome.payload, ids) if reports_items else frozenset()
    error = f"{len(failed)} of {len(ids)} records failed" if failed else ""
    return BatchResult(failed, error, outcome.request_id, answer=outcome.payload, outcome=outcome)
