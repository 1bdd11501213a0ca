"""TypeScript, and functions with SAM's BuildMethod esbuild: bundled by esbuild.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build-typescript.html
The bundle is rebuilt when one of its input files changes; a list of them is stored beside it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import private_files
from sfn_cli.errors import StoreError
from sfn_cli.functions.builds.build_folder import (
    BUNDLING_PREFIX,
    FOLDER_NAME,
    BuildError,
    build_digest,
    find_build_folder,
    make_build_folder,
    program_stamp,
)
from sfn_cli.functions.builds.build_process import build_environment, run_build_program
from sfn_cli.functions.builds.node_packages import install_named_node_packages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SUFFIXES = (".ts", ".mts", ".cts", ".tsx")
_INPUTS = ".bundles"
_META = "meta.json"
_FLAGS = {
    "Minify": "--minify",
    "KeepNames": "--keep-names",
    "SourcesContent": "--sources-content",
}
_VALUES = {
    "Target": "--target",
    "Format": "--format",
    "MainFields": "--main-fields",
    "TreeShaking": "--tree-shaking",
}
_NAMED = {
    "Loader": "--loader",
    "OutExtension": "--out-extension",
    "Banner": "--banner",
    "Footer": "--footer",
    "Alias": "--alias",
    "Define": "--define",
}


class Bundle(NamedTuple):
    """The inputs of a bundle: entry points relative to the folder, and SAM's BuildProperties."""

    folder: Path
    entries: Sequence[str]
    properties: Mapping[str, Any]
    packages: Sequence[str]
    """Folders with a node_modules, in addition to those around the code."""
    external: Sequence[str]
    """Patterns of packages that are not bundled because the runtime contains them."""
    keeps_folders: bool = False
    """Whether src/app.ts becomes src/app.js rather than app.js."""


def typescript_entry(folder: Path, handler: str) -> str | None:
    """Returns the TypeScript file of a handler ("src/app.handler"); None if there is none."""
    module = handler.rpartition(".")[0]
    base = os.path.basename(handler).partition(".")[0]
    stem = os.path.join(os.path.dirname(handler), base) if module else handler
    if any((folder / f"{stem}{suffix}").is_file() for suffix in (".js", ".mjs", ".cjs")):
        return None
    return next((f"{stem}{suffix}" for suffix in SUFFIXES if (folder / f"{stem}{suffix}").is_file()), None)


def bundle_typescript(
    home: str | os.PathLike[str],
    bundle: Bundle,
    report: Callable[[str], None],
    *,
    what: str,
    node: str,
    may_build: bool = True,
) -> Path:
    """Returns a folder with the bundle. Raises BuildError."""
    esbuild = _esbuild_program(home, bundle.folder, report, node=node, may_build=may_build)
    arguments = _esbuild_arguments(bundle)
    line = f"Bundling {' '.join(bundle.entries)} for {what}"
    base = {
        "kind": "bundle",
        "folder": str(bundle.folder),
        "arguments": arguments,
        "packages": list(bundle.packages),
        "esbuild": program_stamp(esbuild),
    }
    inputs_file = Path(home, FOLDER_NAME, _INPUTS, build_digest(json.dumps(base).encode())[:32])
    inputs = _read_bundle_inputs(inputs_file)
    if inputs is not None:
        found = find_build_folder(home, {**base, "inputs": _input_digests(inputs)})
        if found is not None:
            return found

    if not may_build:
        raise BuildError(f"Skipped because of --no-build: {line}")
    report(f"{line}…")
    beside = Path(
        private_files.make_private_folder(home, FOLDER_NAME, f"{BUNDLING_PREFIX}{os.urandom(8).hex()}")
    )
    try:
        modules = [str(Path(folder, "node_modules")) for folder in bundle.packages]
        environment = build_environment(NODE_PATH=os.pathsep.join(modules))
        meta = beside / _META
        output = beside / "out"
        command = [esbuild, *arguments, f"--outdir={output}", f"--metafile={meta}"]
        run_build_program(command, bundle.folder, environment, what=line)
        _name_map_sources(output)
        names = sorted(json.loads(meta.read_bytes())["inputs"])
        inputs = [os.path.normpath(bundle.folder / name) for name in names if "://" not in name]
        sources = {**base, "inputs": _input_digests(inputs)}
        path = make_build_folder(home, sources, lambda folder: _move_content(output, folder))
        _write_bundle_inputs(home, inputs_file, inputs)
        return path
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _esbuild_program(
    home: str | os.PathLike[str],
    folder: Path,
    report: Callable[[str], None],
    *,
    node: str,
    may_build: bool,
) -> str:
    """Returns the project's esbuild, the one on PATH, or one that is installed once for all projects."""
    for above in (folder, *folder.parents):
        program = above / "node_modules" / ".bin" / "esbuild"
        if os.access(program, os.X_OK):
            return str(program)
    if (found := shutil.which("esbuild")) is not None:
        return found
    try:
        installed = install_named_node_packages(
            home, ["esbuild"], report, what="TypeScript", node=node, may_build=may_build
        )
    except BuildError as error:
        raise BuildError(
            "TypeScript needs esbuild, which is neither in the project nor on PATH. "
            f"Install it: npm install --global esbuild\n  {error}"
        ) from None
    return str(installed / "node_modules" / ".bin" / "esbuild")


