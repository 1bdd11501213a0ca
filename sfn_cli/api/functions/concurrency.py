"""Reserved concurrency of functions: PutFunctionConcurrency and related operations.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
Each worker keeps a function within it (functions/pool.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions.references import (
    existing_function_reference,
    existing_latest_reference,
    invalid_function_reference,
    parse_function_reference,
)
from sfn_cli.store.records.functions import CONCURRENCY, LATEST, FunctionSetting

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_MEMBER = "ReservedConcurrentExecutions"


def get_function_concurrency(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = existing_latest_reference(service, request).name
    return function_concurrency(service, name) or {}


def function_concurrency(service: Service, name: str) -> dict[str, Any] | None:
    reserved = service.functions.reserved_concurrency(name)
    return None if reserved is None else {_MEMBER: reserved}


def put_function_concurrency(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = parse_function_reference(request)
    if qualifier is not None:
        raise invalid_function_reference(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
            "operation. Please specify either a function name or an unqualified function ARN."
        )
    existing_function_reference(service, {"FunctionName": name, "Qualifier": LATEST})
    value = {_MEMBER: request[_MEMBER]}
    service.function_settings.put(name, FunctionSetting(CONCURRENCY, LATEST, "", value, service.clock()))
    return value


def delete_function_concurrency(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = existing_latest_reference(service, request).name
    service.function_settings.delete(name, CONCURRENCY, LATEST)
    return {}
