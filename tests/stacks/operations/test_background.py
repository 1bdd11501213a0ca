"""Deploys that outlast their request, and requests that meet another one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from sfn_cli.errors import ApiError
from sfn_cli.stacks.deployment.records.locks import free_stack_lock
from sfn_cli.stacks.operations import background
from tests.processes import until
from tests.stacks.operations.cloudformation import CloudFormation, template

if TYPE_CHECKING:
    from pathlib import Path


def names(count: int) -> list[str]:
    return [f"Logs{number}" for number in range(count)]


@pytest.fixture
def no_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests do not wait for their deploys."""
    monkeypatch.setattr(background, "HOLD_SECONDS", 0)


def test_a_long_deploy_goes_on_after_the_answer(cloudformation: CloudFormation, no_hold: None) -> None:
    """The stack is there when the request has been answered; what is wrong is answered at once."""
    cloudformation.create(text=template(*names(20)))
    assert cloudformation.stack()["StackStatus"] in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    until(lambda: cloudformation.stack()["StackStatus"] == "CREATE_COMPLETE", "the end of the deploy")
    assert cloudformation.refused("CreateStack", StackName="other", TemplateBody="{}")[0] == "ValidationError"


def test_a_creation_is_cancelled_by_a_deletion(cloudformation: CloudFormation, no_hold: None) -> None:
    arn = cloudformation.create(text=template(*names(100)))
    cloudformation("DeleteStack", StackName="shop")
    cloudformation("DeleteStack", StackName="shop")
    until(lambda: cloudformation.stack(arn)["StackStatus"] == "DELETE_COMPLETE", "the end of the deletion")


@pytest.mark.parametrize("operation", ["UpdateStack", "DeleteStack"])
def test_a_stack_that_another_process_changes(cloudformation: CloudFormation, operation: str) -> None:
    """`sfn deploy` in a terminal, for example."""
    arn = cloudformation.create()
    request = {"TemplateBody": template("Logs", "More")} if operation == "UpdateStack" else {}
    with free_stack_lock(cloudformation.service.settings, "shop"):
        assert cloudformation.refused(operation, StackName="shop", **request) == (
            "ValidationError",
            f"Stack:{arn} is in UPDATE_IN_PROGRESS state and can not be updated.",
        )
    assert cloudformation.stack()["StackStatus"] == "CREATE_COMPLETE"


def test_one_of_many_requests_creates_the_stack(tmp_path: Path) -> None:
    """The others are refused; the stack and its events are those of one creation."""
    first = CloudFormation(tmp_path)
    first("ListStacks")
    barrier = threading.Barrier(4)

    def create(_: int) -> str:
        own = CloudFormation(tmp_path)
        own("ListStacks")
        barrier.wait()
        try:
            own.create()
        except ApiError as error:
            return error.code
        finally:
            own.service.close()
        return "created"

    with ThreadPoolExecutor(4) as threads:
        results = sorted(threads.map(create, range(4)))
    assert results == ["AlreadyExistsException"] * 3 + ["created"]
    assert len(first("DescribeStackEvents", StackName="shop")["StackEvents"]) == 5
    first.service.close()
