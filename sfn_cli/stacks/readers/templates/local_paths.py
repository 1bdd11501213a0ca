"""Local paths in the properties of a template's resources, as `package` and `deploy` accept them.

A path becomes absolute, in the form of a stack (stack.py). aws-sam-translator rejects local paths, so
those of SAM's types are replaced with addresses, and restored after the transform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.stacks.stack import FUNCTION, LAYER, STATE_MACHINE

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft

_BUCKET = "sfn-local-paths"

SAM_FUNCTION = "AWS::Serverless::Function"
SAM_LAYER = "AWS::Serverless::LayerVersion"
SAM_MACHINE = "AWS::Serverless::StateMachine"
_SAM_PATHS = {SAM_FUNCTION: "CodeUri", SAM_LAYER: "ContentUri", SAM_MACHINE: "DefinitionUri"}


def absolute_local_paths(draft: TemplateDraft) -> None:
    """Makes the local paths in CloudFormation's types absolute."""
    for logical_id, resource in draft.resources.items():
        kind = resource.get("Type")
        if kind not in _CLOUDFORMATION_PATHS:
            continue
        properties = draft.properties(logical_id)
        for name in _CLOUDFORMATION_PATHS[kind]:
            path = draft.local_path(properties.get(name))
            if path is None:
                continue
            del properties[name]
            if kind in (FUNCTION, LAYER):
                properties[name] = {"CodeDir": str(path)}
            elif kind == STATE_MACHINE:
                properties["DefinitionUri"] = str(path)
            else:
                properties[name] = str(path)


_CLOUDFORMATION_PATHS = {
    FUNCTION: ("Code",),
    LAYER: ("Content",),
    STATE_MACHINE: ("DefinitionUri", "DefinitionS3Location"),
    "AWS::CloudFormation::Stack": ("TemplateURL",),
}


class SetAsidePath(NamedTuple):
    logical_id: str
    """The SAM resource that has the path."""
    path: Path


def set_sam_paths_aside(draft: TemplateDraft) -> list[SetAsidePath]:
    """Replaces the local paths of SAM's types with addresses that the translator accepts.

    The code of a function without CodeUri is beside the template, as in `sam build`. A template that
    was sent has no local paths.
    """
    aside: list[SetAsidePath] = []
    if draft.fetch is not None:
        return aside
    defaults = _global_function_defaults(draft)
    default_code = defaults.pop("CodeUri", ".")
    for logical_id, resource in draft.resources.items():
        kind = resource.get("Type")
        if kind not in _SAM_PATHS:
            continue
        properties = draft.properties(logical_id)
        name = _SAM_PATHS[kind]
        if kind == SAM_FUNCTION:
            if "InlineCode" in properties:
                continue
            if properties.get("PackageType", defaults.get("PackageType")) == "Image":
                if "ImageUri" not in properties and "ImageUri" not in defaults:
                    properties["ImageUri"] = f"{logical_id.lower()}:latest"
                continue
        if kind != SAM_MACHINE and properties.get(name) is None:
            properties[name] = default_code if kind == SAM_FUNCTION else "."
        if (path := draft.local_path(properties.get(name))) is not None:
            properties[name] = f"s3://{_BUCKET}/{len(aside)}"
            aside.append(SetAsidePath(logical_id, path))
    return aside


def _global_function_defaults(draft: TemplateDraft) -> dict[str, Any]:
    """Returns the Globals of functions, which the caller may change in place."""
    sections = draft.template.get("Globals")
    functions = sections.get("Function") if isinstance(sections, dict) else None
    return functions if isinstance(functions, dict) else {}


def restore_sam_paths(template: dict[str, Any], aside: list[SetAsidePath]) -> dict[str, str]:
    """Restores the local paths in a transformed template.

    Returns, for each resource with such a path, its SAM resource.
    """
    sources: dict[str, str] = {}
    for logical_id, resource in template["Resources"].items():
        properties = resource.get("Properties")
        if not isinstance(properties, dict):
            continue
        for name in ("Code", "Content", "DefinitionS3Location"):
            found = _set_aside_path(properties.get(name), aside)
            if found is None:
                continue
            del properties[name]
            if name == "DefinitionS3Location":
                properties["DefinitionUri"] = str(found.path)
            else:
                properties[name] = {"CodeDir": str(found.path)}
            sources[logical_id] = found.logical_id
    return sources


def _set_aside_path(value: Any, aside: list[SetAsidePath]) -> SetAsidePath | None:
    if not isinstance(value, dict) or _BUCKET not in (value.get("S3Bucket"), value.get("Bucket")):
        return None
    return aside[int(value["S3Key"] if "S3Key" in value else value["Key"])]
