"""Reads a CDK app from what the user names: its folder, its cdk.json, or a cloud assembly.

A cloud assembly that the user names is read as it is. Otherwise the stacks come from the first of

1. the project's own cdk.out, if it is newer than all files of the app,
2. the output of the app's last run by sfn, if nothing has changed since,
3. a new run of the app.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.cdk.app_configuration import APP_FILE, names_assembly, read_app_configuration
from sfn_cli.stacks.readers.cdk.cloud_assembly import (
    MANIFEST,
    CloudAssembly,
    is_cloud_assembly,
    read_cloud_assembly,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sfn_cli.settings import Settings


_TEMPLATE_SUFFIX = ".template.json"
"""The suffix of templates of stacks and of nested stacks."""


def read_cdk_app(
    path: Path, settings: Settings, report: Callable[[str], None], *, may_build: bool = True
) -> CloudAssembly:
    """Returns the stacks of an app. Raises UsageError, BuildError, TemplateError.

    `report` is called with lines for the user. Without `may_build`, no code of the project runs, and
    an up-to-date assembly must exist.
    """
    path = path.resolve()
    if path.is_file():
        if path.name == MANIFEST:
            return _read_named_assembly(path.parent)
        if path.name != APP_FILE:
            return _read_named_template(path)
        path = path.parent
    elif is_cloud_assembly(path):
        return _read_named_assembly(path)
    if not (path / APP_FILE).is_file():
        if is_cloud_assembly(path / "cdk.out"):
            return _read_named_assembly(path / "cdk.out")
        raise UsageError(f"{path} is not a CDK app: it has no cdk.json and no cdk.out")
    return _read_app_folder(path, settings, report, may_build=may_build)


def _read_named_assembly(folder: Path) -> CloudAssembly:
    parent = folder.parent
    is_of_parent = folder.name == "cdk.out" or (parent / APP_FILE).is_file()
    return read_cloud_assembly(folder, parent if is_of_parent else folder)


def _read_named_template(path: Path) -> CloudAssembly:
    """Reads the stack of a template in an assembly, with the stacks that it depends on."""
    if not is_cloud_assembly(path.parent):
        raise UsageError(f"{path} is neither a cdk.json nor part of a cloud assembly.")
    app = _read_named_assembly(path.parent)
    is_template = path.name.endswith(_TEMPLATE_SUFFIX)
    needed = {stack.name for stack in app.stacks if is_template and path in stack.files}
    if not needed:
        raise UsageError(f"{path} is not a stack's template in its cloud assembly.")
    for stack in reversed(app.stacks):
        if stack.name in needed:
            needed.update(app.dependencies[stack.name])
    return app._replace(stacks=tuple(stack for stack in app.stacks if stack.name in needed))


def _read_app_folder(
    project: Path, settings: Settings, report: Callable[[str], None], *, may_build: bool
) -> CloudAssembly:
    from sfn_cli.stacks.readers.cdk import synthesis

    configuration = read_app_configuration(project)
    named = names_assembly(configuration)
    if named is not None:
        return read_cloud_assembly(named, project)
    workspace = synthesis.open_app_workspace(settings.home, project)
    files = workspace.scan(configuration.output)
    own = project / configuration.output
    if is_cloud_assembly(own) and (own / MANIFEST).stat().st_mtime_ns >= files.newest_ns:
        report(f"Using {configuration.output}, which is newer than the app's files.")
        return read_cloud_assembly(own, project)
    digest = synthesis.app_digest(files, configuration, settings)
    assembly = workspace.assembly(digest)
    if is_cloud_assembly(assembly):
        report("Using the last synthesis of the CDK app, which has not changed since.")
    else:
        synthesis.check_may_synthesise(configuration, may_build=may_build)
        if is_cloud_assembly(own):
            report(f"Not using {configuration.output}, which is older than the app's files.")
        assembly = synthesis.synthesise_app(workspace, files, configuration, settings, digest, report)
    app = read_cloud_assembly(assembly, project, (workspace.assets,), workspace.original)
    # Messages name the app, not the path of its assembly in the home.
    return app._replace(stacks=tuple(stack._replace(source=project / APP_FILE) for stack in app.stacks))
