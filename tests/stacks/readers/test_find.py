"""Finding the project at a path, and its kind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.find import find_project
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path

CFN = "Resources:\n  Q: {Type: AWS::SQS::Queue}\n"
SAM = f"Transform: AWS::Serverless-2016-10-31\n{CFN}"
SAM_JSON = '{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}'
EMPTY = "Transform: AWS::Serverless-2016-10-31\nResources:\n\n# none yet\nOutputs:\n"
ASL = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
SLS = "service: shop\nprovider: {name: aws}\nfunctions: {}\n"
STATE = '{"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}'


@pytest.mark.parametrize("files, message", [
    ({"template.yaml": SAM, "cdk.json": "{}", "serverless.yml": SLS, "a.tf": "", "a.asl.json": ASL},
     "SAM template template.yaml"),
    ({"template.yml": CFN, "cdk.json": "{}"}, "CloudFormation template template.yml"),
    ({"template.json": SAM_JSON}, "SAM template template.json"),
    ({"template.yaml": EMPTY, "cdk.json": "{}"}, "CDK app cdk.json"),
    ({"template.yaml": "a: 1", "stack.yaml": CFN, "package.json": "{}"},
     "CloudFormation template stack.yaml"),
    ({"shop.template": SAM_JSON}, "SAM template shop.template"),
    ({"a.yaml": CFN, "b.yaml": CFN, "main.tf": ""}, "Terraform module ."),
    ({"a.yaml": CFN, "b.yaml": f"{CFN}  M: {{Type: AWS::StepFunctions::StateMachine}}\n"},
     "CloudFormation template b.yaml"),
    ({"cdk.json": "{}", "serverless.yml": SLS, "a.tf": ""}, "CDK app cdk.json"),
    ({"cdk.out/manifest.json": '{"artifacts": {}}'}, "CDK cloud assembly cdk.out"),
    ({"manifest.json": '{"artifacts": {}}', "S.template.json": '{"Resources": {"A": 1}}'},
     "CDK cloud assembly ."),
    ({"serverless.yaml": SLS, "a.tf": "", "a.asl.json": ASL}, "Serverless service serverless.yaml"),
    ({"main.tf": "", "a.asl.json": ASL}, "Terraform module ."),
    ({"a.asl.json": ASL, "input.json": "{}"}, "definition ."),
    ({"a.asl.yaml": "StartAt: A"}, "definition ."),
    ({"infra/template.yaml": SAM, "README.md": "", "code/a.asl.json": ASL},
     "SAM template infra/template.yaml"),
    ({"a/b/cdk.json": "{}", "node_modules/x/template.yaml": CFN, ".git/template.yaml": CFN},
     "CDK app a/b/cdk.json"),
])  # fmt: skip
def test_folder(tmp_path: Path, files: dict[str, str], message: str) -> None:
    """The first kind of project is used; a folder without a project is searched for one."""
    write_project(tmp_path, files)
    found = find_project(None, None, tmp_path).message
    assert found.replace(f"{tmp_path}/", "").replace(str(tmp_path), ".") == f"Reading the {message}"


@pytest.mark.parametrize("files, message", [
    ({}, ("No project found in PROJECT. sfn looks for *.asl.json, *.asl.yaml, template.yaml, cdk.json, "
          "serverless.yml and *.tf.")),
    ({"a/template.yaml": CFN, "b/cdk.json": "{}"},
     "PROJECT contains several projects. Name one: PROJECT/a/template.yaml, PROJECT/b"),
    ({"one.yaml": CFN, "two.yaml": CFN},
     "PROJECT contains several templates. Name one with -t: PROJECT/one.yaml, PROJECT/two.yaml"),
    ({"serverless.ts": "export default {}"},
     ("PROJECT/serverless.ts is a program. "
      "Run `serverless package`: sfn reads its output in .serverless.")),
])  # fmt: skip
def test_folder_without_a_project(tmp_path: Path, files: dict[str, str], message: str) -> None:
    """No project, several projects and an unreadable program are each a one-line error."""
    write_project(tmp_path, files)
    with pytest.raises(UsageError) as caught:
        find_project(tmp_path, None, tmp_path)
    assert str(caught.value) == message.replace("PROJECT", str(tmp_path))


@pytest.mark.parametrize("name, text, message", [
    ("any.yaml", SAM, "SAM template any.yaml"),
    ("any.txt", SAM_JSON, "SAM template any.txt"),
    ("broken.yaml", "Resources:\n  A: [\n", "CloudFormation template broken.yaml"),
    ("cdk.json", "{}", "CDK app cdk.json"),
    ("manifest.json", '{"artifacts": {}}', "CDK cloud assembly manifest.json"),
    ("serverless.yml", SLS, "Serverless service serverless.yml"),
    (".serverless/cloudformation-template-update-stack.json", '{"Resources": {"A": 1}}',
     "Serverless service .serverless/cloudformation-template-update-stack.json"),
    ("main.tf", "", "Terraform module ."),
    ("state.json", STATE, "Terraform state or plan state.json"),
    ("a.asl.json", ASL, "definition a.asl.json"),
    ("machine.json", ASL, "definition machine.json"),
    ("machine.yaml", "StartAt: A\nStates: {}\n", "definition machine.yaml"),
])  # fmt: skip
def test_file(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A file is recognised by its content, as --template or as the path."""
    write_project(tmp_path, {name: text})
    for path, template in ((tmp_path / name, None), (None, tmp_path / name), (tmp_path, tmp_path / name)):
        found = find_project(path, template, tmp_path).message
        assert found.replace(f"{tmp_path}/", "").replace(str(tmp_path), ".") == f"Reading the {message}"


@pytest.mark.parametrize("name, text, message", [
    ("notes.yaml", "a: 1", "is neither a template nor a definition"),
    ("empty.yaml", EMPTY, "has no Resources"),
])  # fmt: skip
def test_file_of_no_project(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A file that is not a project, and a missing file, are rejected."""
    write_project(tmp_path, {name: text})
    with pytest.raises(UsageError, match=message):
        find_project(None, tmp_path / name, tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        find_project(tmp_path / "gone", None, tmp_path)


def test_build_of_sam(tmp_path: Path) -> None:
    """A built template is used while it is newer than every source file."""
    write_project(tmp_path, {"template.yaml": SAM, "src/app.py": "", ".aws-sam/build/template.yaml": SAM})
    built = tmp_path / ".aws-sam/build/template.yaml"
    for name, at in (("template.yaml", 100), ("src/app.py", 200), (".aws-sam/build/template.yaml", 300)):
        os.utime(tmp_path / name, (at, at))
    found = find_project(tmp_path, None, tmp_path)
    assert found.path == built
    assert found.message == f"Reading the SAM template {built}, which is newer than every source file"
    os.utime(tmp_path / "src/app.py", (400, 400))
    found = find_project(tmp_path, None, tmp_path)
    assert found.path == tmp_path / "template.yaml"
    assert found.message.endswith(f"(the build in .aws-sam is older than {tmp_path}/src/app.py)")
    assert find_project(None, built, tmp_path).path == built
