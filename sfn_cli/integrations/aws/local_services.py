"""The services that sfn implements: Step Functions, Lambda, CloudWatch Logs, EventBridge, Scheduler, Pipes.

Their operations are served from the store, unless an endpoint is set for the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api import model

if TYPE_CHECKING:
    from sfn_cli.settings import Settings


class LocalService(NamedTuple):
    name: str
    """botocore's name, and the name of the package's model."""
    sdk_name: str
    """The Java SDK's name, as aws-sdk tasks use it."""
    id: str
    """AWS's name."""
    can_be_elsewhere: bool = False
    """Whether AWS_ENDPOINT_URL or SFN_AWS=real sends its calls to another place, too."""

    def answers(self, settings: Settings) -> bool:
        """Whether calls go to this store, because no other endpoint is set for the service."""
        if settings.endpoint(self.id) is None and self.can_be_elsewhere and settings.calls_aws:
            return False
        return self.other_endpoint(settings) is None

    def other_endpoint(self, settings: Settings) -> str | None:
        """Returns the endpoint that is set for the service; None if it is that of this home."""
        common = settings.common_endpoint if self.can_be_elsewhere else None
        endpoint = settings.endpoint(self.id) or common
        return None if endpoint is None or _is_own_endpoint(settings, endpoint) else endpoint

    def operation(self, name: str) -> model.Operation | None:
        """Returns the operation of that name ("CreateConnection"), or None if sfn does not have it."""
        try:
            return model.load_model(self.name, name)
        except KeyError:
            return None


EVENTS = LocalService("events", "eventbridge", "EventBridge", can_be_elsewhere=True)

LOCAL_SERVICES = (
    LocalService("stepfunctions", "sfn", "SFN"),
    LocalService("lambda", "lambda", "Lambda"),
    LocalService("logs", "cloudwatchlogs", "CloudWatch Logs"),
    EVENTS,
    LocalService("scheduler", "scheduler", "Scheduler", can_be_elsewhere=True),
    LocalService("pipes", "pipes", "Pipes", can_be_elsewhere=True),
)


def _is_own_endpoint(settings: Settings, url: str) -> bool:
    from sfn_cli.local_endpoint.record import remembered_endpoint

    record = remembered_endpoint(settings.home)
    return record is not None and url.rstrip("/") == record.address.url
