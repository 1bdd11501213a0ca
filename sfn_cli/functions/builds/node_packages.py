"""The packages of a package.json, installed by npm.

Only the manifest, its lock file and .npmrc are copied, because npm writes into its working folder.
The manifest's own scripts (`postinstall`, `prepare`) are left out, because they expect the rest of
the project; those of packages run.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.functions.builds.build_folder import (
    BuildError,
    build_digest,
    make_build_folder,
    program_stamp,
)
from sfn_cli.functions.builds.build_process import build_environment, run_build_program
from sfn_cli.functions.builds.python_packages import folder_contents
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes, read_input_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LOCKS = ("package-lock.json", "npm-shrinkwrap.json")
_COPIED = (*_LOCKS, "yarn.lock", ".npmrc")
_DEPENDENCIES = ("dependencies", "optionalDependencies", "devDependencies", "peerDependencies")
_OPTIONS = ("--no-audit", "--no-fund", "--loglevel=error", "--no-progress", "--no-update-notifier")
_CONFLICTS = ("ERESOLVE", "EBADENGINE", "--legacy-peer-deps")


def install_node_packages(
    home: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    report: Callable[[str], None],
    *,
    with_dev: bool = False,
    what: str = "",
    node: str | None = None,
    may_build: bool = True,
) -> Path:
    """Returns a folder whose node_modules has the packages of the folder's package.json.

    `with_dev` includes devDependencies. `what` completes the message "Installing package.json for
    WHAT…". `node` is the interpreter that will import them, by default the one on PATH. Raises
    BuildError.
    """
    folder = Path(folder).absolute()
    manifest = read_package_json(folder)
    copied = {name: content for name in _COPIED if (content := _content_of(folder / name)) is not None}
    title = "Installing package.json" + (f" for {what}" if what else "")
    locals_ = _local_dependencies(manifest, folder, with_dev=with_dev)
    sources = {
        "kind": "node packages",
        "dependencies": {name: manifest.get(name) for name in (*_DEPENDENCIES, "overrides", "workspaces")},
        "files": {name: build_digest(content) for name, content in copied.items()},
        "local": [build_digest(*folder_contents(path)) for path in locals_.values()],
        "with_dev": with_dev,
        "node": program_stamp(node or shutil.which("node") or "node"),
        "platform": list(os.uname()[0::4]),
    }

    def fill(target: Path) -> None:
        if locals_:
            for name in _LOCKS:
                copied.pop(name, None)  # it has their paths relative to the project's folder
        _write_manifest(target, manifest, locals_, copied)
        _install_manifest(target, copied, report, with_dev=with_dev, node=node, what=title)

    return make_build_folder(home, sources, fill, report, line=title, may_build=may_build)


def install_named_node_packages(
    home: str | os.PathLike[str],
    packages: Sequence[str],
    report: Callable[[str], None],
    *,
    what: str = "",
    node: str | None = None,
    may_build: bool = True,
) -> Path:
    """Returns a folder whose node_modules has these packages ("esbuild", "aws-sdk@2").

    Raises BuildError.
    """
    named = sorted(packages)
    title = f"Installing {' '.join(named)}" + (f" for {what}" if what else "")
    sources = {
        "kind": "named node packages",
        "packages": named,
        "node": program_stamp(node or shutil.which("node") or "node"),
        "platform": list(os.uname()[0::4]),
    }

    def fill(target: Path) -> None:
        _write_manifest(target, {}, {}, {})
        _run_npm(target, ["install", *named], node=node, what=title)

    return make_build_folder(home, sources, fill, report, line=title, may_build=may_build)


def read_package_json(folder: Path) -> dict[str, Any]:
    """Returns the content of a folder's package.json. Raises BuildError."""
    file = folder / "package.json"
    try:
        manifest = json.loads(read_input_text(file, PROJECT_FILE_BYTES).removeprefix("\ufeff"))
    except OSError as error:
        raise BuildError(f"Cannot read {file}: {error.strerror or error}") from None
    except ValueError as error:
        raise BuildError(f"{file} is not JSON: {error}") from None
    if not isinstance(manifest, dict):
        raise BuildError(f"{file} is not a JSON object.")
    return manifest


def npm_program(node: str | None) -> str:
    """Returns the npm beside an interpreter, or the one on PATH. Raises BuildError."""
    beside = os.path.join(os.path.dirname(node), "npm") if node else ""
    found = beside if beside and os.access(beside, os.X_OK) else shutil.which("npm")
    if found is None:
        raise BuildError(
            "npm is needed to install package.json, and is not on PATH. Install Node.js with npm."
        )
    return found


def _install_manifest(
    target: Path,
    copied: Mapping[str, bytes],
    report: Callable[[str], None],
    *,
    with_dev: bool,
    node: str | None,
    what: str,
) -> None:
    kinds = [] if with_dev else ["--omit=dev"]
    if any(name in copied for name in _LOCKS):
        try:
            _run_npm(target, ["ci", *kinds], node=node, what=what)
            return
        except BuildError as error:
            report(f"{str(error).splitlines()[0]} Trying again without the lock file…")
        for name in _LOCKS:
            (target / name).unlink(missing_ok=True)
    try:
        _run_npm(target, ["install", *kinds], node=node, what=what)
    except BuildError as error:
        if not any(code in str(error) for code in _CONFLICTS):
            raise
        # Older versions of npm, which projects with such conflicts use, ignore them.
        _run_npm(target, ["install", "--legacy-peer-deps", *kinds], node=node, what=what)


def _run_npm(target: Path, arguments: list[str], *, node: str | None, what: str) -> None:
    npm = npm_program(node)
    paths = [os.path.dirname(node or npm), os.environ.get("PATH", os.defpath)]
    environment = build_environment(PATH=os.pathsep.join(paths))
    environment.pop("NODE_ENV", None)  # "production" would leave out devDependencies
    run_build_program([npm, *arguments, *_OPTIONS], target, environment, what=what)
    (target / "node_modules").mkdir(exist_ok=True)


def _write_manifest(
    target: Path, manifest: Mapping[str, Any], locals_: Mapping[str, Path], copied: Mapping[str, bytes]
) -> None:
    kept = {name: value for name, value in manifest.items() if name not in ("scripts", "workspaces", "type")}
    for kind in _DEPENDENCIES:
        if isinstance(kept.get(kind), dict):
            kept[kind] = {
                name: f"file:{locals_[name]}" if name in locals_ else version
                for name, version in kept[kind].items()
            }
    written = {"name": "functions", "version": "1.0.0", **kept, "private": True}
    (target / "package.json").write_text(jsonvalue.dumps(written), encoding="utf-8")
    for name, content in copied.items():
        (target / name).write_bytes(content)
    with open(target / ".npmrc", "ab") as opened:
        opened.write(b"\ninstall-links=true\n")


def _local_dependencies(manifest: Mapping[str, Any], folder: Path, *, with_dev: bool) -> dict[str, Path]:
    """Returns the local folders and files that a manifest refers to, by package."""
    found = {}
    for kind in _DEPENDENCIES[: 3 if with_dev else 2]:
        for name, version in (manifest.get(kind) or {}).items():
            if isinstance(version, str) and version.startswith(("file:", ".", "/", "link:")):
                path = folder / version.removeprefix("file:").removeprefix("link:")
                found[name] = Path(os.path.normpath(path))
    return found


def _content_of(path: Path) -> bytes | None:
    try:
        return read_input_bytes(path, PROJECT_FILE_BYTES)
    except OSError:
        return None
