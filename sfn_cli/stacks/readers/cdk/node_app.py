"""Installs the packages of an app in JavaScript or TypeScript.

They become `node_modules` of the copy in which the app runs. Without a lock file, packages that
synthesis never needs (test runners, linters, the CDK CLI, types) are left out, because they take most
of the time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.functions.builds.node_packages import install_node_packages, read_package_json
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes
from sfn_cli.stacks.readers.cdk.app_setting import FOR_APP, words_of_command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.cdk.app_setting import AppSetting

_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lockb", "bun.lock")
_NPM_LOCKS = _LOCKS[:3]
_CDK_PACKAGES = ("aws-cdk-lib", "@aws-cdk/core")
_NOT_NEEDED = re.compile(
    r"aws-cdk|@types/.*|(ts-|babel-)?jest(-.*)?|@jest/.*|mocha|chai|nyc|c8|vitest|@vitest/.*|sinon"
    r"|(@[\w-]+/)?eslint.*|@typescript-eslint/.*|prettier.*|husky|lint-staged|@commitlint/.*|nodemon|rimraf"
    r"|aws-sdk-client-mock.*|@biomejs/.*|standard-version|npm-check-updates|cdk-dia|cdk-assets"
)
_TOOLS = {"ts-node": ("ts-node", "typescript"), "tsx": ("tsx",), "tsc": ("typescript",)}
"""Programs at the start of apps' commands, and the packages that contain them."""
_NOT_FOUND_BY_NPM = re.compile(r"No matching version found for (@?[^@\s]+)@(\S+?)\.?$", re.M)
_BUNDLES = re.compile(rb"NodejsFunction|aws-lambda-nodejs|aws_lambda_nodejs")


def prepare_node_app(
    command: str, setting: AppSetting, environment: Mapping[str, str], *, everything: bool
) -> dict[str, str]:
    """Returns the variables with which an app finds its packages (see prepare_app_packages)."""
    folder, own = setting.copy, _own_node_modules(setting.project)
    paths = [folder / "node_modules" / ".bin"]
    if own is not None and not everything:
        paths.append(own / ".bin")
    elif (setting.project / "package.json").is_file() or bundles_functions(setting):
        own = install_node_packages_of_app(command, setting, everything=everything)
    variables = {
        "PATH": os.pathsep.join([*map(str, paths), environment["PATH"]]),
        # The sources' types may not match the versions of a fresh installation.
        "TS_NODE_TRANSPILE_ONLY": "true",
    }
    if own is not None:
        variables["NODE_PATH"] = str(own)  # for sources outside the project's folder
    return variables


def install_node_packages_of_app(command: str, setting: AppSetting, *, everything: bool) -> Path:
    """Installs the packages of package.json as the copy's node_modules.

    Returns that node_modules. Raises BuildError.
    """
    manifest = _node_manifest(command, setting, everything=everything)
    built = _install_manifest_of_app(manifest, setting)
    modules = built / "node_modules"
    link = setting.copy / "node_modules"
    if link.is_symlink():
        link.unlink()
    link.symlink_to(modules)
    # Bundling finds the project's root by a lock file, which npm would have written.
    if not any((setting.copy / name).exists() for name in _LOCKS):
        lock = built / "package-lock.json"
        content = lock.read_bytes() if lock.is_file() else b"{}"
        (setting.copy / lock.name).write_bytes(content)
    return modules


def _install_manifest_of_app(manifest: Path, setting: AppSetting) -> Path:
    """Installs a package.json; if npm does not find a version, uses the latest one."""
    while True:
        try:
            return install_node_packages(setting.home, manifest, setting.report, with_dev=True, what=FOR_APP)
        except BuildError as error:
            unknown = _NOT_FOUND_BY_NPM.search(str(error))
            content = read_package_json(manifest)
            wanted = content.get("dependencies") or {}
            if unknown is None or wanted.get(unknown[1], "latest") == "latest":
                raise
            setting.report(f"npm cannot find {unknown[1]}@{unknown[2]}. Trying the latest version…")
            wanted[unknown[1]] = "latest"
            (manifest / "package.json").write_text(json.dumps(content), encoding="utf-8")


def _own_node_modules(project: Path) -> Path | None:
    """Returns the node_modules with the CDK for a project: its own, or one of a parent folder."""
    for folder in (project, *project.parents):
        modules = folder / "node_modules"
        if any((modules / name).is_dir() for name in _CDK_PACKAGES):
            return modules
    return None


def _node_manifest(command: str, setting: AppSetting, *, everything: bool) -> Path:
    """Writes the package.json to install, and returns its folder."""
    has_manifest = (setting.project / "package.json").is_file()
    manifest = read_package_json(setting.project) if has_manifest else {}
    locks = [name for name in _NPM_LOCKS if (setting.project / name).is_file()]
    target = setting.workspace / "manifest"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    wanted = {
        name: _absolute_version(str(version), setting.project)
        for kind in ("devDependencies", "optionalDependencies", "dependencies")
        for name, version in (manifest.get(kind) or {}).items()
    }
    if locks:
        for name in locks:
            shutil.copyfile(setting.project / name, target / name)
    elif not everything:
        wanted = {name: version for name, version in wanted.items() if not _NOT_NEEDED.fullmatch(name)}
    tools = {package for word in words_of_command(command) for package in _TOOLS.get(word, ())}
    if bundles_functions(setting):
        tools.add("esbuild")
    if added := tools - wanted.keys():
        wanted |= dict.fromkeys(added, "*")
        for name in locks:  # the new package.json does not match them
            (target / name).unlink()
    kept: dict[str, Any] = {
        name: manifest[name] for name in ("overrides", "resolutions", "engines") if name in manifest
    }
    if locks and not added:
        kept = manifest
    else:
        kept["dependencies"] = wanted
    (target / "package.json").write_text(json.dumps(kept), encoding="utf-8")
    if (setting.project / ".npmrc").is_file():
        shutil.copyfile(setting.project / ".npmrc", target / ".npmrc")
    return target


def _absolute_version(version: str, project: Path) -> str:
    """Returns a dependency's version, with a relative path made absolute."""
    path = version.removeprefix("file:").removeprefix("link:")
    if path != version or version.startswith("."):
        return f"file:{os.path.normpath(project / path)}"
    return version


def bundles_functions(setting: AppSetting) -> bool:
    """Whether the app has functions that esbuild bundles."""
    for path in setting.sources:
        if path.suffix in (".ts", ".mts", ".js", ".mjs", ".py"):
            try:
                if _BUNDLES.search(read_input_bytes(path, PROJECT_FILE_BYTES)):
                    return True
            except OSError:
                continue
    return False
