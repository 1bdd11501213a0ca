"""Pipes of EventBridge: a queue or stream that a worker polls for a target.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html
A pipe whose source sfn cannot poll (Kafka, MQ) has only its name and its ARN.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sfn_cli.arn import service_in_arn
from sfn_cli.query.event_pattern import EventPatternError, event_pattern
from sfn_cli.stacks.resources.calls import fitted_call, predicted_name
from sfn_cli.stacks.resources.local.event_source_mappings import is_polled_source
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType
from sfn_cli.store.records.events.source_mappings import PIPE, SourceMapping

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_NAME_LENGTH = 64
_TARGETS = (
    "events", "execute-api", "firehose", "kinesis", "lambda", "logs", "sns", "sqs", "states",
)  # fmt: skip
_ENRICHMENTS = ("lambda", "states")
_CREATE = "CreatePipe"
_STORED = ("Enrichment", "EnrichmentParameters", "SourceParameters", "TargetParameters")
"""Properties of the configuration."""


def _predict_pipe(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH)
    state = properties.get("DesiredState") or "RUNNING"
    attributes = {
        "Arn": naming.arn("pipes", f"pipe/{name}"),
        "CurrentState": state,
        "CreationTime": "",
        "LastModifiedTime": "",
        "StateReason": "",
    }
    return CreatedResource(name, attributes)


def _create_pipe(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_pipe(context.naming, properties)
    new = _pipe(context, created, properties)
    if new is not None and context.service.source_mappings.create(new) is None:
        return _update_pipe(context, created, {}, properties)._replace(existed=True)
    return created


def _update_pipe(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    changed = _predict_pipe(context.naming, new)._replace(physical_id=created.physical_id)
    pipe = _pipe(context, changed, new)
    if pipe is None:
        _delete_pipe(context, created, old)
        return changed

    def change(stored: SourceMapping) -> SourceMapping:
        return pipe._replace(id=stored.id, created_at=stored.created_at, last_result=stored.last_result)

    if context.service.source_mappings.change(PIPE, created.physical_id, change) is None:
        context.service.source_mappings.create(pipe)
    return changed


def _delete_pipe(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    context.service.source_mappings.delete(PIPE, created.physical_id)


def _pipe(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> SourceMapping | None:
    """Returns the pipe to store; None if its source is not polled. Raises ResourceError."""
    fixed = {"Name": created.physical_id, "RoleArn": properties.get("RoleArn") or ""}
    given = fitted_call(context, "pipes", _CREATE, {**properties, **fixed})
    _check_pipe(given)
    if not is_polled_source(context, given["Source"]):
        return None
    now = context.service.clock()
    configuration = {name: given[name] for name in _STORED if name in given}
    return SourceMapping(
        kind=PIPE,
        name=created.physical_id,
        source_arn=given["Source"],
        target=given["Target"],
        is_enabled=given.get("DesiredState") != "STOPPED",
        configuration={**configuration, "Arn": created.attributes["Arn"]},
        created_at=now,
        updated_at=now,
    )


def _check_pipe(given: Properties) -> None:
    """Raises ResourceError if a pipe cannot work."""
    target, enrichment = given["Target"], given.get("Enrichment")
    if service_in_arn(target) not in _TARGETS:
        raise ResourceError(f"sfn does not deliver events of pipes to {target}.", _CREATE)
    if enrichment and service_in_arn(enrichment) not in _ENRICHMENTS:
        why = "Use a function or an EXPRESS state machine."
        raise ResourceError(f"sfn does not call the enrichment {enrichment}. {why}", _CREATE)
    parameters: Any = given.get("SourceParameters") or {}
    for one in (parameters.get("FilterCriteria") or {}).get("Filters") or ():
        try:
            event_pattern(one.get("Pattern") or "")
        except EventPatternError as error:
            why = str(error).splitlines()[0]
            raise ResourceError(f"Invalid filter pattern definition. {why}", _CREATE) from error
    kinesis = parameters.get("KinesisStreamParameters") or {}
    if (at := kinesis.get("StartingPositionTimestamp")) is not None:
        kinesis["StartingPositionTimestamp"] = _milliseconds(at)


def _milliseconds(at: Any) -> int:
    """Returns a time in seconds, or in ISO 8601, as milliseconds since 1970."""
    try:
        return int(float(at) * 1000)
    except (OverflowError, ValueError):
        pass
    try:
        return int(datetime.fromisoformat(str(at)).timestamp() * 1000)
    except (OverflowError, ValueError):
        raise ResourceError(f"Invalid StartingPositionTimestamp: {at}", _CREATE) from None


PIPE_TYPE = ResourceType(
    predict=_predict_pipe,
    create=_create_pipe,
    update=_update_pipe,
    delete=_delete_pipe,
    replaced_by=frozenset({"Name", "Source"}),
    name_property="Name",
    is_local=True,
)
