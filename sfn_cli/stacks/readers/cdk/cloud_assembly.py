"""Reads a cloud assembly, the folder that a CDK app writes (`cdk.out`), as stacks.

    manifest.json              the artifacts: stacks, asset manifests, nested assemblies
    STACK.template.json        what CloudFormation would deploy
    STACK.assets.json          each asset's local path, and its place in S3 in the template
    asset.HASH/                code, unless it has its original path
    assembly-STAGE/            a nested assembly, for a Stage of the app
    …nested.template.json      templates of nested stacks, which are also assets

https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/cloud-assembly-schema
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.cdk.assets import AssetTable, with_local_code
from sfn_cli.stacks.readers.cdk.custom_resources import without_providers
from sfn_cli.stacks.readers.nested_stacks import inline_nested_stacks
from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.readers.template_file import read_json_object, read_template_file
from sfn_cli.stacks.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"

_STACK = "aws:cloudformation:stack"
_ASSETS = "cdk:asset-manifest"
_NESTED_ASSEMBLY = "cdk:cloud-assembly"
_BOOKKEEPING = {
    "Parameters": ("BootstrapVersion",),
    "Resources": ("CDKMetadata",),
    "Conditions": ("CDKMetadataAvailable",),
}
"""What the CDK adds to each template for its own deployments."""
_MAX_DEPTH = 10


class CloudAssembly(NamedTuple):
    """The stacks of an app."""

    stacks: tuple[Stack, ...]
    """The stacks in an order for deployment: each after the stacks that it depends on."""
    dependencies: Mapping[str, tuple[str, ...]]
    """For each stack, by name, the names of its direct dependencies."""
    notes: tuple[str, ...]
    """Lines for the user about the app as a whole."""


class _AssetPlaces(NamedTuple):
    folders: tuple[Path, ...]
    original: Callable[[Path], Path]


class _StackArtifact(NamedTuple):
    id: str
    name: str
    stack: Stack
    depends_on: tuple[str, ...]
    """The ids of artifacts in the same assembly."""


def is_cloud_assembly(path: Path) -> bool:
    """Whether a path is a folder with a cloud assembly."""
    return (path / MANIFEST).is_file()


def read_cloud_assembly(
    folder: Path,
    project: Path,
    asset_folders: tuple[Path, ...] = (),
    original: Callable[[Path], Path] = lambda path: path,
) -> CloudAssembly:
    """Reads the assembly in a folder. Raises UsageError.

    `project` is the folder of the app, to which the stacks belong. `asset_folders` are further folders
    for assets with relative paths; `original` returns the project's path for an asset's path in the
    copy in which the app ran. With `asset_folders`, the app ran without its missing assets.
    """
    place = _AssetPlaces(asset_folders, original)
    found: list[_StackArtifact] = []
    dependencies: dict[str, tuple[str, ...]] = {}
    notes: list[str] = []
    for artifacts, missing in _read_assemblies(folder, project, place, 0):
        names = {artifact.id: artifact.name for artifact in artifacts}
        for artifact in _in_order_of_dependencies(artifacts):
            if artifact.name in dependencies:
                notes.append(f"The app has several stacks named {artifact.name}. Only the first one is used.")
                continue
            found.append(artifact)
            dependencies[artifact.name] = tuple(
                names[id] for id in artifact.depends_on if id in names and names[id] != artifact.name
            )
        if missing:
            notes.append(
                f"The app looks up {', '.join(missing)} at AWS. Values that are not in cdk.context.json "
                "are replaced with made-up ones."
            )
    if not found:
        raise UsageError(f"{folder} contains no stacks.")
    return CloudAssembly(
        tuple(artifact.stack for artifact in found), dependencies, tuple(dict.fromkeys(notes))
    )


def _read_assemblies(
    folder: Path, project: Path, place: _AssetPlaces, depth: int
) -> Iterator[tuple[list[_StackArtifact], list[str]]]:
    """Yields the stacks of an assembly and its nested assemblies, with the lookups that each is missing."""
    manifest = read_json_object(folder / MANIFEST)
    artifacts = manifest.get("artifacts") or {}
    stacks = [
        _read_stack_artifact(folder, project, place, id, artifact, artifacts)
        for id, artifact in artifacts.items()
        if artifact.get("type") == _STACK
    ]
    missing = [str(entry.get("provider")) for entry in manifest.get("missing") or ()]
    yield stacks, list(dict.fromkeys(missing))
    for artifact in artifacts.values():
        if artifact.get("type") == _NESTED_ASSEMBLY and depth < _MAX_DEPTH:
            nested = folder / str((artifact.get("properties") or {}).get("directoryName"))
            yield from _read_assemblies(nested, project, place, depth + 1)


def _read_stack_artifact(
    folder: Path,
    project: Path,
    place: _AssetPlaces,
    id: str,
    artifact: Mapping[str, Any],
    artifacts: Mapping[str, Any],
) -> _StackArtifact:
    properties = artifact.get("properties") or {}
    file = folder / str(properties.get("templateFile"))
    assets = AssetTable((folder, *place.folders), place.original, may_be_missing=bool(place.folders))
    files = [folder / MANIFEST, file]
    for other in artifacts.values():
        # Include the assets of other stacks: keys are hashes, and shared assets may be listed only there.
        if other.get("type") == _ASSETS:
            files.append(manifest := folder / str((other.get("properties") or {}).get("file")))
            assets.add_manifest(read_json_object(manifest))
    assets.add_metadata(artifact.get("metadata") or {})
    if isinstance(more := artifact.get("additionalMetadataFile"), str) and (folder / more).is_file():
        assets.add_metadata(read_json_object(folder / more))
    read = read_template_file(file)
    if not isinstance(read.value, dict):
        raise UsageError(f"{file} is not a template.")
    template = _inlined_template(read.value, folder, assets, files, 0)
    for section, names in _BOOKKEEPING.items():
        template[section] = {
            name: value for name, value in (template.get(section) or {}).items() if name not in names
        }
    template.pop("Rules", None)
    template["Parameters"] = {
        name: value for name, value in template["Parameters"].items() if name not in assets.parameters
    }
    template["Resources"] = assets.without_parameters(
        without_providers(
            {name: with_local_code(resource, assets) for name, resource in template["Resources"].items()}
        )
    )
    name = str(properties.get("stackName") or id)
    parameters = {
        name: str(value)
        for name, value in (properties.get("parameters") or {}).items()
        if name in template["Parameters"]
    }
    stack = Stack(
        ProjectKind.CDK_APP.value,
        name,
        file,
        project,
        template,
        parameters,
        read.places,
        tuple(files),
        tuple(read.notes),
    )
    return _StackArtifact(id, name, stack, tuple(artifact.get("dependencies") or ()))


def _inlined_template(
    template: Mapping[str, Any], folder: Path, assets: AssetTable, files: list[Path], depth: int
) -> dict[str, Any]:
    """Returns a template with its nested stacks inlined."""

    def nested_template(logical_id: str, resource: Mapping[str, Any]) -> Mapping[str, Any] | None:
        path = assets.asset_in((resource.get("Properties") or {}).get("TemplateURL"))
        named = (resource.get("Metadata") or {}).get("aws:asset:path")
        if path is None and isinstance(named, str):
            path = folder / named
        if path is None or not path.is_file() or depth >= _MAX_DEPTH:
            return None
        files.append(path)
        value = read_template_file(path).value
        return _inlined_template(value, folder, assets, files, depth + 1) if isinstance(value, dict) else None

    return inline_nested_stacks(template, nested_template)


def _in_order_of_dependencies(artifacts: list[_StackArtifact]) -> list[_StackArtifact]:
    """Returns the stacks in manifest order, but each after the stacks that it depends on."""
    by_id = {artifact.id: artifact for artifact in artifacts}
    done: dict[str, _StackArtifact] = {}

    def add(artifact: _StackArtifact, waiting: frozenset[str]) -> None:
        for id in artifact.depends_on:
            if id in by_id and id not in done and id not in waiting:
                add(by_id[id], waiting | {artifact.id})
        done.setdefault(artifact.id, artifact)

    for artifact in artifacts:
        add(artifact, frozenset({artifact.id}))
    return list(done.values())
