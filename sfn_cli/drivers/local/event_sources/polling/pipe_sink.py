"""Batches of a pipe: through its enrichment to its target.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html

Rule 1: The source is not acknowledged before the target has the batch, as with functions: a batch whose
worker was killed, or whose target failed, is handled again.
Rule 2: A STANDARD execution has a name that is derived from the records: a batch that is handled again
starts it only once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.api.stepfunctions.references import active_machine
from sfn_cli.arn import service_in_arn
from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.drivers.local.event_sources.polling.batch_filter import parsed_record
from sfn_cli.drivers.local.event_sources.polling.function_sink import function_result
from sfn_cli.drivers.local.event_sources.polling.pipe_target import (
    PipeEvent,
    call_pipe_machine,
    send_pipe_events,
    start_pipe_execution,
    store_pipe_event,
)
from sfn_cli.drivers.local.event_sources.polling.source_records import BatchResult, SourceSink
from sfn_cli.errors import ApiError, is_store_error
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.query.pipe_input import PipeFacts, pipe_input, pipe_parameters
from sfn_cli.store.records.events.deliveries import NewDelivery
from sfn_cli.store.records.functions import function_reference
from sfn_cli.uuids import derived_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.source_records import SourceRecord
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.integration import TaskContext

    Done = Callable[[BatchResult], None]

_FIRE_AND_FORGET = "FIRE_AND_FORGET"
_INVOCATION_PARAMETERS = {
    "lambda": "LambdaFunctionParameters",
    "states": "StepFunctionStateMachineParameters",
}


class PipeSink(SourceSink):
    """The enrichment and the target of one pipe. `pipe` are its members as CreatePipe takes them."""

    def __init__(self, mapping: PolledMapping, pipe: Mapping[str, Any], context: TaskContext) -> None:
        self._mapping = mapping
        self._context = context
        self._arn = str(pipe.get("Arn") or "")
        self._enrichment = str(pipe.get("Enrichment") or "")
        self._enriching: Mapping[str, Any] = pipe.get("EnrichmentParameters") or {}
        self._targeting: Mapping[str, Any] = pipe.get("TargetParameters") or {}
        self._service = service_in_arn(mapping.target)

    def most_at_once(self) -> int | None:
        if self._service != "lambda":
            return None
        name = function_reference(self._mapping.target).name
        return self._context.service.functions.reserved_concurrency(name)

    def send(
        self, records: Sequence[SourceRecord], more: Mapping[str, Any], done: Callable[[BatchResult], None]
    ) -> None:
        ids = frozenset(record.id for record in records)
        events = [self._event(record) for record in records]
        step = self._enrich if self._enrichment else self._hand_over
        self._guarded(ids, done, partial(step, events, ids, done))

    def _guarded(self, ids: frozenset[str], done: Done, step: Callable[[], None]) -> None:
        """Takes a step; an error of the pipe fails its batch."""
        try:
            step()
        except Exception as error:
            if is_store_error(error):
                raise
            why = str(error) if isinstance(error, ApiError) else repr(error)
            done(BatchResult(ids, why))

    def _event(self, record: SourceRecord) -> PipeEvent:
        """Returns a record in a pipe's form: the members of a Kinesis record are not nested."""
        shown = {**record.record, **(record.record.get("kinesis") or {})}
        shown.pop("kinesis", None)
        parsed = parsed_record(shown, self._mapping.service)
        return PipeEvent(record.id, str(shown.get("eventID") or record.id), shown, parsed)

    def _inputs(self, events: Sequence[PipeEvent], parameters: Mapping[str, Any]) -> list[Any]:
        mapping = self._mapping
        at = format_timestamp(self._context.clock())
        facts = PipeFacts(self._arn, mapping.name, mapping.source_arn, self._enrichment, mapping.target, at)
        template = parameters.get("InputTemplate")
        return [pipe_input(template, event.value, event.parsed, facts) for event in events]

    # Enrichment

    def _enrich(self, events: Sequence[PipeEvent], ids: frozenset[str], done: Done) -> None:
        input = dumps(self._inputs(events, self._enriching))
        batch_id = _batch_id(events)
        enriched = partial(self._on_enriched, batch_id, ids, done)
        match service_in_arn(self._enrichment):
            case "lambda":

                def handled(outcome: Outcome) -> None:
                    result = function_result(outcome, ids, reports_items=False)
                    if result.failed:
                        done(result._replace(answer="", outcome=None))
                    else:
                        enriched(outcome.payload)

                self._context.pool.invoke(self._enrichment, input, handled)
            case "states":
                self._context.background(
                    partial(call_pipe_machine, self._context, self._enrichment, input),
                    enriched,
                    may_wait=True,
                )
            case _:
                done(BatchResult(ids, f"sfn does not call the enrichment {self._enrichment}."))

    def _on_enriched(self, batch_id: str, ids: frozenset[str], done: Done, answer: str | Exception) -> None:
        """Hands over what the enrichment answered: each item of an array is an event."""
        if isinstance(answer, Exception):
            done(BatchResult(ids, str(answer)))
            return

        def hand_over() -> None:
            value = loads(answer)
            values = value if isinstance(value, list) else [] if value in ({}, None) else [value]
            any_id = next(iter(ids))
            events = [
                PipeEvent(any_id, derived_uuid(f"{batch_id} {number}"), each, each)
                for number, each in enumerate(values)
            ]
            if not events:  # an empty answer ends the batch
                done(BatchResult())
                return
            whole = partial(_whole_batch, ids, done)
            self._hand_over(events, ids, whole)

        self._guarded(ids, done, hand_over)

    # Target

    def _hand_over(self, events: Sequence[PipeEvent], ids: frozenset[str], done: Done) -> None:
        inputs = self._inputs(events, self._targeting)
        invocation = self._targeting.get(_INVOCATION_PARAMETERS.get(self._service, "")) or {}
        waits = invocation.get("InvocationType") != _FIRE_AND_FORGET
        payload = dumps(inputs)
        event = NewDelivery(_batch_id(events), self._mapping.label, self._mapping.target, "Target", payload)
        if self._service == "lambda" and waits:

            def handled(outcome: Outcome) -> None:
                result = function_result(outcome, ids, reports_items=True)
                done(result._replace(answer="", outcome=None))

            self._context.pool.invoke(self._mapping.target, payload, handled)
        elif self._service == "lambda":
            self._context.background(
                partial(store_pipe_event, self._context, event), partial(_on_sent, ids, done)
            )
        elif self._service == "states":
            machine = active_machine(self._context.service, self._mapping.target)
            if waits and machine.type == "EXPRESS":
                self._context.background(
                    partial(call_pipe_machine, self._context, self._mapping.target, payload),
                    partial(_on_called, ids, done),
                    may_wait=True,
                )
            else:
                self._context.background(
                    partial(start_pipe_execution, self._context, event), partial(_on_sent, ids, done)
                )
        else:
            sent = [
                event._replace(value=value, options=pipe_parameters(self._targeting, event.parsed))
                for event, value in zip(events, inputs, strict=True)
            ]
            self._context.background(
                partial(send_pipe_events, self._context, self._mapping, sent), partial(_on_sent, ids, done)
            )


def _batch_id(events: Sequence[PipeEvent]) -> str:
    """Returns the id of the event if it is alone, or one that is derived from all."""
    ids = [event.event_id for event in events]
    return ids[0] if len(ids) == 1 else derived_uuid(" ".join(ids))


def _whole_batch(ids: frozenset[str], done: Done, result: BatchResult) -> None:
    """After an enrichment, no record is known of which an event was made: all fail together."""
    done(result._replace(failed=ids if result.failed else frozenset()))


def _on_called(ids: frozenset[str], done: Done, answer: str | Exception) -> None:
    done(BatchResult(ids, str(answer)) if isinstance(answer, Exception) else BatchResult())


def _on_sent(ids: frozenset[str], done: Done, result: BatchResult | Exception) -> None:
    done(BatchResult(ids, str(result) or repr(result)) if isinstance(result, Exception) else result)
