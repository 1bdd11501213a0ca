"""Recognises the files of projects by a quick look at their names and text.

The file's reader reads it in full and reports its errors.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import TYPE_CHECKING

from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text

if TYPE_CHECKING:
    from pathlib import Path


class ProjectKind(Enum):
    """The kind of a project; the value is its name in output."""

    SAM = "SAM template"
    CLOUDFORMATION = "CloudFormation template"
    CDK_APP = "CDK app"
    CLOUD_ASSEMBLY = "CDK cloud assembly"
    SERVERLESS = "Serverless service"
    TERRAFORM = "Terraform module"
    TERRAFORM_JSON = "Terraform state or plan"
    FOLDER = "definition"
    EMPTY_TEMPLATE = "template without Resources"


TEMPLATE_KINDS = (ProjectKind.SAM, ProjectKind.CLOUDFORMATION)

TERRAFORM_SUFFIXES = (".tf", ".tf.json")
TEMPLATE_SUFFIXES = (".yaml", ".yml", ".json", ".template")
DEFINITION_SUFFIXES = (".asl.json", ".asl.yaml", ".asl.yml")
SERVERLESS_PROGRAMS = ("serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs")

_YAML_KEY = re.compile(r"^(?:\"([^\"\n]+)\"|'([^'\n]+)'|([A-Za-z_][\w.-]*))[ \t]*:", re.MULTILINE)
_RESOURCES_WITH_CONTENT = re.compile(
    r"^[\"']?Resources[\"']?[ \t]*:(?:[ \t]*(?:#[^\n]*)?\n)(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]+[^\s#]"
    r"|^[\"']?Resources[\"']?[ \t]*:[ \t]*(?![ \t]*(?:\{\s*\}|#|\n|$))",
    re.MULTILINE,
)


def project_file_kind(path: Path) -> ProjectKind | None:
    """Returns the kind of a project file; None for any other file. Raises UsageError if unreadable."""
    name = path.name
    if name.endswith(TERRAFORM_SUFFIXES):
        return ProjectKind.TERRAFORM
    if name == "cdk.json":
        return ProjectKind.CDK_APP
    if name in SERVERLESS_PROGRAMS:
        raise UsageError(
            f"{path} is a program. Run `serverless package`: sfn reads its output in .serverless."
        )
    try:
        text = read_input_text(path, PROJECT_FILE_BYTES).removeprefix("\ufeff")
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        return None
    keys = _top_level_keys(text)
    if name == "manifest.json" and "artifacts" in keys:
        return ProjectKind.CLOUD_ASSEMBLY
    if "Resources" in keys:
        if not _has_resources(text):
            return ProjectKind.EMPTY_TEMPLATE
        return ProjectKind.SAM if "AWS::Serverless-2016-10-31" in text else ProjectKind.CLOUDFORMATION
    if "StartAt" in keys or "States" in keys or name.endswith(DEFINITION_SUFFIXES):
        return ProjectKind.FOLDER
    if "service" in keys and keys & {"provider", "functions", "stepFunctions", "resources", "custom"}:
        return ProjectKind.SERVERLESS
    if keys & {"terraform_version", "planned_values"} and "format_version" in keys:
        return ProjectKind.TERRAFORM_JSON
    return None


def _top_level_keys(text: str) -> set[str]:
    if text.lstrip()[:1] == "{":
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            # Perhaps YAML in flow style, or invalid JSON: the reader reports which.
            return set(re.findall(r'"(\w+)"\s*:', text[:200_000]))
        return set(value)
    return {next(filter(None, key)) for key in _YAML_KEY.findall(text)}


def _has_resources(text: str) -> bool:
    """Whether Resources has any content: templates of code generators may have none."""
    if text.lstrip()[:1] == "{":
        return re.search(r'"?Resources"?\s*:\s*\{\s*\}', text) is None
    return _RESOURCES_WITH_CONTENT.search(text) is not None
