"""The CDK's CLI: the payment story, from `cdk deploy` to `cdk destroy`, and `cdk bootstrap`."""

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
from tests.deploy_tools.installation import CDK
from tests.pictures import EXAMPLES
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DEPLOY = ("cdk", "deploy", "--require-approval", "never")
SYNTHESISED = ("--app", "cdk.out")
"""Uses the output of the command before, which takes half of the time."""
DEFINITION = "../sam/payment.asl.json"


@pytest.fixture
def app(endpoint_home: Path, tmp_path: Path) -> Deployment:
    """The payment's CDK app and its packages, with an endpoint."""
    folder = copy_project(EXAMPLES / "payment", tmp_path / "payment") / "cdk"
    (folder / "node_modules").symlink_to(needs(CDK).folder / "node_modules")
    endpoint = endpoint_variables(endpoint_home)
    return Deployment(endpoint_home, folder, tool_environment(endpoint_home, endpoint, CDK.bin))


def test_cdk(app: Deployment) -> None:
    """Deploy without a bootstrap, an update, diff, hotswap, and destroy.

    With SFN_THOROUGH also no change, an update that fails, and bootstrap.
    """
    deployed = app.run(*DEPLOY)
    assert "✅  payment-cdk" in deployed
    found = re.search(r"payment-cdk\.StateMachine = (\S+)", deployed)
    assert found is not None, deployed
    machine = found[1]
    assert app.pay(machine) == PAID
    if THOROUGH:
        assert "✅  payment-cdk (no changes)" in app.run(*DEPLOY, *SYNTHESISED)

    app.run(*DEPLOY, *SYNTHESISED, "--parameters", "ApprovalLimit=50")
    assert app.pay(machine) == NOT_APPROVED

    app.edit("../functions/Bank/app.py", ('f"{action}-{order}"', 'f"swapped-{order}"'))
    assert "[~] AWS::Lambda::Function Bank" in app.run("cdk", "diff")
    assert "hotswapped!" in app.run(*DEPLOY, *SYNTHESISED, "--hotswap")
    assert app.pay(machine) == NOT_APPROVED

    if THOROUGH:
        app.edit(DEFINITION, (STARTS, STARTS_NOWHERE))
        failed = app.run(*DEPLOY, exit=1)
        assert "❌  payment-cdk failed to deploy" in failed
        assert "DeploymentError: Resource updates failed" in failed
        assert app.pay(machine) == NOT_APPROVED

    assert "✅  payment-cdk: destroyed" in app.run("cdk", "destroy", "--force", *SYNTHESISED)
    assert app.machines() == []

    if THOROUGH:
        place = "aws://123456789012/us-east-1"
        assert f"✅  Environment {place} bootstrapped." in app.run("cdk", "bootstrap", place)
