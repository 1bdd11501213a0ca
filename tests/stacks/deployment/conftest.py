"""Deploys templates as requests of CloudFormation do, to a real store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.deployment.deletion import delete_stack
from sfn_cli.stacks.deployment.deploy import deploy_stack, plan_stack
from sfn_cli.stacks.deployment.options import DeployOptions, StackRequest
from sfn_cli.stacks.readers.sent_template import SentTemplate, sent_stack
from tests.api.fakes import ROLE, make_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.changes import Change
    from sfn_cli.stacks.stack import Stack

NAME = "shop"


class Stacks:
    """One stack, and others, that are deployed by requests."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._number = 0

    def arn(self, name: str = NAME) -> str:
        """Returns the StackId of the stack, or a new one."""
        stored = self.service.stacks.find(name)
        if stored is not None:
            return stored.arn
        self._number += 1
        return f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/{self._number:08}"

    def deploy(self, template: dict[str, Any], name: str = NAME, **request: Any) -> None:
        stack, options = self._deploy(template, name, request)
        deploy_stack(self.service, stack, options)

    def plan(self, template: dict[str, Any], name: str = NAME, **request: Any) -> list[Change]:
        stack, options = self._deploy(template, name, request)
        return list(plan_stack(self.service, stack, options).changes)

    def delete(self, name: str = NAME, **request: Any) -> None:
        delete_stack(self.service, name, self.options({}, name, request))

    def _deploy(
        self, template: dict[str, Any], name: str, request: dict[str, Any]
    ) -> tuple[Stack, DeployOptions]:
        given = request.pop("parameters", {})
        text = json.dumps(template)
        options = self.options(given, name, {"template": text, **request})
        assert options.request is not None
        sent = SentTemplate(text, given, "us-east-1", str)
        return sent_stack(sent, name, options.request.arn), options

    def options(self, given: dict[str, str], name: str, request: dict[str, Any]) -> DeployOptions:
        return DeployOptions(
            print, given, ROLE, stack_name=name, request=StackRequest(self.arn(name), **request)
        )

    def events(self, arn: str) -> list[tuple[str, str]]:
        """Returns the logical id and the status of each event, oldest first."""
        return [(event.logical_id, event.status) for event in self.stored_events(arn)]

    def stored_events(self, arn: str) -> list[Any]:
        return self.service.stack_events.page(arn, None, 1000)[::-1]

    def status(self, name: str = NAME) -> str:
        stored = self.service.stacks.find(name)
        return "" if stored is None else stored.status

    def groups(self) -> dict[str, int | None]:
        """Returns the log groups in the store, with their retention in days."""
        return {group.name: group.retention_days for group in self.service.log_groups.groups("", 100)}


@pytest.fixture
def stacks(tmp_path: Path) -> Iterator[Stacks]:
    service = make_service(tmp_path / "home")
    yield Stacks(service)
    service.close()
