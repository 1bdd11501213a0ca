"""The AWS SDK for Node.js that Lambda's runtimes contain: @aws-sdk/*, or aws-sdk before Node.js 18.

If a handler does not ship the SDK, the parts that the project's sources import are installed once,
for all functions of the project.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.functions.builds.imports import has_node_package, node_imports
from sfn_cli.functions.builds.node_packages import install_named_node_packages

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection

_FIRST_WITH_VERSION_3 = 18
_VERSION_2 = "aws-sdk"
_VERSION_3 = ("@aws-sdk/", "@smithy/")


def is_in_node_runtime(package: str, version: str) -> bool:
    """Whether Lambda's runtime of this version of Node.js ("20") contains a package."""
    if int(version) < _FIRST_WITH_VERSION_3:
        return package == _VERSION_2
    return package.startswith(_VERSION_3)


def install_node_sdk(
    home: str | os.PathLike[str],
    code: Path,
    packages: Collection[str | os.PathLike[str]],
    project: Path,
    version: str,
    report: Callable[[str], None],
    *,
    node: str,
    may_build: bool = True,
) -> Path | None:
    """Returns a folder whose node_modules has the parts of the SDK that `code` imports.

    None if `code` imports none, or finds all of them beside itself or in `packages`. Raises
    BuildError.
    """
    missing = {
        name
        for name in _sdk_imports(code, version)
        if not has_node_package(code, name)
        and not any(Path(folder, "node_modules", name).is_dir() for folder in packages)
    }
    if not missing:
        return None
    for shared in _global_folders(node):
        if all((shared / "node_modules" / name).is_dir() for name in missing):
            return shared
    within = code.is_relative_to(project)
    wanted = missing | (_sdk_imports(project, version) if within else set())
    named = [f"{name}@2" if name == _VERSION_2 else name for name in wanted]
    return install_named_node_packages(home, named, report, node=node, may_build=may_build)


def _sdk_imports(folder: Path, version: str) -> set[str]:
    return {name for name in node_imports(folder) if is_in_node_runtime(name, version)}


def _global_folders(node: str) -> list[Path]:
    """Returns the folders of `npm install --global` for an interpreter."""
    return [Path(node).parent.parent / "lib"]
