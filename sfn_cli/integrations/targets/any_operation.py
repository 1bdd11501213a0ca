"""Any operation of any service as a target: arn:aws:scheduler:::aws-sdk:SERVICE:ACTION.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
The payload is the request. Resources in this store are served by sfn's own operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api import answer_api
from sfn_cli.integrations.aws.local_services import LOCAL_SERVICES
from sfn_cli.integrations.aws.shapes import OwnShape, capitalise_member, shape_request
from sfn_cli.integrations.targets.target import TargetError
from sfn_cli.jsonvalue import loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.integrations.targets.target import TargetCall


def call_sdk_operation(call: TargetCall) -> str | None:
    """Makes the call and waits. Raises TargetError, or the error of the call."""
    service, _, action = call.delivery.target.partition(":aws-sdk:")[2].partition(":")
    try:
        arguments = loads(call.delivery.payload or "{}")
    except ValueError as error:
        raise TargetError("ValidationException", "Input is not valid JSON.", is_final=True) from error
    for own in LOCAL_SERVICES:
        operation = own.operation(capitalise_member(action)) if service in (own.sdk_name, own.name) else None
        if operation is not None and own.answers(call.service.settings):
            answer_api(call.service, operation, shape_request(OwnShape(operation.input), arguments))
            return None
    client = call.clients.get(call.clients.service_name(service) or service)
    methods: Mapping[str, str] = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    name = capitalise_member(action)
    if name not in methods:
        raise TargetError("ValidationException", f"{service} has no operation {name}.", is_final=True)
    request: dict[str, Any] = shape_request(
        client.meta.service_model.operation_model(name).input_shape, arguments
    )
    getattr(client, methods[name])(**request)
    return None
