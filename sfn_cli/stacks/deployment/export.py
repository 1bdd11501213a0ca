"""Writes a resolved stack as a CloudFormation template, with its definitions and code in files.

    FOLDER/
    ├── template.json            CloudFormation, with every value and every name resolved
    ├── input.json               the project's
    ├── OrderFlow.asl.json       the definition of each state machine
    ├── functions/Price/         the code of each function that is a folder or a zip
    └── layers/Common/

The folder is itself a project: `sfn run FOLDER` runs it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import SfnError, UsageError
from sfn_cli.stacks.definitions import with_inline_definition
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.deployment.deploy import deploy_evaluation, deployed_name
from sfn_cli.stacks.resources.resource import CreatedResource, Extent
from sfn_cli.stacks.resources.table import resource_type
from sfn_cli.stacks.stack import FUNCTION, LAYER, STATE_MACHINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.deploy import DeployOptions
    from sfn_cli.stacks.stack import Stack

TEMPLATE = "template.json"

_NOT_EXPORTED = frozenset({"__pycache__", ".git", ".venv", "cdk.out", ".aws-sam"})
_NODE_PACKAGES = "node_modules"

_CODE = {FUNCTION: ("Code", "functions"), LAYER: ("Content", "layers")}


def export_stack(service: Service, stack: Stack, options: DeployOptions, folder: Path) -> Iterator[Path]:
    """Writes the files of a stack and yields each file or folder that it wrote.

    Creates no resources. Raises UsageError, also if the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty. Name a new or an empty folder.")
    try:
        yield from _export_resources(service, stack, options, folder)
    except SfnError:
        shutil.rmtree(folder, ignore_errors=True)  # it was empty before
        raise


def _export_resources(service: Service, stack: Stack, options: DeployOptions, folder: Path) -> Iterator[Path]:
    name = deployed_name(service, stack, options)
    evaluation = deploy_evaluation(service, stack, options, name, is_planned=True)
    created: dict[str, CreatedResource] = {}
    resources = {}
    folder.mkdir(parents=True, exist_ok=True)
    for logical_id in evaluation.order:
        resource = stack.resources[logical_id]
        row = resource_type(resource["Type"])
        is_created = row.extent is Extent.CREATED
        properties = (evaluation.properties if is_created else evaluation.resolvable_properties)(
            logical_id, created
        )
        naming = names.resource_naming(service.settings, name, str(stack.folder), logical_id)
        created[logical_id] = row.predict(naming, properties)
        if row.extent is Extent.NAMED:
            continue
        if row.name_property is not None:
            properties.setdefault(row.name_property, _own_name(created[logical_id]))
        if resource["Type"] == STATE_MACHINE:
            properties, _ = with_inline_definition(stack, logical_id, properties)
        yield from _export_files(resource["Type"], logical_id, properties, folder)
        resources[logical_id] = {
            "Type": resource["Type"],
            **{member: resource[member] for member in ("DeletionPolicy", "Metadata") if member in resource},
            "Properties": properties,
        }
    outputs = {
        output.name: {
            "Value": output.value,
            **({"Description": output.description} if output.description else {}),
        }
        for output in evaluation.outputs(created)
    }
    own_input = stack.folder / "input.json"
    if own_input.is_file():
        yield Path(shutil.copyfile(own_input, folder / own_input.name))
    path = folder / TEMPLATE
    template = {"Resources": resources, **({"Outputs": outputs} if outputs else {})}
    text = json.dumps(template, indent=2, ensure_ascii=False) + "\n"
    secrets = [
        name for name, value in evaluation.hidden_parameters.items() if json.dumps(value)[1:-1] in text
    ]
    path.touch(0o600 if secrets else 0o666)
    path.write_text(text, encoding="utf-8")
    yield path
    if secrets:
        options.report(f"{path} contains the value of {', '.join(secrets)} (NoEcho). Do not share this file.")


def _own_name(created: CreatedResource) -> str:
    """Returns a resource's name from its physical id, which may be an ARN or a URL."""
    return created.physical_id.replace("/", ":").rpartition(":")[2]


def _export_files(type: str, logical_id: str, properties: dict[str, Any], folder: Path) -> Iterator[Path]:
    """Copies the files that a resource's properties point to, and points the properties to the copies."""
    if type == STATE_MACHINE and "DefinitionString" in properties:
        path = folder / f"{_file_name(logical_id)}.asl.json"
        path.write_text(_readable_definition(properties.pop("DefinitionString")), encoding="utf-8")
        properties["DefinitionUri"] = path.name
        yield path
    elif type in _CODE:
        member, inner = _CODE[type]
        yield from _export_code(properties, member, folder / inner / _file_name(logical_id), folder)


def _export_code(properties: dict[str, Any], member: str, target: Path, folder: Path) -> Iterator[Path]:
    code: Mapping[str, Any] = properties.get(member) or {}
    if "CodeDir" not in code:
        return
    source = Path(code["CodeDir"])
    if source.is_dir():
        _copy_code(source, target, folder)
    elif source.is_file():
        target = target.with_name(target.name + source.suffix)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    else:
        raise UsageError(f"The code of {target.name} does not exist: {source}")
    properties[member] = str(target.relative_to(folder))
    yield target


def _copy_code(source: Path, target: Path, folder: Path) -> None:
    """Copies a folder of code, without build output and without the export itself."""

    def left_out(parent: str, names: list[str]) -> set[str]:
        own = {name for name in names if os.path.realpath(os.path.join(parent, name)) == exported}
        # Without a package.json, no build restores node_modules, as in a layer: it is copied as code.
        if "package.json" in names and _NODE_PACKAGES not in Path(parent).relative_to(source).parts:
            own.add(_NODE_PACKAGES)
        return own | _NOT_EXPORTED

    exported = os.path.realpath(folder)
    try:
        shutil.copytree(source, target, ignore=left_out, ignore_dangling_symlinks=True)
    except OSError as error:  # shutil.Error has a list of them
        raise UsageError(f"Cannot copy {source}: {error.strerror or error}") from None


def _readable_definition(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    except ValueError:
        return text


def _file_name(logical_id: str) -> str:
    return logical_id.replace("/", "-")
