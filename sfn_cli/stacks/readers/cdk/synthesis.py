"""Runs a CDK app to write its cloud assembly, as `cdk synth` does, but without the CDK CLI.

    $SFN_HOME/cdk-apps/PROJECT-HASH/
    ├── files.json         the last scan of the app's files, so that only changed ones are read
    ├── tree/              the copy in which the app runs (see app_files)
    ├── assets/            bundled code, by its hash, to which deployed stacks refer
    └── assemblies/HASH/   the app's output, by the hash of everything that it depends on

The app runs as the user, in its own process group, without the user's AWS credentials.
https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import sfn_cli
from sfn_cli import file_lock, private_files
from sfn_cli.errors import UsageError
from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.functions.builds.project_code import announce_project_code
from sfn_cli.stacks.readers.cdk.app_files import (
    AppFile,
    AppFiles,
    copy_app_files,
    original_path,
    scan_app_files,
)
from sfn_cli.stacks.readers.cdk.app_run import run_app
from sfn_cli.stacks.readers.cdk.app_setting import AppSetting
from sfn_cli.stacks.readers.cdk.cloud_assembly import is_cloud_assembly

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.settings import Settings
    from sfn_cli.stacks.readers.cdk.app_configuration import AppConfiguration

FOLDER_NAME = "cdk-apps"

_MAX_ASSEMBLIES = 5


class AppWorkspace(NamedTuple):
    """The folder with sfn's own files for an app."""

    home: str
    project: Path
    folder: Path

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def assets(self) -> Path:
        return self.folder / "assets"

    def assembly(self, digest: str) -> Path:
        return self.folder / "assemblies" / digest

    def original(self, path: Path) -> Path:
        """Returns the project's path for a path in the copy."""
        return original_path(path, self.tree, self.project)

    def scan(self, output: str) -> AppFiles:
        """Scans the app's files, and reads those that have changed since the last scan."""
        known: dict[str, AppFile] = {}
        try:
            stored = json.loads((self.folder / "files.json").read_bytes())
            known = {
                name: AppFile(size, modified, digest, tuple(variables), tuple(outside))
                for name, (size, modified, digest, variables, outside) in stored.items()
            }
        except (OSError, ValueError, TypeError):
            pass
        skipped = frozenset({os.path.realpath(self.home), os.path.join(self.project, output)})
        found = scan_app_files(self.project, known, skipped)
        if found.files != known:
            private_files.replace_file(self.folder / "files.json", json.dumps(found.files))
        return found


def open_app_workspace(home: str, project: Path) -> AppWorkspace:
    """Returns the workspace of an app, and creates it if necessary. Raises StoreError."""
    home = os.path.realpath(home)
    digest = hashlib.sha256(os.fsencode(project)).hexdigest()[:16]
    name = f"{re.sub(r'[^A-Za-z0-9_-]+', '-', project.name)[:40]}-{digest}"
    folder = Path(private_files.make_private_folder(home, FOLDER_NAME, name))
    for inner in ("assets", "assemblies"):
        (folder / inner).mkdir(exist_ok=True)
    return AppWorkspace(home, project, folder)


def app_digest(files: AppFiles, configuration: AppConfiguration, settings: Settings) -> str:
    """Returns a hash of everything that an app's assembly depends on."""
    return files.digest(
        os.environ,
        sfn_cli.__version__,
        os.path.realpath(settings.home),  # the assembly contains absolute paths of bundled code
        configuration.app or "",
        json.dumps(configuration.context, sort_keys=True),
        settings.account_id,
        settings.region,
    )


def synthesise_app(
    workspace: AppWorkspace,
    files: AppFiles,
    configuration: AppConfiguration,
    settings: Settings,
    digest: str,
    report: Callable[[str], None],
) -> Path:
    """Runs an app and returns the folder of its assembly. Raises BuildError."""
    command = configuration.app
    assert command is not None
    announce_project_code(workspace.home, workspace.project, report, what="Reading the CDK app")
    lock = file_lock.wait_for_file_lock(
        workspace.folder / "synthesis.lock",
        lambda: report("Waiting for another sfn that is synthesising the same app…"),
    )
    try:
        target = workspace.assembly(digest)
        if is_cloud_assembly(target):  # another process has written it
            return target
        output = workspace.folder / "unfinished"
        for folder in (workspace.tree, output):
            shutil.rmtree(folder, ignore_errors=True)
        copy = copy_app_files(files, workspace.tree)
        setting = AppSetting(
            workspace.home,
            workspace.project,
            copy,
            workspace.folder,
            tuple(workspace.project / name for name in files.files),
            report,
        )
        run_app(command, setting, configuration, settings, output)
        if not is_cloud_assembly(output) and is_cloud_assembly(copy / configuration.output):
            shutil.copytree(copy / configuration.output, output, dirs_exist_ok=True)  # the app's own choice
        if not is_cloud_assembly(output):
            raise BuildError(f"The CDK app ({command}) wrote no cloud assembly. Make it call app.synth().")
        _move_bundled_assets(output, workspace.assets)
        os.rename(output, target)
        _prune_assemblies(target)
        return target
    finally:
        os.close(lock)


def _move_bundled_assets(output: Path, assets: Path) -> None:
    """Moves bundled code to a place that depends only on its content."""
    for entry in list(output.iterdir()):
        if entry.name.startswith("asset.") and (entry.is_dir() or entry.suffix in (".zip", ".jar")):
            if (assets / entry.name).exists():
                continue
            os.rename(entry, assets / entry.name)


def _prune_assemblies(newest: Path) -> None:
    others = sorted(newest.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in others[_MAX_ASSEMBLIES:]:
        if folder != newest:
            shutil.rmtree(folder, ignore_errors=True)


def check_may_synthesise(configuration: AppConfiguration, *, may_build: bool) -> None:
    """Raises UsageError if an app cannot or must not run."""
    if configuration.app is None:
        raise UsageError(
            f'{configuration.folder / "cdk.json"} has no "app". Add one, such as '
            '{"app": "node app.js"}, or pass a cloud assembly: -t cdk.out'
        )
    if not may_build:
        raise UsageError(
            f"{configuration.folder} has no up-to-date cdk.out, and building is off. To run the app, pass "
            "--build. Or run `cdk synth`, or pass a cloud assembly: -t cdk.out"
        )
