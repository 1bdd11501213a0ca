"""States and plans in the output of `terraform show -json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.readers.terraform.state_json import read_terraform_json
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:lambda:eu-west-1:999999999999:function:price"


def resource(type: str, name: str, values: dict[str, Any], mode: str = "managed") -> dict[str, Any]:
    prefix = "data." if mode == "data" else ""
    return {
        "address": f"{prefix}{type}.{name}",
        "mode": mode,
        "type": type,
        "name": name,
        "values": values,
    }


def test_state(tmp_path: Path) -> None:
    """ARNs of created resources become references; archives become their sources."""
    function = {
        "function_name": "price",
        "arn": ARN,
        "filename": "./f.zip",
        "handler": "app.handler",
        "runtime": "python3.12",
        "environment": [{"variables": {"A": "b"}}],
    }
    archive = {"output_path": "f.zip", "source_dir": "src"}
    machine = {"name": "orders", "definition": json.dumps({"Resource": ARN}), "type": "STANDARD"}
    child = {"resources": [resource("aws_sqs_queue", "q", {"name": "q", "url": "https://sqs/9/q"})]}
    root = {
        "resources": [
            resource("aws_lambda_function", "price", function),
            resource("aws_sfn_state_machine", "orders", machine),
            resource("aws_glue_job", "j", {"name": "j"}),
            resource("archive_file", "a", archive, "data"),
        ],
        "child_modules": [{"address": "module.m", **child}],
    }
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"format_version": "1.0", "values": {"root_module": root}}))
    stack = read_terraform_json(path)
    assert stack.resources["orders"]["Properties"]["DefinitionString"] == {
        "Fn::Join": ["", ['{"Resource": "', {"Fn::GetAtt": ["price", "Arn"]}, '"}']]
    }
    assert stack.resources["price"]["Properties"]["Code"] == {"CodeDir": str(tmp_path / "src")}
    assert stack.resources["price"]["Properties"]["Environment"] == {"Variables": {"A": "b"}}
    assert stack.resources["j_glue_job"]["Type"] == "Terraform::aws_glue_job"
    assert stack.resources["q_sqs_queue"]["Type"] == "AWS::SQS::Queue"


def test_plan_without_a_definition(tmp_path: Path) -> None:
    """A plan does not have values that are known only after `terraform apply`."""
    root = {"resources": [resource("aws_sfn_state_machine", "orders", {"name": "orders"})]}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"format_version": "1.2", "planned_values": {"root_module": root}}))
    with pytest.raises(TemplateError) as caught:
        read_terraform_json(path)
    assert caught.value.message == (
        "The definition of aws_sfn_state_machine.orders is known only after `terraform apply`. "
        "Name the module's folder or its state instead of the plan."
    )


def test_another_file(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("{}")
    with pytest.raises(TemplateError, match="has no resources"):
        read_terraform_json(path)
