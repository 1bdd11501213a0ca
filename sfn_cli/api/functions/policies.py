"""Code signing, which sfn does not support: GetFunctionCodeSigningConfig answers as without it.

Clients such as Terraform call it when they read a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions.references import existing_function_reference

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def get_function_code_signing_config(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"FunctionName": existing_function_reference(service, request).name}
