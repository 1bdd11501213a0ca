"""CloudFormation's operations for tests, called as the server calls them, and templates for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.errors import ApiError
from tests.api.fakes import make_service

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "AWS::Logs::LogGroup"


def template(*names: str, days: int = 7, **more: Any) -> str:
    """Returns a template with log groups, which need no other service."""
    resources = {name: {"Type": GROUP, "Properties": {"RetentionInDays": days}} for name in names}
    return json.dumps({"Resources": resources, **more})


class CloudFormation:
    """Calls operations by name: `call("CreateStack", StackName="shop", …)`."""

    def __init__(self, home: Path) -> None:
        self.service = make_service(home)

    def __call__(self, operation: str, /, **request: Any) -> dict[str, Any]:
        return api.answer_api(self.service, model.load_model("cloudformation", operation), request)

    def refused(self, operation: str, /, **request: Any) -> tuple[str, str]:
        """Returns the code and the message with which a request is refused."""
        with pytest.raises(ApiError) as error:
            self(operation, **request)
        return error.value.code, error.value.message

    def stack(self, name: str = "shop") -> dict[str, Any]:
        described: dict[str, Any] = self("DescribeStacks", StackName=name)["Stacks"][0]
        return described

    def create(self, name: str = "shop", text: str | None = None, **more: Any) -> str:
        arn: str = self("CreateStack", StackName=name, TemplateBody=text or template("Logs"), **more)[
            "StackId"
        ]
        return arn

    def change_set(self, text: str, name: str = "next", stack: str = "shop", **more: Any) -> dict[str, Any]:
        """Creates a change set and returns its description."""
        request = {"StackName": stack, "ChangeSetName": name, "TemplateBody": text, **more}
        arn = self("CreateChangeSet", **request)["Id"]
        return self("DescribeChangeSet", ChangeSetName=arn)
