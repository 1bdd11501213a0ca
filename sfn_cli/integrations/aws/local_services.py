"""What this store has of AWS's services: Step Functions itself, functions, logs, EventBridge's connections.

Who calls one of their operations asks the store, unless an endpoint is named for the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api import model

if TYPE_CHECKING:
    from sfn_cli.settings import Settings


class OwnService(NamedTuple):
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


OWN_SERVICES = (
    OwnService("stepfunctions", "sfn", "SFN"),
    OwnService("lambda", "lambda", "Lambda"),
    OwnService("logs", "cloudwatchlogs", "CloudWatch Logs"),
    OwnService("events", "eventbridge", "EventBridge"),
)
