"""Reads a CloudFormation or SAM template, with the configuration in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.stacks.readers.cache import read_stack_through_cache
from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.stack import Stack, valid_stack_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.readers.template_file import TemplateFile
    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft

BUILT_TEMPLATE = (".aws-sam", "build", "template.yaml")
"""The path, in the project's folder, of the template that `sam build` writes."""


def read_template_through_cache(path: Path, given: Mapping[str, str], region: str, home: str) -> Stack:
    """Returns what `read_cloudformation_stack` does, from a cache while no file has changed."""
    from sfn_cli.stacks.readers.templates.samconfig import samconfig_files

    path = path.absolute()
    folder = template_project_folder(path)
    return read_stack_through_cache(
        home,
        ("template", str(path), dict(given), region),
        lambda: [*samconfig_files(folder), *_translator_files()],
        lambda: read_cloudformation_stack(path, given, region),
    )


def read_cloudformation_stack(
    path: Path, given: Mapping[str, str] | None = None, region: str = "us-east-1"
) -> Stack:
    """Reads a template file. Raises TemplateError, UsageError and ConfigurationError.

    `given` has the user's parameter values, on which SAM's transform and loops depend.
    """
    from sfn_cli.stacks.readers.template_file import read_template_file

    return cloudformation_stack(read_template_file(path.absolute()), given or {}, region)


def cloudformation_stack(file: TemplateFile, given: Mapping[str, str], region: str) -> Stack:
    """Returns the stack of a template that was read."""
    from sfn_cli.stacks.readers.templates.sam import is_sam_template
    from sfn_cli.stacks.readers.templates.samconfig import read_samconfig

    folder = template_project_folder(file.path)
    config = read_samconfig(folder)
    draft = _expanded_template(file, {**config.parameters, **given}, region)
    if config.file is not None:
        draft.files.append(config.file)
    declared = draft.template.get("Parameters") or {}
    kind = ProjectKind.SAM if is_sam_template(file.value) else ProjectKind.CLOUDFORMATION
    return Stack(
        kind=kind.value,
        name=config.stack_name or valid_stack_name(folder.name),
        source=file.path,
        folder=folder,
        template=draft.template,
        # samconfig.toml may be shared by several templates: ignore values of other parameters.
        parameters={name: value for name, value in config.parameters.items() if name in declared},
        places=draft.places,
        files=tuple(dict.fromkeys(draft.files)),
        notes=tuple(draft.notes),
    )


def _expanded_template(
    file: TemplateFile, given: Mapping[str, str], region: str, within: tuple[Path, ...] = ()
) -> TemplateDraft:
    """Returns a template after its transforms; `within` has the templates that it is nested in."""
    from sfn_cli.stacks.evaluation.template_form import check_dependencies, check_template_form
    from sfn_cli.stacks.readers.template_file import read_template_file
    from sfn_cli.stacks.readers.templates.for_each import expand_loops
    from sfn_cli.stacks.readers.templates.includes import expand_includes
    from sfn_cli.stacks.readers.templates.local_paths import absolute_local_paths
    from sfn_cli.stacks.readers.templates.nested_templates import inline_nested_templates
    from sfn_cli.stacks.readers.templates.sam import (
        check_transforms,
        is_sam_template,
        transform_sam_template,
    )
    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft

    draft = TemplateDraft.of_file(file, given)
    if file.path in within:
        raise draft.error((), "The template is nested in itself. Remove the nested stack that names it.")
    expand_includes(draft)
    expand_loops(draft)
    check_template_form(draft.template, draft.error)
    check_transforms(draft)
    absolute_local_paths(draft)
    if is_sam_template(draft.template):
        transform_sam_template(draft, region)
    check_dependencies(draft.template, draft.error)
    inline_nested_templates(
        draft,
        lambda path: _expanded_template(read_template_file(path), {}, region, (*within, file.path)),
    )
    return draft


def template_project_folder(path: Path) -> Path:
    """Returns the folder of a template's project; for the output of `sam build`, the source folder."""
    size = len(BUILT_TEMPLATE)
    if path.parts[-size:-1] == BUILT_TEMPLATE[:-1]:
        return path.parents[size - 1]
    return path.parent


def _translator_files() -> list[Path]:
    """Returns the file with the version of aws-sam-translator, if it is installed."""
    from importlib.util import find_spec

    spec = find_spec("samtranslator")
    return [] if spec is None or spec.origin is None else [Path(spec.origin)]
