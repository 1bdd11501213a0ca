"""The settings of event source mappings: defaults, and what a source does not accept.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn, quotas
from sfn_cli.api.functions.references import invalid_function_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.errors import ApiError

_OF_STREAMS = (
    "ParallelizationFactor", "DestinationConfig", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError",
    "MaximumRetryAttempts", "TumblingWindowInSeconds",
)  # fmt: skip

UPDATABLE = (
    "BatchSize", "MaximumBatchingWindowInSeconds", "FilterCriteria", "FunctionResponseTypes", "ScalingConfig",
    "KMSKeyArn", "MetricsConfig", *_OF_STREAMS,
)  # fmt: skip
"""The members that can be changed later."""

_SQS_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}
_STREAM_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}

_MOST_AT_ONCE = 10
"""The largest batch of a queue without a batching window."""


def mapping_source_kind(source_arn: str) -> str:
    """Returns the service of a source: sqs, dynamodb or kinesis. Raises ApiError for any other."""
    parsed = arn.parse_arn(source_arn)
    if parsed is not None:
        if parsed.service == "sqs":
            return parsed.service
        if parsed.service == "kinesis" and parsed.resource.startswith("stream/"):
            return parsed.service
        if parsed.service == "dynamodb" and "/stream/" in parsed.resource:
            return parsed.service
    raise invalid_function_reference(
        "Unrecognized event source. sfn polls SQS queues, DynamoDB streams and Kinesis streams: "
        f"{source_arn or 'EventSourceArn is missing'}"
    )


def mapping_defaults(kind: str) -> dict[str, Any]:
    return dict(_SQS_DEFAULTS if kind == "sqs" else _STREAM_DEFAULTS)


def mapping_starting_point(kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns StartingPosition and, for AT_TIMESTAMP, its time. Raises ApiError."""
    position, at = request.get("StartingPosition"), request.get("StartingPositionTimestamp")
    if kind == "sqs":
        if position is not None:
            raise invalid_function_reference("StartingPosition is not valid for SQS event sources.")
        return {}
    if position is None:
        raise invalid_function_reference(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        )
    if position != "AT_TIMESTAMP":
        return {"StartingPosition": position}
    if kind != "kinesis":
        raise invalid_function_reference("Unsupported starting position for given event source type.")
    if at is None:
        raise invalid_function_reference("StartingPositionTimestamp is required for AT_TIMESTAMP.")
    return {"StartingPosition": position, "StartingPositionTimestamp": at}


def check_mapping_settings(kind: str, source_arn: str, settings: Mapping[str, Any]) -> None:
    """Raises ApiError for settings that AWS refuses."""
    batch_size = settings["BatchSize"]
    window = settings.get("MaximumBatchingWindowInSeconds") or 0
    if kind == "sqs":
        for member in _OF_STREAMS:
            if settings.get(member) is not None:
                raise invalid_function_reference(f"{member} is not valid for SQS event sources.")
        if source_arn.endswith(".fifo"):
            if window:
                raise invalid_function_reference("Batching window is not supported for FIFO queues.")
            if batch_size > _MOST_AT_ONCE:
                raise invalid_function_reference(
                    f"BatchSize must be at most {_MOST_AT_ONCE} for FIFO queues: {batch_size}"
                )
    elif settings.get("ScalingConfig"):
        raise invalid_function_reference("ScalingConfig is only valid for SQS event sources.")
    if kind == "sqs" and batch_size > _MOST_AT_ONCE and not window:
        raise invalid_function_reference(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    _check_mapping_destination(settings)
    if settings.get("FilterCriteria"):
        _check_mapping_filters(settings["FilterCriteria"])


def _check_mapping_destination(settings: Mapping[str, Any]) -> None:
    destinations = settings.get("DestinationConfig") or {}
    if (destinations.get("OnSuccess") or {}).get("Destination"):
        raise invalid_function_reference(
            "Unsupported parameter for given event source mapping type: OnSuccess"
        )
    destination = (destinations.get("OnFailure") or {}).get("Destination")
    if not destination:
        return
    parsed = arn.parse_arn(destination)
    if parsed is None or parsed.service not in ("sqs", "sns", "s3"):
        raise invalid_function_reference(
            f"The destination of OnFailure must be the ARN of an SQS queue, an SNS topic or an S3 bucket: "
            f"{destination}"
        )


def _check_mapping_filters(criteria: Mapping[str, Any]) -> None:
    from sfn_cli.query.event_pattern import EventPatternError, event_pattern

    filters = criteria.get("Filters") or []
    if len(filters) > quotas.MAPPING_FILTERS:
        raise invalid_function_reference(
            f"The maximum number of filters is {quotas.MAPPING_FILTERS}: {len(filters)}"
        )
    for one in filters:
        try:
            event_pattern(one.get("Pattern") or "")
        except EventPatternError as error:
            raise _invalid_mapping_filter(str(error)) from None


def _invalid_mapping_filter(reason: str) -> ApiError:
    return invalid_function_reference(f"Invalid filter pattern definition. {reason}")
