"""The configurations of a state machine, completed with AWS's defaults or the stored values.

Each function returns the JSON text of a configuration, as it is stored and as DescribeStateMachine
returns it. A configuration that is not in the request is AWS's default or, in an update, the stored one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn, jsonvalue
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service


def logging_configuration(service: Service, request: Mapping[str, Any], stored: str | None = None) -> str:
    """Returns loggingConfiguration. Raises ApiError InvalidLoggingConfiguration."""
    requested = request.get("loggingConfiguration")
    if requested is None and stored is not None:
        return stored
    configuration = {"level": "OFF", "includeExecutionData": False, **(requested or {})}
    destinations = configuration.get("destinations") or []
    if len(destinations) > 1 or (configuration["level"] != "OFF" and not destinations):
        raise _invalid_logging_configuration("Must specify exactly one Log Destination.")
    for destination in destinations:
        group_arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
        name = arn.log_group_name_in_arn(group_arn)
        if name is not None and not group_arn.endswith(":*"):
            raise _invalid_logging_configuration("Log Group ARN must be provided with '*' qualifier.")
        if name is None or not service.log_groups.has_group(name):
            raise _invalid_logging_configuration("Log Destination not found.")
    return jsonvalue.dumps(configuration)


def configuration_enables_logs(logging_configuration: str) -> bool:
    """Whether executions may write to a log."""
    level: str = jsonvalue.loads(logging_configuration)["level"]
    return level != "OFF"


def tracing_configuration(request: Mapping[str, Any], stored: str | None = None) -> str:
    """Returns tracingConfiguration, which sfn stores without tracing anything.

    Raises ApiError InvalidTracingConfiguration.
    """
    requested = request.get("tracingConfiguration")
    if requested is None and stored is not None:
        return stored
    configuration = {"enabled": False} if requested is None else requested
    if "enabled" not in configuration:
        # (ours)
        raise ApiError(
            "InvalidTracingConfiguration",
            "Invalid Tracing Configuration: enabled must be set to true or false.",
        )
    return jsonvalue.dumps(configuration)


def encryption_configuration(request: Mapping[str, Any], stored: str | None = None) -> str:
    """Returns encryptionConfiguration, which sfn stores without encrypting anything.

    Raises ApiError InvalidEncryptionConfiguration.
    """
    requested = request.get("encryptionConfiguration")
    if requested is None and stored is not None:
        return stored
    configuration = requested or {"type": "AWS_OWNED_KEY"}
    own_key = configuration["type"] == "CUSTOMER_MANAGED_KMS_KEY"
    if own_key != ("kmsKeyId" in configuration):
        raise _invalid_encryption_configuration(
            "kmsKeyId is required for CUSTOMER_MANAGED_KMS_KEY, and not allowed for other types."
        )
    if not own_key and "kmsDataKeyReusePeriodSeconds" in configuration:
        raise _invalid_encryption_configuration(
            "kmsDataKeyReusePeriodSeconds is only allowed for CUSTOMER_MANAGED_KMS_KEY."
        )
    return jsonvalue.dumps(dict(sorted(configuration.items())))


def _invalid_logging_configuration(reason: str) -> ApiError:
    return ApiError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {reason}")


def _invalid_encryption_configuration(reason: str) -> ApiError:
    return ApiError("InvalidEncryptionConfiguration", f"Invalid Encryption Configuration: {reason}")  # (ours)
