"""Policies of functions, which sfn does not support: answers as for a function without any.

GetFunctionCodeSigningConfig, GetFunctionConcurrency, GetPolicy: clients such as Terraform call
them when they read a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions.references import existing_function_reference
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def get_function_code_signing_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"FunctionName": existing_function_reference(service, request).name}


def get_function_concurrency(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    existing_function_reference(service, request)
    return {}


def get_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    existing_function_reference(service, request)
    raise ApiError("ResourceNotFoundException", "The resource you requested does not exist.", status=404)
