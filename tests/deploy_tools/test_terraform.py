"""Terraform's AWS provider with `sfn serve`: the payment story, with a table and a queue.

Terraform and the provider are not installed by the tests: they run where both are on the machine. The
provider is looked for in the folders that Terraform itself would search, and below /opt.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deploy_tools.deployment import (
    NOT_APPROVED,
    PAID,
    STARTS,
    STARTS_NOWHERE,
    Deployment,
    copy_project,
    tool_environment,
)
from tests.pictures import EXAMPLES
from tests.processes import serving
from tests.thoroughness import only_thorough

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

MACHINE = "payment-terraform-machine"
PROVIDER = "*/hashicorp/aws"
ORDERS = """
resource "aws_dynamodb_table" "orders" {
  name         = "${var.prefix}-orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sqs_queue" "orders" {
  name = "${var.prefix}-orders"
}
"""


def provider_mirror() -> Path | None:
    """Returns a folder that has the AWS provider."""
    mirrors = [
        *(Path(folder) for folder in os.environ.get("SFN_TERRAFORM_PLUGINS", "").split(os.pathsep) if folder),
        Path.home() / ".terraform.d" / "plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
        *sorted(Path("/opt").glob("*")),
    ]
    return next((mirror for mirror in mirrors if any(mirror.glob(PROVIDER))), None)


@pytest.fixture
def module(home: Path, tmp_path: Path) -> Iterator[Deployment]:
    """The payment's module with an initialised Terraform, which deploys to an `sfn serve`."""
    terraform, mirror = shutil.which("terraform"), provider_mirror()
    if terraform is None or mirror is None:
        pytest.skip("Terraform or its AWS provider is not installed")
    config = tmp_path / "terraform.rc"
    config.write_text(f'provider_installation {{ filesystem_mirror {{ path = "{mirror}" }} }}\n')
    folder = copy_project(EXAMPLES / "payment", tmp_path / "payment") / "terraform"
    zip_functions(folder)
    (folder / "orders.tf").write_text(ORDERS)
    with serving(home) as url:
        keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
        endpoint = {"AWS_ENDPOINT_URL": url, **keys, "TF_CLI_CONFIG_FILE": str(config)}
        deployment = Deployment(home, folder, tool_environment(home, endpoint))
        deployment.run("terraform", "init", "-no-color")
        yield deployment


def zip_functions(folder: Path) -> None:
    """Makes the zip files of the functions without the archive provider, which may be missing."""
    (folder / "build").mkdir()
    for code in (folder.parent / "functions").iterdir():
        with zipfile.ZipFile(folder / "build" / f"{code.name}.zip", "w") as archive:
            archive.write(code / "app.py", "app.py")
    main = (folder / "main.tf").read_text()
    head, _, rest = main.partition('data "archive_file" "code" {')
    main = head + rest.partition("\n}\n")[2]
    main = "".join(line for line in main.splitlines(True) if "hashicorp/archive" not in line)
    file = '"${path.module}/build/${each.key}.zip"'
    main = main.replace("data.archive_file.code[each.key].output_path", file)
    main = main.replace("data.archive_file.code[each.key].output_base64sha256", f"filebase64sha256({file})")
    (folder / "main.tf").write_text(main)


@only_thorough
def test_terraform(module: Deployment) -> None:
    """Apply, an empty plan, an update, an update that fails, and destroy."""
    applied = module.run("terraform", "apply", "-auto-approve", "-no-color")
    assert "Apply complete! Resources: 10 added, 0 changed, 0 destroyed." in applied
    assert module.pay(MACHINE) == PAID
    assert "No changes." in module.run("terraform", "plan", "-detailed-exitcode", "-no-color")

    limit = ("-var", "approval_limit=50")
    updated = module.run("terraform", "apply", "-auto-approve", "-no-color", *limit)
    assert "Apply complete! Resources: 0 added, 1 changed, 0 destroyed." in updated
    assert module.pay(MACHINE) == NOT_APPROVED

    module.edit("../sam/payment.asl.json", (STARTS, STARTS_NOWHERE))
    failed = module.run("terraform", "apply", "-auto-approve", "-no-color", *limit, exit=1)
    assert "Error: invalid Step Functions State Machine definition" in failed
    module.edit("../sam/payment.asl.json", (STARTS_NOWHERE, STARTS))

    destroyed = module.run("terraform", "destroy", "-auto-approve", "-no-color", *limit)
    assert "Destroy complete! Resources: 10 destroyed." in destroyed
    assert module.machines() == []
