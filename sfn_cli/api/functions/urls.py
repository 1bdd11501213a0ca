"""URLs of functions: Create-, Get-, Update-, Delete- and ListFunctionUrlConfig.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
A URL has AWS's form; the local endpoint serves it at /_functions/ID/ (`api.apigateway.urls`).
"""

from __future__ import annotations

import base64
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.urls import function_url_host
from sfn_cli.api.functions import paging
from sfn_cli.api.functions.references import (
    existing_function_reference,
    existing_latest_reference,
    function_arn,
    invalid_function_reference,
    parse_function_reference,
)
from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.errors import ApiError
from sfn_cli.store.records.apis.function_urls import FunctionUrl
from sfn_cli.store.records.functions import LATEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service

_ID_BYTES = 20
_BUFFERED = "BUFFERED"


def create_function_url_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = _url_target(service, request)
    now = service.clock()
    url = FunctionUrl(
        _new_url_id(),
        name,
        qualifier,
        request["AuthType"],
        request.get("Cors") or None,
        request.get("InvokeMode") or _BUFFERED,
        now,
        now,
    )
    if not service.function_urls.create(url):
        raise ApiError(
            "ResourceConflictException",
            "Failed to create function url config for "
            f"[functionArn = {function_arn(service, name, qualifier)}]. Error message:  "
            "FunctionUrlConfig exists for this Lambda function",
            status=409,
        )
    return _url_response(service, url)


def get_function_url_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = _url_target(service, request)
    url = service.function_urls.find(name, qualifier)
    if url is None:
        raise _missing_url()
    return _url_response(service, url)


def update_function_url_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members; an empty Cors removes the rules."""
    name, qualifier = _url_target(service, request)
    url = service.function_urls.change(
        name,
        qualifier,
        lambda old: old._replace(
            auth_type=request.get("AuthType") or old.auth_type,
            cors=(request["Cors"] or None) if "Cors" in request else old.cors,
            invoke_mode=request.get("InvokeMode") or old.invoke_mode,
            modified_at=service.clock(),
        ),
    )
    if url is None:
        raise _missing_url()
    return _url_response(service, url)


def delete_function_url_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = parse_function_reference(request)
    if not service.function_urls.delete(name, qualifier or ""):
        raise _missing_url()
    return {}


def list_function_url_configs(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = existing_latest_reference(service, request).name
    return paging.functions_page(
        "FunctionUrlConfigs",
        request,
        lambda after, limit: _urls_after(service, name, after, limit),
        lambda url: url.qualifier,
        lambda url: _url_response(service, url),
    )


def delete_urls_of_function(service: Service, name: str) -> None:
    """Deletes all URLs of a function that was deleted."""
    for url in service.function_urls.page(name, "", 1000):
        service.function_urls.delete(name, url.qualifier)
    service.function_urls.delete(name, "")


def _urls_after(service: Service, name: str, after: str, limit: int) -> list[FunctionUrl]:
    own = service.function_urls.find(name, "") if not after else None
    others = service.function_urls.page(name, after, limit)
    return ([own] if own is not None else []) + others[: limit - (own is not None)]


def _url_target(service: Service, request: Mapping[str, Any]) -> tuple[str, str]:
    """Returns the function's name and the alias ("" for none). Raises ApiError if one does not exist."""
    name, qualifier = parse_function_reference(request)
    if qualifier == LATEST or (qualifier or "").isdecimal():
        raise invalid_function_reference("A function URL is for a function or an alias, not for a version.")
    existing_function_reference(service, request)
    return name, qualifier or ""


def _url_response(service: Service, url: FunctionUrl) -> dict[str, Any]:
    host = function_url_host(url.id, service.settings.region)
    return {
        "FunctionUrl": f"https://{host}/",
        "FunctionArn": function_arn(service, url.function_name, url.qualifier or None),
        "AuthType": url.auth_type,
        "Cors": url.cors,
        "CreationTime": format_timestamp(url.created_at),
        "LastModifiedTime": format_timestamp(url.modified_at),
        "InvokeMode": url.invoke_mode,
    }


def _new_url_id() -> str:
    """Returns 32 random letters and digits, as AWS's URLs have."""
    return base64.b32encode(token_bytes(_ID_BYTES)).decode().lower()


def _missing_url() -> ApiError:
    return ApiError("ResourceNotFoundException", "The resource you requested does not exist.", status=404)
