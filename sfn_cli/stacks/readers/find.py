"""Finds the project at a path, and which reader reads it.

A file is recognised by its content. In a folder, the first match in this order is the project:

    SAM or CloudFormation    template.yaml, .yml, .json; another file with Resources if it is the only one,
                             or the only one with a state machine;
                             .aws-sam/build/template.yaml instead if it is newer than every source file
    CDK                      cdk.json, cdk.out
    Serverless               .serverless, serverless.yml, .yaml, .json
    Terraform                *.tf
    sfn folder               *.asl.json, *.asl.yaml

If a folder has none of them, its subfolders are searched, two levels deep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.stacks.readers.cloudformation import BUILT_TEMPLATE
from sfn_cli.stacks.readers.project_files import (
    DEFINITION_SUFFIXES,
    SERVERLESS_PROGRAMS,
    TEMPLATE_KINDS,
    TEMPLATE_SUFFIXES,
    TERRAFORM_SUFFIXES,
    ProjectKind,
    project_file_kind,
)
from sfn_cli.stacks.readers.source_files import NOT_SOURCE, newer_source_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TEMPLATES = ("template.yaml", "template.yml", "template.json")
_SERVERLESS_FILES = ("serverless.yml", "serverless.yaml", "serverless.json")
_PACKAGED_SERVICE = (".serverless", "cloudformation-template-update-stack.json")
_MANIFEST = ("cdk.out", "manifest.json")


class FoundProject(NamedTuple):
    kind: ProjectKind
    path: Path
    """The template's file, or the folder of the app, service, module or definition."""
    message: str
    """A line for the user that names the file or folder."""


def find_project(path: Path | None, template: Path | None, here: Path) -> FoundProject:
    """Finds the project for the options of a command. Raises UsageError.

    `template` is the value of --template, which has priority. Without both, the folder `here` is
    searched.
    """
    if template is not None:
        path = template
    path = here if path is None else path
    if path.is_dir():
        return _project_of_folder(path)
    if not path.exists():
        raise UsageError(f"{path} does not exist.")
    return _project_of_file(path)


def _project_of_file(path: Path) -> FoundProject:
    kind = project_file_kind(path)
    match kind:
        case None:
            raise UsageError(
                f"{path} is neither a template nor a definition: it has no Resources and no States. sfn "
                "reads SAM and CloudFormation templates, cdk.json, serverless.yml, *.tf and *.asl.json."
            )
        case ProjectKind.EMPTY_TEMPLATE:
            raise UsageError(f"{path} has no Resources.")
        case ProjectKind.CDK_APP | ProjectKind.CLOUD_ASSEMBLY:
            return _found(kind, path.parent, path)
        case ProjectKind.TERRAFORM:
            return _found(kind, path.parent, path.parent)
        case ProjectKind.CLOUDFORMATION if (path.parent / _MANIFEST[-1]).is_file():
            return _found(ProjectKind.CLOUD_ASSEMBLY, path, path)
        case ProjectKind.CLOUDFORMATION if path.parts[-2:] == _PACKAGED_SERVICE:
            return _found(ProjectKind.SERVERLESS, path, path)
        case _:
            return _found(kind, path, path)


def _found(kind: ProjectKind, path: Path, shown: Path, remark: str = "") -> FoundProject:
    return FoundProject(kind, path, f"Reading the {kind.value} {shown}{remark}")


def _project_of_folder(folder: Path) -> FoundProject:
    if (found := _project_directly_in(folder)) is not None:
        return found
    shown = "the current folder" if str(folder) == "." else str(folder)
    level = _folders_in(folder)
    for _ in range(2):
        candidates = [project for inner in level if (project := _project_directly_in(inner)) is not None]
        # A definition beside the code of a template's project is not a separate project.
        candidates = [one for one in candidates if one.kind is not ProjectKind.FOLDER] or candidates
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            listed = ", ".join(str(one.path) for one in candidates)
            raise UsageError(f"{shown} contains several projects. Name one: {listed}")
        level = [inner for outer in level for inner in _folders_in(outer)]
    if templates := _templates_of_any_name(folder):
        listed = ", ".join(str(path) for path, _ in templates)
        raise UsageError(f"{shown} contains several templates. Name one with -t: {listed}")
    raise UsageError(
        f"No project found in {shown}. sfn looks for *.asl.json, *.asl.yaml, template.yaml, "
        "cdk.json, serverless.yml and *.tf."
    )


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.is_dir() and not path.name.startswith(".") and path.name not in NOT_SOURCE
        )
    except OSError:
        return []


