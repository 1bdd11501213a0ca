"""The configurations of a state machine: what is not given is AWS's default, or what an update finds.

Each function gives a JSON object in text, as it is kept and as DescribeStateMachine shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn, jsonvalue
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service


def logging(service: Service, request: Mapping[str, Any], kept: str | None = None) -> str:
    """loggingConfiguration. Raises ApiError InvalidLoggingConfiguration."""
    given = request.get("loggingConfiguration")
    if given is None and kept is not None:
        return kept
    configuration = {"level": "OFF", "includeExecutionData": False, **(given or {})}
    destinations = configuration.get("destinations") or []
    if len(destinations) > 1 or (configuration["level"] != "OFF" and not destinations):
        raise _invalid_logging("Must specify exactly one Log Destination.")
    for destination in destinations:
        name = arn.log_group_name(destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", ""))
        if name is None or not service.logs.has_group(name):
            raise _invalid_logging("Log Destination not found.")
    return jsonvalue.dumps(configuration)


def asks_for_logs(logging_configuration: str) -> bool:
    """Whether executions may have something to write to a log."""
    level: str = jsonvalue.loads(logging_configuration)["level"]
    return level != "OFF"


def tracing(request: Mapping[str, Any], kept: str | None = None) -> str:
    """tracingConfiguration; sfn keeps it, and traces nothing."""
    given = request.get("tracingConfiguration")
    if given is None and kept is not None:
        return kept
    return jsonvalue.dumps({"enabled": False, **(given or {})})


def encryption(request: Mapping[str, Any], kept: str | None = None) -> str:
    """encryptionConfiguration; sfn keeps it, and encrypts nothing. Raises ApiError InvalidEncryptionConfiguration."""
    given = request.get("encryptionConfiguration")
    if given is None and kept is not None:
        return kept
    configuration = given or {"type": "AWS_OWNED_KEY"}
    if (configuration["type"] == "CUSTOMER_MANAGED_KMS_KEY") != ("kmsKeyId" in configuration):
        raise ApiError(
            "InvalidEncryptionConfiguration",
            "Invalid Encryption Configuration: kmsKeyId must be given for CUSTOMER_MANAGED_KMS_KEY, and for no other type.",
        )
    return jsonvalue.dumps(dict(sorted(configuration.items())))


def _invalid_logging(reason: str) -> ApiError:
    return ApiError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {reason}")
