"""Event source mappings: CreateEventSourceMapping and related operations.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
A worker polls the source of each enabled mapping (drivers/local/event_sources/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions import paging
from sfn_cli.api.functions.mapping_settings import (
    UPDATABLE,
    check_mapping_settings,
    mapping_defaults,
    mapping_source_kind,
    mapping_starting_point,
)
from sfn_cli.api.functions.references import (
    existing_function_reference,
    function_arn,
    invalid_function_reference,
    parse_function_reference,
)
from sfn_cli.errors import ApiError
from sfn_cli.store.records.events.source_mappings import MAPPING, SourceMapping
from sfn_cli.store.records.functions import function_reference
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service

_QUEUE_REASON, _STREAM_REASON = "USER_INITIATED", "User action"
"""StateTransitionReason in mappings of queues, and of streams."""


def create_event_source_mapping(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    source = request.get("EventSourceArn") or ""
    kind = mapping_source_kind(source)
    target = _mapping_target(service, request)
    if (taken := _mapping_between(service, source, target)) is not None:
        raise _mapping_conflict(kind, source, target, taken.name)
    settings = {
        **mapping_defaults(kind),
        **{member: request[member] for member in UPDATABLE if request.get(member) is not None},
        **mapping_starting_point(kind, request),
    }
    check_mapping_settings(kind, source, settings)
    if request.get("Tags"):
        settings["Tags"] = request["Tags"]
    now = service.clock()
    new = SourceMapping(
        MAPPING,
        request.get("UUID") or random_uuid(),
        source,
        target,
        bool(request.get("Enabled", True)),
        settings,
        now,
        now,
        None if kind == "sqs" else "No records processed",
    )
    if service.source_mappings.create(new) is None:
        raise _mapping_conflict(kind, source, target, new.name)
    return _mapping_response(service, new, "Creating")


def get_event_source_mapping(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _mapping_response(service, _existing_mapping(service, request))


def list_event_source_mappings(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    function = request.get("FunctionName")
    name = function_reference(function).name if function else None

    def page(after: str, limit: int) -> list[SourceMapping]:
        return service.source_mappings.page(
            MAPPING, after, limit, source=request.get("EventSourceArn"), function=name
        )

    return paging.functions_page(
        "EventSourceMappings",
        request,
        page,
        lambda mapping: mapping.name,
        lambda mapping: _mapping_response(service, mapping),
    )


def update_event_source_mapping(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members."""
    target = _mapping_target(service, request) if request.get("FunctionName") else None
    given = {member: request[member] for member in UPDATABLE if request.get(member) is not None}
    now = service.clock()

    def change(mapping: SourceMapping) -> SourceMapping:
        settings = {**mapping.configuration, **given}
        check_mapping_settings(mapping_source_kind(mapping.source_arn), mapping.source_arn, settings)
        return mapping._replace(
            target=target or mapping.target,
            is_enabled=bool(request.get("Enabled", mapping.is_enabled)),
            configuration=settings,
            updated_at=now,
        )

    changed = service.source_mappings.change(MAPPING, request["UUID"], change)
    if changed is None:
        raise _mapping_not_found()
    return _mapping_response(service, changed, "Updating")


def delete_event_source_mapping(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    deleted = service.source_mappings.delete(MAPPING, request["UUID"])
    if deleted is None:
        raise _mapping_not_found()
    return _mapping_response(service, deleted, "Deleting")


def _existing_mapping(service: Service, request: Mapping[str, Any]) -> SourceMapping:
    found = service.source_mappings.find(MAPPING, request["UUID"])
    if found is None:
        raise _mapping_not_found()
    return found


def _mapping_not_found() -> ApiError:
    return ApiError("ResourceNotFoundException", "The resource you requested does not exist.", status=404)


def _mapping_target(service: Service, request: Mapping[str, Any]) -> str:
    """Returns the ARN of the function, with the version or alias that is named. Raises ApiError."""
    existing_function_reference(service, request)
    return function_arn(service, *parse_function_reference(request))


def _mapping_between(service: Service, source: str, target: str) -> SourceMapping | None:
    name = function_reference(target).name
    found = service.source_mappings.page(MAPPING, "", 1_000, source=source, function=name)
    return next((mapping for mapping in found if mapping.target == target), None)


def _mapping_conflict(kind: str, source: str, target: str, id: str) -> ApiError:
    name = ":".join(filter(None, function_reference(target)))
    what = "An event source mapping with SQS arn" if kind == "sqs" else "The event source arn"
    that = "already exists" if kind == "sqs" else "provided mapping already exists"
    message = (
        f'{what} (" {source} ") and function (" {name} ") {that}. '
        f"Please update or delete the existing mapping with UUID {id}"
    )
    return ApiError("ResourceConflictException", message, status=409)


def _mapping_response(service: Service, mapping: SourceMapping, state: str | None = None) -> dict[str, Any]:
    """Returns an EventSourceMappingConfiguration."""
    settings = service.settings
    own_arn = f"arn:aws:lambda:{settings.region}:{settings.account_id}:event-source-mapping:{mapping.name}"
    shown = {
        **mapping.configuration,
        "UUID": mapping.name,
        "EventSourceArn": mapping.source_arn,
        "EventSourceMappingArn": own_arn,
        "FunctionArn": mapping.target,
        "LastModified": mapping.updated_at,
        "State": state or ("Enabled" if mapping.is_enabled else "Disabled"),
        "StateTransitionReason": _STREAM_REASON
        if "StartingPosition" in mapping.configuration
        else _QUEUE_REASON,
    }
    if mapping.last_result is not None:
        shown["LastProcessingResult"] = mapping.last_result
    return shown


def change_mapping_tags(service: Service, mapping_arn: str, change: Any) -> dict[str, Any]:
    """Replaces a mapping's tags with the result of `change`. Returns them."""
    id = mapping_arn.rpartition(":")[2]

    def changed(mapping: SourceMapping) -> SourceMapping:
        tags = dict(change(dict(mapping.configuration.get("Tags") or {})))
        return mapping._replace(configuration={**mapping.configuration, "Tags": tags})

    mapping = service.source_mappings.change(MAPPING, id, changed)
    if mapping is None:
        raise invalid_function_reference(f"Event source mapping not found: {mapping_arn}")
    return dict(mapping.configuration["Tags"])
