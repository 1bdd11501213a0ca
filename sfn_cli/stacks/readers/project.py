"""Reads the project that a command names, of any kind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sfn_cli.settings import Settings
    from sfn_cli.stacks.stack import Stack


class ReadOptions(NamedTuple):
    """The options for reading a project."""

    settings: Settings
    parameters: Mapping[str, str]
    """The parameter values that the user gives."""
    may_build: bool
    """Whether the project's own code may run, such as the app of a cdk.json."""
    report: Callable[[str], None]
    """Shows the user one line."""


class Project(NamedTuple):
    """A project that was read: one stack, or the stacks of a CDK app."""

    stacks: tuple[Stack, ...]
    """Each stack comes after the stacks that it depends on."""
    dependencies: Mapping[str, tuple[str, ...]] = {}
    """For each stack, by name, the names of its direct dependencies."""
    notes: tuple[str, ...] = ()
    """Lines for the user about the project as a whole."""

    def needed_stacks(self, names: Iterable[str]) -> tuple[Stack, ...]:
        """Returns the stacks with these names and all their dependencies, in order of deployment."""
        needed: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed.add(name)
                waiting += self.dependencies.get(name, ())
        return tuple(stack for stack in self.stacks if stack.name in needed)


def read_project(path: Path | None, template: Path | None, options: ReadOptions) -> Project:
    """Reads the project at a path, the project of a template, or that of the current folder.

    Reports which project is read, unless it is an sfn folder at the path itself. Raises UsageError
    (TemplateError), ConfigurationError.
    """
    from sfn_cli.stacks.readers.find import find_project
    from sfn_cli.stacks.readers.project_files import TEMPLATE_KINDS, ProjectKind

    settings = options.settings
    found = find_project(path, template, Path())
    if found.kind is ProjectKind.FOLDER and found.path not in {path or Path(), template}:
        options.report(f"Reading the sfn folder {found.path}")
    found = found._replace(path=_real_path(found.path))
    if found.kind is ProjectKind.FOLDER:
        from sfn_cli.stacks.readers.folder import read_folder

        return Project((read_folder(found.path),))
    options.report(found.message)
    if found.kind in TEMPLATE_KINDS:
        from sfn_cli.stacks.readers.cloudformation import read_template_through_cache

        return Project(
            (read_template_through_cache(found.path, options.parameters, settings.region, settings.home),)
        )
    if found.kind in (ProjectKind.CDK_APP, ProjectKind.CLOUD_ASSEMBLY):
        from sfn_cli.stacks.readers.cdk.cdk_app import read_cdk_app

        return Project(*read_cdk_app(found.path, settings, options.report, may_build=options.may_build))
    if found.kind is ProjectKind.TERRAFORM:
        from sfn_cli.stacks.readers.terraform.read import read_terraform_module

        folder = found.path if found.path.is_dir() else found.path.parent
        return Project((read_terraform_module(folder, options.parameters, os.environ),))
    if found.kind is ProjectKind.TERRAFORM_JSON:
        from sfn_cli.stacks.readers.terraform.state_json import read_terraform_json

        return Project((read_terraform_json(found.path),))
    assert found.kind is ProjectKind.SERVERLESS, found.kind
    from sfn_cli.stacks.readers.serverless.read import read_serverless_service

    service = read_serverless_service(
        found.path,
        options.parameters,
        os.environ,
        region=settings.region,
        account_id=settings.account_id,
    )
    return Project((service,))


def _real_path(path: Path) -> Path:
    """Returns the real path of a project, however the user names it.

    For a template that is a link, only the folder is resolved: paths in it are relative to the link.
    """
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name
