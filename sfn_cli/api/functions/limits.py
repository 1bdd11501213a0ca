"""Limits of functions that Lambda reports with errors of their own: name, runtime, environment.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions.references import invalid_function_reference
from sfn_cli.api.model import load_model
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_NAME = 64
_MAX_ENVIRONMENT_BYTES = 4096

_RESERVED = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    }
)  # fmt: skip

_RUNTIMES = (
    "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x",
    "nodejs22.x", "java25", "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4", "ruby3.2",
    "python3.8", "python3.9", "java17", "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6",
    "nodejs18.x", "provided.al2", "java8.al2",
)  # fmt: skip
"""The runtimes that AWS names, in its order (recorded in January 2026)."""


def check_function_name_length(name: str) -> None:
    """Raises ApiError for a name that is too long, though an ARN may be longer."""
    if len(name) > _MAX_NAME:
        raise invalid_function_reference(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_MAX_NAME}"
        )


def check_function_limits(request: Mapping[str, Any]) -> None:
    """Raises ApiError for an unknown runtime, reserved variables, or too many of them.

    Runtimes that AWS no longer accepts are accepted: old projects still run here.
    """
    if (runtime := request.get("Runtime")) is not None:
        known = load_model("lambda", "CreateFunction").input["members"]["Runtime"]["enum"]
        if runtime not in known:
            raise invalid_function_reference(
                f"Value {runtime} at 'runtime' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(_RUNTIMES)}] or be a valid ARN"
            )
    variables = (request.get("Environment") or {}).get("Variables") or {}
    unable = (
        "Lambda was unable to configure your environment variables because the environment variables you "
        "have provided "
    )
    if reserved := [name for name in variables if name in _RESERVED]:
        raise invalid_function_reference(
            f"{unable}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    measured = dumps(variables)
    if len(measured.encode()) > _MAX_ENVIRONMENT_BYTES:
        raise invalid_function_reference(f"{unable}exceeded the 4KB limit. String measured: {measured}")
