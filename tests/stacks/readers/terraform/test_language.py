"""Terraform's language: values of expressions, and errors at their place."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.readers.terraform.read import read_terraform_module
from sfn_cli.stacks.stack import TemplateError
from tests.stacks.project_files import write_project
from tests.stacks.readers.terraform.expressions import EXPRESSIONS, FILES, module_of_expressions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("expressions")
    write_project(folder, {**FILES, "main.tf": module_of_expressions()})
    return folder


@pytest.fixture(scope="module")
def outputs(module: Path) -> dict[str, Any]:
    return dict(read_terraform_module(module).template["Outputs"])


@pytest.mark.parametrize("number", range(len(EXPRESSIONS)), ids=lambda number: EXPRESSIONS[number][0])
def test_expression(outputs: dict[str, Any], number: int) -> None:
    assert json.loads(outputs[f"o{number}"]["Value"]) == EXPRESSIONS[number][1]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform")
def test_expressions_in_terraform(module: Path) -> None:
    """The values above are the same as Terraform's."""
    values = ", ".join(f"local.e{number}" for number in range(len(EXPRESSIONS)))
    done = subprocess.run(
        ["terraform", "console"],
        cwd=module,
        input=f"jsonencode([{values}])\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(json.loads(done.stdout)) == [value for _, value in EXPRESSIONS]


MACHINE = """resource "aws_sfn_state_machine" "m" {
  name       = "m"
  role_arn   = "arn:aws:iam::123456789012:role/r"
  definition = %s
}
"""


EXPANDING = "a0: &a0 x\\n" + "\\n".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, 8)
)
"""YAML whose aliases expand to ten million strings."""


@pytest.mark.parametrize(
    "definition, message",
    [
        ("var.nme", '4:19: There is no variable "nme". Did you mean "name"?'),
        ("local.x", '4:21: There is no local value "x".'),
        ("nme.x", '4:16: Unknown name "nme".'),
        ("nofunction(1)", '4:16: There is no function "nofunction".'),
        ("joinn(1)", '4:16: There is no function "joinn". Did you mean "join"?'),
        ("join()", "4:16: The function join needs at least 1 argument, not 0"),
        ("aws_sqs_queue.none.url", '4:16: Unknown name "aws_sqs_queue".'),
        ("aws_sfn_state_machine.n.arn", "4:37: There is no aws_sfn_state_machine.n."),
        ('"${[1]} x"', "4:19: A list cannot be used as a string"),
        ('1 + "a"', "4:18: 'a' is not a number"),
        ("[1][2]", "4:19: [2] is out of range for a list of length 1"),
        ('file("absent.json")', "4:16: Cannot read absent.json: No such file or directory"),
        ('"no end', "4:16: This string has no closing quote"),
        ("<<EOT\nx\n", "4:16: This heredoc has no end. Add a line with EOT"),
        ("[1, 2", '5:1: Expected "," between the items of a list, not "}"'),
        ("(" * 1000, "4:115: More than 100 levels of nesting"),
        ("1" * 5000, "4:16: The number has more than 1000 digits"),
        (
            f'yamldecode("{EXPANDING}")',
            "4:16: Yamldecode: invalid YAML: the value is too large with its aliases expanded",
        ),
        ("1 1", '4:18: Expected the end of the line, not "1"'),
        ("local.loop", "1:22: Circular reference: local.loop → local.loop"),
    ],
)
def test_error(tmp_path: Path, definition: str, message: str) -> None:
    """An error in an expression that a resource needs has file, line and column."""
    text = MACHINE % definition
    if "loop" in definition:
        text = "locals { loop = local.loop }\n" + text
    write_project(tmp_path, {"main.tf": text, "variables.tf": 'variable "name" {\n  default = "n"\n}\n'})
    with pytest.raises(TemplateError) as caught:
        read_terraform_module(tmp_path)
    assert str(caught.value) == f"{tmp_path}/main.tf:{message}"


def test_error_in_a_template_file(tmp_path: Path) -> None:
    """An error in the file of templatefile has its place in that file."""
    write_project(
        tmp_path,
        {
            "main.tf": MACHINE % 'templatefile("m.asl.json", { Queue = "q" })',
            "m.asl.json": '{\n  "StartAt": "${Start}"\n}\n',
        },
    )
    with pytest.raises(TemplateError) as caught:
        read_terraform_module(tmp_path)
    message = 'The template has no variable "Start". Pass it in the second argument'
    assert str(caught.value) == f"{tmp_path}/m.asl.json:2:17: {message}"


def test_what_nothing_needs_may_be_wrong(tmp_path: Path) -> None:
    """Only what a resource needs is evaluated."""
    text = 'locals {\n  broken = nofunction()\n}\noutput "x" {\n  value = local.broken\n}\n'
    write_project(tmp_path, {"main.tf": text + MACHINE % '"{}"'})
    stack = read_terraform_module(tmp_path)
    assert stack.resources["m"]["Properties"]["DefinitionString"] == "{}"
    assert stack.template["Outputs"] == {}
