"""The assets of a cloud assembly: local files that its templates name by their place in S3.

A template names an asset by its S3 key, which is a hash, in a function's Code, a layer's Content, a
machine's DefinitionS3Location or a nested stack's TemplateURL. Apps of CDK version 1 name an asset by
three parameters ("AssetParameters…S3Bucket", "…S3VersionKey", "…ArtifactHash").
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.stack import FUNCTION, LAYER, STATE_MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ASSET = "aws:cdk:asset"
_BUCKET = "cdk-assets"
_BUCKET_DEPLOYMENT = "Custom::CDKBucketDeployment"


class AssetTable:
    """The assets of one stack, by their places in S3 and by their parameters."""

    def __init__(
        self, folders: tuple[Path, ...], original: Callable[[Path], Path], *, may_be_missing: bool = False
    ) -> None:
        """`folders` are the folders for assets with relative paths, the assembly's own first.

        `original` returns the project's path for a path in the copy in which the app ran.
        `may_be_missing` says that the app ran without its missing assets (app_run.py).
        """
        self.may_be_missing = may_be_missing
        self._original = original
        self._folders = folders
        self._by_key: dict[str, Path] = {}
        self._by_parameter: dict[str, tuple[str, Path]] = {}
        """The value of each parameter of version 1, and its asset."""

    def add_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Adds the file assets of an asset manifest (`STACK.assets.json`)."""
        for asset in (manifest.get("files") or {}).values():
            path = (asset.get("source") or {}).get("path")
            if path is None:
                continue  # an executable creates the asset
            for destination in (asset.get("destinations") or {}).values():
                self._by_key[destination["objectKey"]] = self._asset_path(path)

    def add_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Adds the assets of version 1, which are entries in the metadata of the stack's artifact."""
        for entries in metadata.values():
            for entry in entries:
                data = entry.get("data")
                if entry.get("type") != _ASSET or not isinstance(data, dict) or "path" not in data:
                    continue
                path = self._asset_path(data["path"])
                key = (
                    f"{data.get('id', path.name)}{'.zip' if data.get('packaging') == 'zip' else path.suffix}"
                )
                values = {
                    "s3BucketParameter": _BUCKET,
                    "s3KeyParameter": f"||{key}",
                    "artifactHashParameter": key,
                }
                for member, value in values.items():
                    if member in data:
                        self._by_parameter[data[member]] = (value, path)

    def asset_in(self, value: Any) -> Path | None:
        """Returns the asset that a value names (an S3 location, a URL), if it names exactly one."""
        found = set(self._assets_in(value))
        return found.pop() if len(found) == 1 else None

    def asset_at(self, path: str) -> Path:
        """Returns the path of an asset, given its path in metadata ("asset.HASH")."""
        return self._asset_path(path)

    def without_parameters(self, value: Any) -> Any:
        """Returns a value with version 1's parameters replaced by their values."""
        if isinstance(value, list):
            return [self.without_parameters(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and isinstance(name := value.get("Ref"), str) and name in self._by_parameter:
            return self._by_parameter[name][0]
        return {key: self.without_parameters(item) for key, item in value.items()}

    @property
    def parameters(self) -> set[str]:
        """Returns the names of version 1's parameters."""
        return set(self._by_parameter)

    def _assets_in(self, value: Any) -> Iterator[Path]:
        if isinstance(value, dict):
            name = value.get("Ref")
            if isinstance(name, str) and name in self._by_parameter:
                yield self._by_parameter[name][1]
            for item in value.values():
                yield from self._assets_in(item)
        elif isinstance(value, list):
            for item in value:
                yield from self._assets_in(item)
        elif isinstance(value, str):
            if value in self._by_key:
                yield self._by_key[value]
            elif "/" in value:  # the key may contain slashes: try every suffix of the URL's path
                parts = value.split("/")
                for first in range(1, len(parts)):
                    if (path := self._by_key.get("/".join(parts[first:]))) is not None:
                        yield path
                        return

    def _asset_path(self, path: str) -> Path:
        candidates = [Path(os.path.normpath(folder / path)) for folder in self._folders]
        if os.path.basename(path).startswith("asset."):  # bundled, and moved later
            candidates += [folder / os.path.basename(path) for folder in self._folders]
        return self._original(next((found for found in candidates if found.exists()), candidates[0]))


def with_local_code(resource: Mapping[str, Any], assets: AssetTable) -> dict[str, Any]:
    """Returns a resource whose assets are replaced by their local paths."""
    changed = dict(resource)
    properties = dict(resource.get("Properties") or {})
    type = resource.get("Type")
    if type == FUNCTION:
        _use_local_folder(properties, "Code", resource, assets)
    elif type == LAYER:
        _use_local_folder(properties, "Content", resource, assets)
    elif type == STATE_MACHINE:
        path = assets.asset_in(properties.get("DefinitionS3Location"))
        if path is not None:
            del properties["DefinitionS3Location"]
            properties["DefinitionUri"] = str(path)
    elif type == _BUCKET_DEPLOYMENT:
        keys = properties.get("SourceObjectKeys")
        paths = [assets.asset_in(key) for key in keys] if isinstance(keys, list) else []
        if paths and None not in paths:
            properties["Sources"] = [str(path) for path in paths]
    else:
        return changed
    changed["Properties"] = properties
    return changed


def _use_local_folder(
    properties: dict[str, Any], name: str, resource: Mapping[str, Any], assets: AssetTable
) -> None:
    location = properties.get(name)
    if not isinstance(location, dict) or not {"S3Bucket", "S3Key"} <= location.keys():
        return
    path = assets.asset_in(location)
    metadata = resource.get("Metadata") or {}
    if path is None and metadata.get("aws:asset:property") == name:
        path = assets.asset_at(metadata["aws:asset:path"])
    if path is not None:
        may_be_missing = name == "Code" and assets.may_be_missing and not path.exists()
        properties[name] = {"CodeDir": str(path), **({"MayBeMissing": True} if may_be_missing else {})}
