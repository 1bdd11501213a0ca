"""The Serverless Framework 3 with its plugin for Step Functions: the payment story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy_tools.deployment import (
    NOT_APPROVED,
    PAID,
    Deployment,
    copy_project,
    endpoint_variables,
    needs,
    tool_environment,
)
from tests.deploy_tools.installation import SERVERLESS
from tests.pictures import EXAMPLES
from tests.thoroughness import only_thorough

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MACHINE = "payment-dev-payment"


@pytest.fixture
def service(endpoint_home: Path, tmp_path: Path) -> Deployment:
    """The payment's service; the packages are above it, so that they are not in its zip file."""
    folder = copy_project(EXAMPLES / "payment", tmp_path / "payment") / "serverless"
    (tmp_path / "node_modules").symlink_to(needs(SERVERLESS).folder / "node_modules")
    endpoint = endpoint_variables(endpoint_home, "--shim")
    return Deployment(endpoint_home, folder, tool_environment(endpoint_home, endpoint, SERVERLESS.bin))


@only_thorough
def test_serverless(service: Deployment) -> None:
    """Deploy, no change, an update, an update that fails and is rolled back, and remove."""
    assert "✔ Service deployed to stack payment-dev" in service.run("serverless", "deploy")
    assert service.pay(MACHINE) == PAID
    assert "No changes to deploy." in service.run("serverless", "deploy")

    service.run("serverless", "deploy", "--param", "approvalLimit=50")
    assert service.pay(MACHINE) == NOT_APPROVED

    service.edit("payment.asl.yml", ("StartAt: Reserve", "StartAt: Nowhere"))
    failed = service.run("serverless", "deploy", exit=1)
    assert "UPDATE_FAILED: PaymentStateMachine (AWS::StepFunctions::StateMachine)" in failed
    assert service.pay(MACHINE) == NOT_APPROVED

    assert "✔ Service payment has been successfully removed" in service.run("serverless", "remove")
    assert service.machines() == []
