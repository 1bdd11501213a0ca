"""The definition that a template's state machine passes to CreateStateMachine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.definitions import machine_definition
from sfn_cli.stacks.readers.cloudformation import read_cloudformation_stack
from sfn_cli.stacks.stack import TemplateError
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "flow.asl.json": '{"StartAt": "${First}",\n "TimeoutSeconds": ${Limit},\n "States": {}}',
    "flow.asl.yaml": "StartAt: ${First}\nTimeoutSeconds: ${Limit}\nStates: {}\n",
    "bad.asl.yaml": "StartAt: a\n b: [\n",
    "template.yaml": "Resources:\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {}\n",
}

VALUES = {"First": "A", "Limit": 5}


def _definition(folder: Path, properties: dict[str, Any]) -> Any:
    write_project(folder, FILES)
    stack = read_cloudformation_stack(folder / "template.yaml")
    return machine_definition(stack, "Flow", properties)


@pytest.mark.parametrize("properties", [
    {"DefinitionString": '{"StartAt": "${First}", "TimeoutSeconds": ${Limit}, "States": {}}'},
    {"DefinitionBody": '{"StartAt": "${First}", "TimeoutSeconds": ${Limit}, "States": {}}'},
    {"Definition": {"StartAt": "${First}", "TimeoutSeconds": 5, "States": {}}},
    {"DefinitionUri": "flow.asl.json"},
    {"DefinitionUri": "flow.asl.yaml"},
])  # fmt: skip
def test_forms(tmp_path: Path, properties: dict[str, Any]) -> None:
    """Every form of a definition works, with its substitutions; a number needs no quotes."""
    if file := properties.get("DefinitionUri"):
        properties = {"DefinitionUri": str(tmp_path / file)}
    found = _definition(tmp_path, {**properties, "DefinitionSubstitutions": VALUES})
    assert json.loads(found.text) == {"StartAt": "A", "TimeoutSeconds": 5, "States": {}}
    assert (found.unfilled, found.file) == ((), tmp_path / file if file else None)
    if file:
        assert len(found.file_text.splitlines()) == 3


def test_a_name_in_another_case(tmp_path: Path) -> None:
    """A definition's file is found even if the template spells it in another case."""
    found = _definition(
        tmp_path, {"DefinitionUri": str(tmp_path / "Flow.asl.json"), "DefinitionSubstitutions": VALUES}
    )
    assert json.loads(found.text)["StartAt"] == "A"


@pytest.mark.parametrize("text, values, filled, unfilled", [
    ("${A} ${A}", {"A": "x"}, "x x", ()),
    ("${A}${B}", {"A": "${B}"}, "${B}${B}", ("B",)),
    ("${A.b}", {"A.b": 1}, "1", ()),
    ("${A} ${B} ${A}", {}, "${A} ${B} ${A}", ("A", "B")),
    ("$A ${} {A}", {}, "$A ${} {A}", ()),
    ("${A} ${B} ${C}", {"A": True, "B": 1.5, "C": ""}, "true 1.5 ", ()),
])  # fmt: skip
def test_substitutions(
    tmp_path: Path, text: str, values: dict[str, Any], filled: str, unfilled: tuple[str, ...]
) -> None:
    """`${Name}` is replaced with its value as text; names without a value are reported."""
    found = _definition(tmp_path, {"DefinitionString": text, "DefinitionSubstitutions": values})
    assert (found.text, found.unfilled) == (filled, unfilled)


@pytest.mark.parametrize("properties, message", [
    ({}, "Flow has no definition. Add Definition or DefinitionUri."),
    ({"DefinitionUri": "/gone.asl.json"},
     "Cannot read the definition /gone.asl.json: No such file or directory"),
    ({"DefinitionS3Location": {"Bucket": "b", "Key": "k"}},
     ("The definition of Flow is in S3 (s3://b/k), which sfn does not read. "
      "Name a local file in DefinitionUri.")),
    ({"DefinitionString": 5}, "DefinitionString must be a string with the definition."),
    ({"DefinitionString": "{}", "DefinitionSubstitutions": {"A": [1]}},
     'The substitution "A" must be a string, a number or a boolean.'),
])  # fmt: skip
def test_error(tmp_path: Path, properties: dict[str, Any], message: str) -> None:
    """A missing definition is an error at the machine in the template."""
    with pytest.raises(TemplateError) as caught:
        _definition(tmp_path, properties)
    assert caught.value.message == message
    assert caught.value.place.file == str(tmp_path / "template.yaml")


def test_definition_that_is_not_yaml(tmp_path: Path) -> None:
    """An error in a YAML file has its place in that file."""
    with pytest.raises(UsageError, match=r"^\S+/bad\.asl\.yaml:2:\d+: invalid YAML: "):
        _definition(tmp_path, {"DefinitionUri": str(tmp_path / "bad.asl.yaml")})