def _esbuild_arguments(bundle: Bundle) -> list[str]:
    properties = bundle.properties
    arguments = [*bundle.entries, "--bundle", "--platform=node", "--log-level=warning"]
    if bundle.keeps_folders:
        arguments.append("--outbase=.")
    if "Format" not in properties:
        arguments.append("--format=cjs")
    if "Target" not in properties:
        arguments.append("--target=node16")
    if properties.get("Sourcemap") in (True, "true"):
        arguments.append("--sourcemap")
    else:
        # The bundle does not refer to its map, so Node.js behaves as without one. `sfn show` uses the map
        # to find the lines of a stack trace in the user's own files.
        arguments += ["--sourcemap=external", "--sources-content=false"]
    arguments += [flag for name, flag in _FLAGS.items() if properties.get(name) in (True, "true")]
    for name, flag in _VALUES.items():
        if (value := properties.get(name)) is not None:
            arguments.append(f"{flag}={','.join(map(str, value)) if isinstance(value, list) else value}")
    for name, flag in _NAMED.items():
        arguments += _named_arguments(flag, properties.get(name))
    external = [*bundle.external, *(properties.get("External") or ())]
    return [*arguments, *(f"--external:{pattern}" for pattern in external)]


def _named_arguments(flag: str, values: Any) -> list[str]:
    """Returns --loader:.html=text for {".html": "text"} and for [".html=text"]."""
    if isinstance(values, dict):
        return [f"{flag}:{name}={value}" for name, value in values.items()]
    return [f"{flag}:{value}" for value in values or ()]


def _name_map_sources(output: Path) -> None:
    """Makes the paths in the source maps absolute, because their folder will be renamed."""
    for path in output.rglob("*.map"):
        source_map = json.loads(path.read_bytes())
        source_map["sources"] = [
            name if "://" in name else os.path.normpath(path.parent / name)
            for name in source_map.get("sources", ())
        ]
        path.write_text(json.dumps(source_map), encoding="utf-8")


def _move_content(source: Path, target: Path) -> None:
    for entry in source.iterdir():
        os.rename(entry, target / entry.name)


def _input_digests(inputs: Sequence[str]) -> list[str]:
    digests = []
    for name in inputs:
        try:
            digests.append(build_digest(Path(name).read_bytes()))
        except OSError:
            digests.append("")
    return digests


def _read_bundle_inputs(inputs_file: Path) -> list[str] | None:
    try:
        found = json.loads(private_files.read_file(inputs_file))
    except (OSError, ValueError, StoreError):
        return None
    return found if isinstance(found, list) else None


def _write_bundle_inputs(home: str | os.PathLike[str], inputs_file: Path, inputs: Sequence[str]) -> None:
    """Stores the list of a bundle's input files; if it is missing, the bundle is rebuilt."""
    try:
        private_files.make_private_folder(home, FOLDER_NAME, _INPUTS)
        private_files.replace_file(inputs_file, json.dumps(list(inputs)))
    except (OSError, StoreError):
        pass
