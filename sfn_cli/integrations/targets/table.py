"""The table of targets, by the service in their ARN. A target that has no ARN is a URL."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.errors import ApiError, ConfigurationError, StatesError
from sfn_cli.integrations.targets.target import TargetCall, TargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TARGETS: Mapping[str, str] = {
    "events": "buses:call_events_target",
    "execute-api": "http_endpoints:call_own_api",
    "firehose": "services:put_firehose_record",
    "kinesis": "services:put_kinesis_record",
    "logs": "log_groups:put_log_event",
    "s3": "services:put_bucket_object",
    "scheduler": "services:call_any_operation",
    "sns": "services:publish_message",
    "sqs": "services:send_queue_message",
}
"""Service → "module:function", the module within `sfn_cli.integrations.targets`."""

_RETRIED_STATUSES = (408, 429)


def call_target(call: TargetCall) -> str | None:
    """Delivers an event to its target and waits. Returns what the target answered, for people.

    Raises TargetError.
    """
    delivery = call.delivery
    place = (
        "http_endpoints:call_url"
        if delivery.target.startswith(("http://", "https://"))
        else TARGETS.get(arn.service_in_arn(delivery.target))
    )
    if place is None:
        raise TargetError(
            "UnsupportedTarget", f"sfn does not deliver events to {delivery.target}.", is_final=True
        )
    module, _, name = place.partition(":")
    deliver: Callable[[TargetCall], str | None] = getattr(import_module(f"{__package__}.{module}"), name)
    try:
        return deliver(call)
    except ApiError as error:
        raise api_target_error(error) from error
    except ConfigurationError as error:
        raise TargetError("ConfigurationError", str(error), is_final=False) from error
    except StatesError as error:
        raise TargetError(str(error.error), error.cause or "", is_final=True) from error


def api_target_error(error: ApiError) -> TargetError:
    """Returns the error of a target that refuses the event."""
    return TargetError(error.code, error.message, is_final=is_final_status(error.status))


def is_final_status(status: int) -> bool:
    """Whether an HTTP status means that another try would fail, too."""
    return 400 <= status < 500 and status not in _RETRIED_STATUSES
