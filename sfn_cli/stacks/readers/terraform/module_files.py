"""The files of a module, and the values of the root module's variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.stacks.readers.terraform.language.evaluator import evaluate
from sfn_cli.stacks.readers.terraform.language.json_syntax import parse_json_body
from sfn_cli.stacks.readers.terraform.language.parser import parse_hcl_body, parse_hcl_expression
from sfn_cli.stacks.readers.terraform.language.syntax import Block, HclBody, SourceText
from sfn_cli.stacks.stack import SourcePlace, TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.terraform.language.evaluator import HclScope
    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.project import TerraformProject

_MAX_FILES = 1000


def module_files(folder: Path) -> list[Path]:
    """Returns a module's files in reading order: override files last."""
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.name.endswith((".tf", ".tf.json")) and not path.name.startswith(".") and path.is_file()
    ]
    return sorted(files, key=_is_override)[:_MAX_FILES]


def _is_override(path: Path) -> bool:
    stem = path.name.removesuffix(".json").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


def read_module_body(project: TerraformProject, folder: Path) -> HclBody:
    """Returns the blocks in all files of a module. Raises TemplateError, UsageError."""
    whole = HclBody()
    try:
        files = module_files(folder)
    except OSError as error:
        raise UsageError(f"Cannot read {folder}: {error.strerror or error}") from None
    for path in files:
        source = read_source(path)
        project.file_functions.files[path] = None
        body = parse_json_body(source) if path.suffix == ".json" else parse_hcl_body(source)
        if _is_override(path):
            _override(whole, body)
        else:
            whole.blocks += body.blocks
    return whole


def read_source(path: Path) -> SourceText:
    try:
        return SourceText(str(path), read_input_text(path, PROJECT_FILE_BYTES).removeprefix("\ufeff"))
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise TemplateError(SourcePlace(str(path), 1, 1), "The file is not UTF-8 text") from None


def _override(whole: HclBody, body: HclBody) -> None:
    """Changes the blocks to which an override file has arguments."""
    for block in body.blocks:
        for other in whole.blocks:
            if (other.type, other.labels) == (block.type, block.labels):
                other.body.attributes.update(block.body.attributes)
                replaced = {each.type for each in block.body.blocks}
                other.body.blocks = [each for each in other.body.blocks if each.type not in replaced]
                other.body.blocks += block.body.blocks
                break
        else:
            whole.blocks.append(block)


def variable_values(
    folder: Path,
    variables: Mapping[str, Block],
    given: Mapping[str, str],
    project: TerraformProject,
    scope: HclScope,
) -> dict[str, Value]:
    """Returns the given values of the root module's variables, by Terraform's precedence.

    That is TF_VAR_NAME, then terraform.tfvars, then *.auto.tfvars, then the user's parameters.
    """
    found: dict[str, Value] = {}
    for name, block in variables.items():
        if (text := project.environment.get(f"TF_VAR_{name}")) is not None:
            found[name] = _value_of_text(text, block, f"TF_VAR_{name}", scope)
    names = ["terraform.tfvars", "terraform.tfvars.json"]
    names += sorted(path.name for path in folder.glob("*.auto.tfvars*"))
    for path in (folder / name for name in names):
        if path.is_file():
            found |= _values_of_file(path, project, scope)
    for name, text in given.items():
        if name in variables:
            found[name] = _value_of_text(text, variables[name], f"--parameter {name}", scope)
    return found


def _values_of_file(path: Path, project: TerraformProject, scope: HclScope) -> dict[str, Value]:
    project.file_functions.files[path] = None
    source = read_source(path)
    if path.suffix == ".json":
        try:
            found = json.loads(source.text)
        except (ValueError, RecursionError) as error:
            raise TemplateError(SourcePlace(source.file, 1, 1), f"Invalid JSON: {error}") from None
        return found if isinstance(found, dict) else {}
    body = parse_hcl_body(source)
    return {name: evaluate(each.expression, scope) for name, each in body.attributes.items()}


def _value_of_text(text: str, block: Block, origin: str, scope: HclScope) -> Value:
    """Returns a value that is given as text: HCL, unless the variable is a string."""
    type = block.body.attributes.get("type")
    default = block.body.attributes.get("default")
    name = getattr(type.expression, "name", None) if type else None
    if type is None and default is not None:
        value = evaluate(default.expression, scope)
        name = "any" if isinstance(value, list | dict) else "string"
    if name in {None, "string", "number", "bool"} and not (type is not None and name is None):
        return text
    return evaluate(parse_hcl_expression(SourceText(origin, text)), scope)
