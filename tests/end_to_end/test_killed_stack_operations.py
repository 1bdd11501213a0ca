"""`kill -9` in the middle of CloudFormation's operations: the next process finishes or rolls back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.app import build_app
from sfn_cli.settings import Settings
from sfn_cli.stacks.deployment.failures.recovery import recover_stacks
from tests.faults import failing, why_no_disk_fails
from tests.processes import environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service

pytestmark = [
    pytest.mark.slow,  # a process for each kill
    pytest.mark.skipif(bool(why_no_disk_fails()), reason=why_no_disk_fails()),
]

MOST_COMMITS = 60
FLOW = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def template(days: int, kind: str, *more: str) -> str:
    """Returns a template whose second version updates, replaces, creates and deletes."""
    resources: dict[str, Any] = {
        "Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": "/log", "RetentionInDays": days},
        },
        "Flow": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineType": kind,
                "RoleArn": "arn:aws:iam::123456789012:role/r",
                "DefinitionString": json.dumps(FLOW),
            },
        },
    }
    for name in more:
        resources[name] = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{name}"}}
    return json.dumps({"Resources": resources})


FIRST, SECOND = template(1, "STANDARD", "old"), template(3, "EXPRESS", "new", "newer")


class Home:
    """A home, with the operations of a process that lives on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.service: Service = build_app(Settings(home=str(folder), region="us-east-1"))

    def call(self, operation: str, service: str = "cloudformation", **request: Any) -> dict[str, Any]:
        return api.answer_api(self.service, model.load_model(service, operation), request)

    def killed_at(self, tmp_path: Path, number: int, operation: str, **request: Any) -> bool:
        """Runs an operation in a process that is killed at its n-th commit. Returns whether it was."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.stacks.operations.calling", operation, json.dumps(request)],
            env=environment_of(self.folder, failing(f"sync:{number}:KILL:command", tmp_path / "count")),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        return done.returncode != 0

    def each_kill(self, tmp_path: Path, operation: str, **request: Any) -> Iterator[int]:
        """Kills an operation at a commit, again and again; yields after each recovery."""
        for number in range(2, MOST_COMMITS, 4):
            if not self.killed_at(tmp_path, number, operation, **request):
                return
            recover_stacks(self.service, print)
            yield number
        raise AssertionError(f"{operation} has {MOST_COMMITS} commits")

    def status(self) -> str:
        stored = self.service.stacks.find("shop")
        return "" if stored is None else stored.status

    def there(self) -> tuple[dict[str, int | None], list[str]]:
        """Returns the log groups with their retention, and the types of the machines."""
        groups = self.service.log_groups.groups("", 100)
        machines = self.call("ListStateMachines", "stepfunctions")["stateMachines"]
        return {group.name: group.retention_days for group in groups}, [one["type"] for one in machines]


NOTHING: Any = ({}, [])
AS_FIRST: Any = ({"/log": 1, "/old": None}, ["STANDARD"])
AS_SECOND: Any = ({"/log": 3, "/new": None, "/newer": None}, ["EXPRESS"])


@pytest.fixture
def open_home(home: Path) -> Iterator[Home]:
    opened = Home(home)
    yield opened
    opened.service.close()


def test_a_stack_that_is_created_and_deleted(open_home: Home, tmp_path: Path) -> None:
    """A killed creation leaves nothing but the stack's status, and a killed deletion is finished."""
    seen = set()
    for _ in open_home.each_kill(tmp_path, "CreateStack", StackName="shop", TemplateBody=FIRST):
        seen.add(status := open_home.status())
        assert open_home.there() == (AS_FIRST if status == "CREATE_COMPLETE" else NOTHING)
        open_home.call("DeleteStack", StackName="shop")
        assert (open_home.status(), open_home.there()) == ("", NOTHING)
    assert "ROLLBACK_COMPLETE" in seen <= {"", "ROLLBACK_COMPLETE", "CREATE_COMPLETE"}
    for _ in open_home.each_kill(tmp_path, "DeleteStack", StackName="shop"):
        status = open_home.status()
        assert open_home.there() == (AS_FIRST if status else NOTHING)
        if not status:
            open_home.call("CreateStack", StackName="shop", TemplateBody=FIRST)
    assert not open_home.service.stack_operations.unfinished()


def test_an_update(open_home: Home, tmp_path: Path) -> None:
    """A killed update is rolled back, or is complete once nothing can fail any more."""
    open_home.call("CreateStack", StackName="shop", TemplateBody=FIRST)
    seen = set()
    for _ in open_home.each_kill(tmp_path, "UpdateStack", StackName="shop", TemplateBody=SECOND):
        seen.add(status := open_home.status())
        assert open_home.there() == (AS_SECOND if status == "UPDATE_COMPLETE" else AS_FIRST)
        if status == "UPDATE_COMPLETE":
            open_home.call("UpdateStack", StackName="shop", TemplateBody=FIRST)
    assert seen - {"CREATE_COMPLETE"} == {"UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
    assert not open_home.service.stack_operations.unfinished()
