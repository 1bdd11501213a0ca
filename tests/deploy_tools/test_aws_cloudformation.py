"""`aws cloudformation package` and `deploy`, of version 1 of the aws CLI: the payment story."""

from __future__ import annotations

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
    tool_environment,
)
from tests.pictures import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

STACK = ("--stack-name", "payment-aws")
CAPABILITIES = ("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
DEPLOY = ("aws", "cloudformation", "deploy", "--template-file", "packaged.yaml", *STACK, *CAPABILITIES)
FAILS = (
    "Failed to create/update the stack. Run the following command\n"
    "to fetch the list of events leading up to the failure\n"
    "aws cloudformation describe-stack-events --stack-name payment-aws"
)


@pytest.fixture
def template(endpoint_home: Path, tmp_path: Path) -> Deployment:
    """The payment's SAM template, with an endpoint and a bucket for its files."""
    folder = copy_project(EXAMPLES / "payment", tmp_path / "payment") / "sam"
    deployment = Deployment(
        endpoint_home, folder, tool_environment(endpoint_home, endpoint_variables(endpoint_home))
    )
    deployment.run("aws", "s3", "mb", "s3://artifacts")
    return deployment


def package(template: Deployment) -> None:
    template.run(
        "aws", "cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", "artifacts",
        "--output-template-file", "packaged.yaml",
    )  # fmt: skip


def stack_status(template: Deployment) -> str:
    status = ("--query", "Stacks[0].StackStatus", "--output", "text")
    return template.run("aws", "cloudformation", "describe-stacks", *STACK, *status).strip()


def test_package_and_deploy(template: Deployment) -> None:
    """Deploy, no change, an update, an update that fails and is rolled back, and deletion."""
    package(template)
    assert "Successfully created/updated stack - payment-aws" in template.run(*DEPLOY)
    machine = template.run(
        "aws", "cloudformation", "describe-stacks", *STACK, "--output", "text",
        "--query", "Stacks[0].Outputs[?OutputKey=='StateMachine'].OutputValue",
    ).strip()  # fmt: skip
    assert template.pay(machine) == PAID

    unchanged = template.run(*DEPLOY, exit=255)
    assert "No changes to deploy. Stack payment-aws is up to date" in unchanged
    template.run(*DEPLOY, "--no-fail-on-empty-changeset")

    template.run(*DEPLOY, "--parameter-overrides", "ApprovalLimit=50")
    assert (stack_status(template), template.pay(machine)) == ("UPDATE_COMPLETE", NOT_APPROVED)

    template.edit("payment.asl.json", (STARTS, STARTS_NOWHERE))
    package(template)
    assert FAILS in template.run(*DEPLOY, exit=255)
    assert (stack_status(template), template.pay(machine)) == ("UPDATE_ROLLBACK_COMPLETE", NOT_APPROVED)

    template.run("aws", "cloudformation", "delete-stack", *STACK)
    template.run("aws", "cloudformation", "wait", "stack-delete-complete", *STACK)
    assert template.machines() == []


def test_a_stack_that_cannot_be_created(template: Deployment) -> None:
    """It is rolled back, and then only a deletion is possible."""
    template.edit("payment.asl.json", (STARTS, STARTS_NOWHERE))
    package(template)
    assert FAILS in template.run(*DEPLOY, exit=255)
    assert stack_status(template) == "ROLLBACK_COMPLETE"
    assert "is in ROLLBACK_COMPLETE state and can not be updated." in template.run(*DEPLOY, exit=255)
    template.run("aws", "cloudformation", "delete-stack", *STACK)
    assert "Stack with id payment-aws does not exist" in template.run(
        "aws", "cloudformation", "describe-stacks", *STACK, exit=255
    )
