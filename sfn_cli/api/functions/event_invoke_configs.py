"""Settings of asynchronous invocations: PutFunctionEventInvokeConfig and related operations.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
A worker applies them (drivers/local/lambda_events.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.functions import paging
from sfn_cli.api.functions.references import (
    existing_function_reference,
    function_arn,
    invalid_function_reference,
    parse_function_reference,
)
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import EVENT_INVOKE, LATEST, FunctionSetting

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_MEMBERS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
_DESTINATIONS = ("sqs", "sns", "lambda", "events", "s3")


def put_function_event_invoke_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Replaces the whole configuration."""
    return _store_event_invoke_config(service, request, {})


def update_function_event_invoke_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members."""
    return _store_event_invoke_config(service, request, _stored_event_invoke_config(service, request).value)


def get_function_event_invoke_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _event_invoke_config_response(
        service, _config_function(service, request), _stored_event_invoke_config(service, request)
    )


def delete_function_event_invoke_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stored = _stored_event_invoke_config(service, request)
    service.function_settings.delete(_config_function(service, request), EVENT_INVOKE, stored.qualifier)
    return {}


def list_function_event_invoke_configs(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = _config_function(service, request)

    def page(after: str, limit: int) -> list[FunctionSetting]:
        stored = service.function_settings.all(name, EVENT_INVOKE)
        return [one for one in stored if one.qualifier > after][:limit]

    return paging.functions_page(
        "FunctionEventInvokeConfigs",
        request,
        page,
        lambda setting: setting.qualifier,
        lambda setting: _event_invoke_config_response(service, name, setting),
    )


def _config_function(service: Service, request: dict[str, Any]) -> str:
    existing_function_reference(service, request)
    return parse_function_reference(request).name


def _store_event_invoke_config(service: Service, request: dict[str, Any], old: Any) -> dict[str, Any]:
    name = _config_function(service, request)
    given = {member: request[member] for member in _MEMBERS if member in request}
    if not given:
        raise invalid_function_reference(
            "You must specify at least one of error handling or destination setting."
        )
    for condition, destination in (given.get("DestinationConfig") or {}).items():
        _check_event_destination(condition, (destination or {}).get("Destination"), name)
    setting = FunctionSetting(
        EVENT_INVOKE,
        parse_function_reference(request).qualifier or LATEST,
        "",
        {**old, **given},
        service.clock(),
    )
    service.function_settings.put(name, setting)
    return _event_invoke_config_response(service, name, setting)


def _check_event_destination(condition: str, destination: str | None, function: str) -> None:
    if not destination:
        return
    parsed = arn.parse_arn(destination)
    if parsed is None or parsed.service not in _DESTINATIONS:
        raise invalid_function_reference(
            f"The provided destination config DestinationConfig(onSuccess=null, onFailure=null) is invalid: "
            f"{condition} must be the ARN of a queue, topic, function, event bus or bucket: {destination}"
        )
    if parsed.service == "lambda" and parsed.resource_id.partition(":")[0] == function:
        raise invalid_function_reference("You can't specify the function as a destination for itself.")


def _stored_event_invoke_config(service: Service, request: dict[str, Any]) -> FunctionSetting:
    name = _config_function(service, request)
    qualifier = parse_function_reference(request).qualifier or LATEST
    found = service.function_settings.find(name, EVENT_INVOKE, qualifier)
    if found is None:
        raise ApiError(
            "ResourceNotFoundException",
            f"The function {function_arn(service, name, qualifier)} doesn't have an EventInvokeConfig",
            status=404,
        )
    return found


def _event_invoke_config_response(service: Service, name: str, setting: FunctionSetting) -> dict[str, Any]:
    """Returns a FunctionEventInvokeConfig."""
    value = dict(setting.value)
    value["DestinationConfig"] = {"OnSuccess": {}, "OnFailure": {}, **(value.get("DestinationConfig") or {})}
    return {
        "LastModified": setting.updated_at,
        "FunctionArn": function_arn(service, name, setting.qualifier),
        **value,
    }
