"""The services that sfn implements: Step Functions, Lambda, CloudWatch Logs, EventBridge, Scheduler.

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

    def answers(self, settings: Settings) -> bool:
        """Whether calls go to this store, because no endpoint is set for the service."""
        return settings.endpoint(self.id) is None

    def operation(self, name: str) -> model.Operation | None:
        """Returns the operation of that name ("CreateConnection"), or None if sfn does not have it."""
        try:
            return model.load_model(self.name, name)
        except KeyError:
            return None


LOCAL_SERVICES = (
    LocalService("stepfunctions", "sfn", "SFN"),
    LocalService("lambda", "lambda", "Lambda"),
    LocalService("logs", "cloudwatchlogs", "CloudWatch Logs"),
    LocalService("events", "eventbridge", "EventBridge"),
    LocalService("scheduler", "scheduler", "Scheduler"),
)
