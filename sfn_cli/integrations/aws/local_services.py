"""The AWS services that sfn has itself: Step Functions, functions, logs, EventBridge's connections.

Their operations are served from the store, unless an endpoint is named for the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api import model

if TYPE_CHECKING:
    from sfn_cli.settings import Settings


class LocalService(NamedTuple):
    name: str
    """botocore's, and that of the package's model."""
    sdk_name: str
    """The Java SDK's, as aws-sdk tasks have it."""
    id: str
    """AWS's."""

    def answers(self, settings: Settings) -> bool:
        """Whether calls go to this store, since no endpoint is set for the service."""
        return settings.endpoint(self.id) is None

    def operation(self, name: str) -> model.Operation | None:
        """The operation of that name ("CreateConnection"), if this store has it."""
        try:
            return model.load(self.name, name)
        except KeyError:
            return None


LOCAL_SERVICES = (
    LocalService("stepfunctions", "sfn", "SFN"),
    LocalService("lambda", "lambda", "Lambda"),
    LocalService("logs", "cloudwatchlogs", "CloudWatch Logs"),
    LocalService("events", "eventbridge", "EventBridge"),
)
