"""The resource of a Task: a function, an activity, or a service integration.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sfn_cli import arn

Pattern = Literal["", "sync", "sync:2", "waitForTaskToken"]

_SDK_PREFIX = "aws-sdk:"


class Resource(NamedTuple):
    """A parsed Resource of a Task.

    For `arn:aws:states:::sqs:sendMessage.waitForTaskToken`: kind "service", service "sqs", action
    "sendMessage.waitForTaskToken" (as history events show it), pattern "waitForTaskToken". For
    `arn:aws:states:::aws-sdk:s3:getObject` the service is "aws-sdk:s3".
    """

    arn: str
    kind: Literal["lambda", "activity", "service", "mapRun"]
    service: str = ""
    action: str = ""
    pattern: str = ""

    @property
    def operation(self) -> str:
        """The action without the pattern: "sendMessage"."""
        return self.action.partition(".")[0]

    @property
    def sdk_service(self) -> str | None:
        """The service of an aws-sdk task: "s3"; None for other tasks."""
        return self.service.removeprefix(_SDK_PREFIX) if self.service.startswith(_SDK_PREFIX) else None

    @property
    def answerable(self) -> bool:
        """Whether the task has a task token, with which it can be completed from outside."""
        # Observed: a token can also complete a .sync task.
        return self.kind == "activity" or bool(self.pattern)

    @property
    def name(self) -> str:
        """AWS's name for the resource in causes: the service, or the whole ARN of a function."""
        return self.service if self.kind == "service" else self.arn


MAP_RUN = Resource("", "mapRun")
"""The Map Run of a Map in DISTRIBUTED mode, which is not a Resource of ASL but runs like one."""


def parse_resource(text: str) -> Resource | None:
    """Returns the resource that an ARN names; None if it is none of the three kinds."""
    parts = arn.parse_arn(text)
    if parts is None:
        return None
    if parts.service == "lambda" and parts.resource_type == "function" and parts.resource_id:
        return Resource(text, "lambda")
    if parts.service != "states":
        return None
    if parts.resource_type == "activity" and parts.resource_id:
        return Resource(text, "activity")
    # AWS also accepts `arn:aws:states:us-east-1:123456789012:aws-sdk:s3:getObject`.
    service, _, action = parts.resource.rpartition(":")
    if action == "2" and service.endswith(".sync"):
        service, _, action = service.rpartition(":")
        action += ":2"
    if not service or not action:
        return None
    return Resource(text, "service", service, action, action.partition(".")[2])
