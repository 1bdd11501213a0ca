"""Files that a CDK app puts into a bucket (BucketDeployment), without the function of CDK that does it.

Properties: Sources, the absolute paths of folders and .zip files, which the reader of CDK apps adds, and
those of the custom resource: DestinationBucketName, DestinationBucketKeyPrefix, Extract, and SourceMarkers
(for each source, the texts to replace in its files).
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
import os
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_input_bytes
from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing
from sfn_cli.stacks.resources.properties import is_true
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "s3"
_NAME_LENGTH = 64


def _predict_deployment(naming: Naming, properties: Properties) -> CreatedResource:
    bucket = properties.get("DestinationBucketName")
    attributes = {
        "DestinationBucketArn": f"arn:aws:s3:::{bucket}",
        "SourceObjectKeys": properties.get("SourceObjectKeys") or [],
    }
    return CreatedResource(naming.generated(_NAME_LENGTH), attributes)


def _create_deployment(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    bucket, name = properties.get("DestinationBucketName"), context.naming.logical_id
    created = _predict_deployment(context.naming, properties)
    sources = properties.get("Sources")
    if not sources:
        context.report(
            f"{name}: no files are copied to {bucket}: sfn knows them only from the CDK app itself."
        )
        return created
    if none_if_missing(lambda: call_service(context, _SERVICE, "HeadBucket", {"Bucket": bucket})) is None:
        context.report(f"{name}: the bucket {bucket} does not exist.")
        return created
    prefix = str(properties.get("DestinationBucketKeyPrefix") or "").strip("/")
    markers = properties.get("SourceMarkers") or []
    for number, source in enumerate(sources):
        path = Path(str(source))
        replaced = markers[number] if number < len(markers) else {}
        for key, content in _source_files(path, is_extracted=is_true(properties.get("Extract", True))):
            request = {
                "Bucket": bucket,
                "Key": f"{prefix}/{key}" if prefix else key,
                "Body": _with_markers(content, replaced),
                "ContentType": mimetypes.guess_type(key)[0],
            }
            call_service(context, _SERVICE, "PutObject", request)
    return created


def _update_deployment(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _create_deployment(context, new)


def _delete_deployment(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    """Leaves the objects, as the CDK does; deleting the bucket deletes them."""


def _source_files(path: Path, *, is_extracted: bool) -> Iterator[tuple[str, bytes]]:
    """Yields the keys and the content of a source's files. Raises ResourceError."""
    try:
        if path.is_dir():
            for file in _files_below(path):
                yield file.relative_to(path).as_posix(), read_input_bytes(file, RESOURCE_FILE_BYTES)
            return
        content = read_input_bytes(path, RESOURCE_FILE_BYTES)
        if not is_extracted or path.suffix != ".zip":
            yield path.name, content
            return
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield entry.filename, archive.read(entry)
    except FileNotFoundError:
        raise ResourceError(f"The file or folder {path} does not exist.") from None
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ResourceError(f"Cannot read {path}: {error}") from None


def _files_below(path: Path) -> list[Path]:
    found = (Path(folder) / name for folder, _, names in os.walk(path) for name in names)
    return sorted(file for file in found if file.is_file())


def _with_markers(content: bytes, markers: Mapping[str, Any]) -> bytes:
    for marker, value in markers.items():
        content = content.replace(marker.encode(), str(value).encode())
    return content


def _deployment_fingerprint(properties: Properties) -> str:
    """Returns a hash of the names, sizes and times of the files."""
    found = hashlib.sha256()
    for source in properties.get("Sources") or []:
        path = Path(str(source))
        for file in _files_below(path) if path.is_dir() else [path]:
            if file.is_file():
                state = file.stat()
                found.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return found.hexdigest()


BUCKET_DEPLOYMENT = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_deployment,
        create=_create_deployment,
        update=_update_deployment,
        delete=_delete_deployment,
        fingerprint=_deployment_fingerprint,
    ),
)