def _project_directly_in(folder: Path) -> FoundProject | None:
    finders: tuple[Callable[[Path], FoundProject | None], ...] = (
        _cloud_assembly_at,  # before templates: an assembly's templates are not read separately
        _template_in,
        _cdk_app_in,
        _serverless_service_in,
        _terraform_module_in,
        _definition_in,
    )
    return next((found for finder in finders if (found := finder(folder)) is not None), None)


def _cloud_assembly_at(folder: Path) -> FoundProject | None:
    manifest = folder / _MANIFEST[-1]
    if manifest.is_file() and project_file_kind(manifest) is ProjectKind.CLOUD_ASSEMBLY:
        return _found(ProjectKind.CLOUD_ASSEMBLY, folder, folder)
    return None


def _template_in(folder: Path) -> FoundProject | None:
    found = next((path for name in _TEMPLATES if (kind := _template_kind(path := folder / name))), None)
    kind = None if found is None else _template_kind(found)
    if kind is None:
        templates = _templates_of_any_name(folder)
        if len(templates) > 1:
            templates = [(path, kind) for path, kind in templates if _names_a_machine(path)]
        if len(templates) != 1:
            return None
        found, kind = templates[0]
    assert found is not None
    if kind is not ProjectKind.SAM:
        return _found(kind, found, found)
    built = folder.joinpath(*BUILT_TEMPLATE)
    if not built.is_file():
        return _found(kind, found, found)
    newer = newer_source_file(built, folder)
    if newer is None:
        return _found(kind, built, built, ", which is newer than every source file")
    return _found(kind, found, found, f" (the build in .aws-sam is older than {newer})")


def _templates_of_any_name(folder: Path) -> list[tuple[Path, ProjectKind]]:
    others = [path for path in _files_in(folder) if path.name.endswith(TEMPLATE_SUFFIXES)]
    return [(path, kind) for path in others if (kind := _template_kind(path)) is not None]


def _names_a_machine(template: Path) -> bool:
    return "::StateMachine" in read_input_text(template, PROJECT_FILE_BYTES)


def _template_kind(path: Path) -> ProjectKind | None:
    try:
        kind = project_file_kind(path) if path.is_file() else None
    except UsageError:
        return None
    return kind if kind in TEMPLATE_KINDS else None


def _cdk_app_in(folder: Path) -> FoundProject | None:
    if (folder / "cdk.json").is_file():
        return _found(ProjectKind.CDK_APP, folder, folder / "cdk.json")
    if folder.joinpath(*_MANIFEST).is_file():
        return _found(ProjectKind.CLOUD_ASSEMBLY, folder / _MANIFEST[0], folder / _MANIFEST[0])
    return None


def _serverless_service_in(folder: Path) -> FoundProject | None:
    packaged = folder.joinpath(*_PACKAGED_SERVICE)
    file = next((folder / name for name in _SERVERLESS_FILES if (folder / name).is_file()), None)
    program = next((folder / name for name in SERVERLESS_PROGRAMS if (folder / name).is_file()), None)
    if packaged.is_file():
        newer = newer_source_file(packaged, folder)
        if newer is None or file is None:
            return _found(ProjectKind.SERVERLESS, packaged, packaged)
    if file is not None:
        return _found(ProjectKind.SERVERLESS, file, file)
    if program is not None:
        project_file_kind(program)  # raises the error for a program
    return None


def _terraform_module_in(folder: Path) -> FoundProject | None:
    if any(path.name.endswith(TERRAFORM_SUFFIXES) for path in _files_in(folder)):
        return _found(ProjectKind.TERRAFORM, folder, folder)
    return None


def _definition_in(folder: Path) -> FoundProject | None:
    if any(path.name.endswith(DEFINITION_SUFFIXES) for path in _files_in(folder)):
        return _found(ProjectKind.FOLDER, folder, folder)
    return None


def _files_in(folder: Path) -> list[Path]:
    """Returns everything that is not a folder: a reader reports what is wrong with a device or a pipe."""
    try:
        return sorted(path for path in folder.iterdir() if not path.is_dir())
    except OSError:
        return []
