"""The SAM CLI: the payment story, from `sam build` to `sam delete`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.deploy_tools.deployment import (
    NOT_APPROVED,
    PAID,
    STARTS,
    STARTS_NOWHERE,
    Deployment,
    copy_project,
    endpoint_variables,
    needs,
    tool_environment,
)
from tests.deploy_tools.installation import SAM
from tests.pictures import EXAMPLES
from tests.processes import sfn
from tests.projects import RUNTIME
from tests.thoroughness import THOROUGH, only_thorough

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DEPLOY = ("sam", "deploy", "--resolve-s3", "--no-confirm-changeset", "--no-progressbar")


@pytest.fixture
def project(endpoint_home: Path, tmp_path: Path) -> Deployment:
    """The payment's SAM template, with an endpoint."""
    folder = copy_project(EXAMPLES / "payment", tmp_path / "payment") / "sam"
    endpoint = endpoint_variables(endpoint_home)
    deployment = Deployment(endpoint_home, folder, tool_environment(endpoint_home, endpoint, needs(SAM).bin))
    deployment.edit("template.yaml", ("python3.12", RUNTIME))  # `sam build` wants that version of Python
    return deployment


def output(printed: str, key: str) -> str:
    """Returns a value of the table of outputs that `sam deploy` prints."""
    found = re.search(rf"Key\s+{key}\s.*?Value\s+(\S+)", printed, re.DOTALL)
    assert found is not None, printed
    return found[1]


def test_sam(project: Deployment) -> None:
    """Build, deploy, no change, an update, an update that fails and is rolled back, logs, and deletion."""
    project.run("sam", "build")
    deployed = project.run(*DEPLOY)
    assert "Successfully created/updated stack - payment-sam in us-east-1" in deployed
    machine = output(deployed, "StateMachine")
    assert project.pay(machine) == PAID

    unchanged = project.run(*DEPLOY, exit=1)
    assert "No changes to deploy. Stack payment-sam is up to date" in unchanged

    if THOROUGH:
        logs = project.run("sam", "logs", "--stack-name", "payment-sam", "--name", "Bank")
        assert "capture 120 for order 1001" in logs
        assert "Payment" in project.run("sam", "list", "resources", "--stack-name", "payment-sam")
        event = ("--event", '{"order": "7", "item": "cup", "card": "any", "amount": 1}')
        paid = project.run("sam", "remote", "invoke", "Payment", "--stack-name", "payment-sam", *event)
        assert "ship-7" in paid

    project.run(*DEPLOY, "--parameter-overrides", "ApprovalLimit=50")
    assert project.pay(machine) == NOT_APPROVED

    project.edit("payment.asl.json", (STARTS, STARTS_NOWHERE))
    project.run("sam", "build")
    failed = project.run(*DEPLOY, exit=1)
    assert "UPDATE_FAILED" in failed
    assert "Error: Failed to create/update the stack: payment-sam" in failed
    assert "UPDATE_ROLLBACK_COMPLETE" in failed
    assert project.pay(machine) == NOT_APPROVED

    deleted = project.run("sam", "delete", "--no-prompts", "--stack-name", "payment-sam")
    assert "Deleted successfully" in deleted
    assert project.machines() == []


@only_thorough
def test_sam_sync(project: Deployment) -> None:
    """Sync deploys a new stack, and then the code of a function alone."""
    sync = ("sam", "sync", "--stack-name", "payment-sync", "--no-watch")
    synced = project.run(*sync, typed="y\n")
    assert "Stack creation succeeded. Sync infra completed." in synced
    machine = output(synced, "StateMachine")
    assert project.pay(machine) == PAID

    project.edit("../functions/Bank/app.py", ('f"{action}-{order}"', 'f"synced-{order}"'))
    assert "Finished syncing Lambda Function Bank" in project.run(*sync, "--code", typed="y\n")
    assert project.pay(machine)["payment"] == "synced-1001"

    # `sam delete` refuses URLs of templates of nested stacks that are not AWS's, before it calls anything.
    assert sfn(project.home, "stack", "delete", "payment-sync").returncode == 0
    assert project.machines() == []
