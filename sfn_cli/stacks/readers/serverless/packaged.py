"""Reads the output of `serverless package` in .serverless: a template, and the functions' archives."""

from __future__ import annotations

import copy
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.readers.template_file import TemplateFile, read_template_file
from sfn_cli.stacks.stack import FUNCTION, LAYER, Stack, valid_stack_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATE = "serverless-state.json"
_BUCKETS = ("ServerlessDeploymentBucket", "ServerlessDeploymentBucketPolicy")
_BUCKET_OUTPUT = "ServerlessDeploymentBucketName"


def packaged_service_stack(file: TemplateFile, given: Mapping[str, str]) -> Stack:
    """Returns the stack of .serverless/cloudformation-template-update-stack.json. Raises TemplateError."""
    if not isinstance(file.value, dict) or not isinstance(file.value.get("Resources"), dict):
        raise file.error((), "A template must have Resources.")
    template: dict[str, Any] = copy.deepcopy(file.value)
    folder = file.path.parent
    resources = template["Resources"]
    for logical_id in _BUCKETS:
        resources.pop(logical_id, None)
    (template.get("Outputs") or {}).pop(_BUCKET_OUTPUT, None)
    for resource in resources.values():
        _take_local_code(resource, folder)
    state, files = _state(folder)
    declared = template.get("Parameters") or {}
    return Stack(
        kind=ProjectKind.SERVERLESS.value,
        name=valid_stack_name(_service_name(state) or folder.parent.name),
        source=file.path,
        folder=folder.parent,
        template=template,
        parameters={name: value for name, value in given.items() if name in declared},
        places=file.places,
        files=(file.path, *files),
        notes=file.notes,
    )


def _take_local_code(resource: Any, folder: Path) -> None:
    """Points to the archive beside the template instead of the object to which it would be uploaded."""
    if not isinstance(resource, dict) or not isinstance(properties := resource.get("Properties"), dict):
        return
    name = {FUNCTION: "Code", LAYER: "Content"}.get(resource.get("Type", ""))
    if name is not None and isinstance(code := properties.get(name), dict):
        key = code.get("S3Key")
        if isinstance(key, str):
            properties[name] = {"CodeDir": str(folder / PurePosixPath(key).name)}
    if resource.get("Type") == "AWS::Lambda::Version":
        # CodeSha256 is the hash of the archive on AWS.
        properties.pop("CodeSha256", None)


def _state(folder: Path) -> tuple[Any, list[Path]]:
    path = folder / _STATE
    try:
        return read_template_file(path).value, [path]
    except UsageError:
        return {}, []


def _service_name(state: Any) -> str | None:
    """Returns "SERVICE-STAGE" from the package's state."""
    service = state.get("service") if isinstance(state, dict) else None
    if not isinstance(service, dict) or not isinstance(service.get("service"), str):
        return None
    provider = service.get("provider")
    stage = provider.get("stage") if isinstance(provider, dict) else None
    return f"{service['service']}-{stage or 'dev'}"
