"""Reading the project at a path, of any kind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sfn_cli.settings import Settings
from sfn_cli.stacks.readers.project import ReadOptions, read_project
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path

ASL = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
MACHINE = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": ASL}}
TEMPLATE = json.dumps({"Resources": {"Flow": MACHINE}})
SAM = "Transform: AWS::Serverless-2016-10-31\nResources: {T: {Type: AWS::Serverless::SimpleTable}}\n"
MANIFEST = json.dumps(
    {
        "version": "36.0.0",
        "artifacts": {
            name: {
                "type": "aws:cloudformation:stack",
                "properties": {"templateFile": f"{name}.template.json"},
            }
            for name in ("Shop", "Other")
        },
    }
)
ASSEMBLY = {"manifest.json": MANIFEST, "Shop.template.json": TEMPLATE, "Other.template.json": TEMPLATE}


@pytest.mark.parametrize("files, path, kinds", [
    ({"template.yaml": SAM}, ".", ["SAM template"]),
    ({"template.json": TEMPLATE}, ".", ["CloudFormation template"]),
    ({"a.asl.json": ASL}, ".", ["folder"]),
    ({"a.asl.json": ASL}, "a.asl.json", ["definition"]),
    (ASSEMBLY, ".", ["CDK app", "CDK app"]),
    (ASSEMBLY, "manifest.json", ["CDK app", "CDK app"]),
    (ASSEMBLY, "Shop.template.json", ["CDK app"]),
])  # fmt: skip
def test_project(tmp_path: Path, files: dict[str, str], path: str, kinds: list[str]) -> None:
    """Each kind of project is read by its reader, and one line names it, but not an sfn folder."""
    write_project(tmp_path / "shop", files)
    lines: list[str] = []
    options = ReadOptions(Settings(str(tmp_path / "home")), {}, may_build=False, report=lines.append)
    project = read_project(tmp_path / "shop" / path, None, options)
    assert [stack.kind for stack in project.stacks] == kinds
    assert len(lines) == (0 if "a.asl.json" in files else 1)


def test_folder_in_a_folder(tmp_path: Path) -> None:
    """A line says which sfn folder was found where the path has none itself."""
    write_project(tmp_path / "shop", {"flows/order/order.asl.json": ASL})
    lines: list[str] = []
    options = ReadOptions(Settings(str(tmp_path / "home")), {}, may_build=False, report=lines.append)
    read_project(tmp_path / "shop", None, options)
    assert lines == [f"Reading the sfn folder {tmp_path / 'shop' / 'flows' / 'order'}"]
