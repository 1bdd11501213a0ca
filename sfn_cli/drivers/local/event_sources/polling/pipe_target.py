"""What a pipe hands over, and the calls that wait for their targets: they run in threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import answer_api
from sfn_cli.api.events.started_executions import (
    event_execution,
    event_execution_name,
    start_event_executions,
)
from sfn_cli.api.model import load_model
from sfn_cli.drivers.local.event_sources.polling.source_records import BatchResult
from sfn_cli.errors import ApiError, SfnError
from sfn_cli.integrations.targets.target import TargetCall, TargetError
from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.deliveries import NewDelivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.integrations.integration import TaskContext

_OPTIONS = {
    "EventBridgeEventBusParameters": "EventBridgeParameters",
    "HttpParameters": "HttpParameters",
    "KinesisStreamParameters": "KinesisParameters",
    "SqsQueueParameters": "SqsParameters",
}
"""TargetParameters of a pipe → the words of EventBridge's Target."""


class PipeEvent(NamedTuple):
    """One record on its way through a pipe."""

    record_id: str
    """Its record at the source; after an enrichment, the whole batch stands for it."""
    event_id: str
    value: Any
    parsed: Any
    """The value with the JSON in its body or data parsed, for paths."""
    options: Mapping[str, Any] = {}
    """TargetParameters with the values of their paths."""


class PipeCallError(SfnError):
    """An execution that failed: its error and cause."""


def send_pipe_events(
    context: TaskContext, mapping: PolledMapping, events: Sequence[PipeEvent]
) -> BatchResult:
    """Sends each event to the target, and waits. Returns which failed."""
    from sfn_cli.integrations.targets.table import call_target

    service = context.service.sibling()
    failed: dict[str, str] = {}
    try:
        for event in events:
            try:
                call_target(TargetCall(_delivery(mapping, event), service, context.clients))
            except (TargetError, SfnError) as error:
                failed[event.record_id] = str(error)
    finally:
        service.close()
    return BatchResult(frozenset(failed), next(iter(failed.values()), ""))


def _delivery(mapping: PolledMapping, event: PipeEvent) -> NewDelivery:
    options = {own: event.options[given] for given, own in _OPTIONS.items() if given in event.options}
    facts = {"Source": f"Pipe {mapping.name}", "DetailType": f"Event from aws:{mapping.service}"}
    options["EventBridgeParameters"] = facts | options.get("EventBridgeParameters", {})
    payload = event.value if isinstance(event.value, str) else dumps(event.value)
    return NewDelivery(event.event_id, mapping.label, mapping.target, mapping.target, payload, options)


def start_pipe_execution(context: TaskContext, event: NewDelivery) -> BatchResult:
    """Starts the execution of a batch that was not started before (pipe_sink.py, Rule 2)."""
    service = context.service.sibling()
    try:
        name = event_execution_name(event.event_id, event.source, event.target_key)
        new = event_execution(service, event.target, name, event.payload)
        (started,) = start_event_executions(service, [new])
    except ApiError as error:
        raise PipeCallError(str(error)) from error
    finally:
        service.close()
    if isinstance(started, ApiError):
        raise PipeCallError(str(started))
    return BatchResult(started=started)


def store_pipe_event(context: TaskContext, event: NewDelivery) -> BatchResult:
    """Stores a batch for an asynchronous invocation of a function."""
    service = context.service.sibling()
    try:
        service.deliveries.add([event], service.clock())
    finally:
        service.close()
    return BatchResult()


def call_pipe_machine(context: TaskContext, machine_arn: str, input: str) -> str:
    """Runs an EXPRESS execution and waits. Returns its output. Raises PipeCallError."""
    service = context.service.sibling()
    try:
        answer = answer_api(
            service,
            load_model("stepfunctions", "StartSyncExecution"),
            {"stateMachineArn": machine_arn, "input": input},
        )
    except ApiError as error:
        raise PipeCallError(str(error)) from error
    finally:
        service.close()
    if answer["status"] != "SUCCEEDED":
        raise PipeCallError(f"{answer.get('error') or answer['status']} {answer.get('cause') or ''}".rstrip())
    return str(answer.get("output") or "null")
