"""Storage of datasets and results: an S3 bucket, or a folder.

A folder's URL (file:///…) takes the place of the bucket's name. Folders are an extension of sfn, for
use without S3.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from sfn_cli.errors import ConfigurationError
from sfn_cli.integrations.aws.errors import ErrorNaming, service_error
from sfn_cli.jsonvalue import well_formed_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.jsonvalue import Json


_NAMING = ErrorNaming("S3", "Amazon S3", "AmazonS3Exception")


class StorageError(Exception):
    """A failed read or write. The message contains AWS's, where known."""


class Storage(Protocol):
    """A bucket. All methods block, and raise StorageError."""

    def open(self, arguments: Mapping[str, Json]) -> BinaryIO:
        """Opens an object for sequential reading; `arguments` are GetObject's."""

    def list(self, arguments: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
        """Yields the objects on all pages as items of a Map; `arguments` are ListObjectsV2's."""

    def write(self, key: str, content: BinaryIO) -> None:
        """Creates or replaces an object."""


def storage(bucket: Json, context: TaskContext) -> Storage:
    """Returns the bucket of this name. Raises StorageError."""
    if not isinstance(bucket, str) or not bucket:
        raise StorageError("The field 'Bucket' is required but was missing")
    if bucket.startswith("file:"):
        return _StorageFolder(bucket)
    try:
        return _StorageBucket(bucket, context.clients.get("s3"))
    except ConfigurationError as error:
        raise StorageError(str(error)) from None


class _StorageBucket:
    """An S3 bucket, at the configured endpoint."""

    def __init__(self, name: str, client: Any) -> None:
        self._name = name
        self._client = client

    def open(self, arguments: Mapping[str, Json]) -> BinaryIO:
        body = self._call("get_object", **arguments)["Body"]
        return io.BufferedReader(_ReadableStorage(body), 1 << 20)

    def list(self, arguments: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
        token: dict[str, Json] = {}
        while True:
            page = self._call("list_objects_v2", **arguments, **token)
            for found in page.get("Contents", ()):
                yield _storage_entry(
                    found["ETag"],
                    found["LastModified"].timestamp(),
                    found["Key"],
                    found["Size"],
                    found["StorageClass"],
                )
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def write(self, key: str, content: BinaryIO) -> None:
        self._call("put_object", Bucket=self._name, Key=key, Body=content)

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
            return answer
        except ClientError as error:
            failure = _NAMING.failure(service_error(error, self._client.meta.service_model))
            raise StorageError(failure.cause) from None
        except (BotoCoreError, TypeError, ValueError) as error:
            raise StorageError(str(error)) from None


class _ReadableStorage(io.RawIOBase):
    """A botocore body with the interface of a Python stream."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _StorageFolder:
    """A folder in place of a bucket; keys are paths relative to it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        path = unquote(parts.path)
        # In file://orders/data, "orders" is a host.
        if not os.path.isabs(path) or parts.netloc not in ("", "localhost"):
            raise StorageError(f"{url} is not an absolute path. Use file:///path/of/the/folder")
        self._root = path

    def open(self, arguments: Mapping[str, Json]) -> BinaryIO:
        path = self._path(str(arguments.get("Key", "")))
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise StorageError(f"{path} is not a regular file")  # a device or a pipe may have no end
        return open(path, "rb")

    def list(self, arguments: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
        prefix = str(arguments.get("Prefix") or "")
        keys = []
        for folder, _, names in os.walk(self._root):
            keys += [
                os.path.relpath(os.path.join(folder, name), self._root).replace(os.sep, "/") for name in names
            ]
        for key in sorted(key for key in keys if key.startswith(prefix)):
            status = os.stat(self._path(key))
            yield _storage_entry(
                f'"{status.st_mtime_ns:x}-{status.st_size:x}"',
                status.st_mtime,
                key,
                status.st_size,
                "STANDARD",
            )

    def write(self, key: str, content: BinaryIO) -> None:
        path = self._path(key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(f"{path}.part", "wb") as file:
            shutil.copyfileobj(content, file)
        os.replace(f"{path}.part", path)

    def _path(self, key: str) -> str:
        if "\0" in key or not _is_unicode_object_key(key):
            raise StorageError(f"'{key}' is not a valid file name")
        path = os.path.normpath(os.path.join(self._root, key))
        if os.path.commonpath([path, os.path.normpath(self._root)]) != os.path.normpath(self._root):
            raise StorageError(f"{key} is outside {self._root}")
        return path


def _is_unicode_object_key(text: str) -> bool:
    return well_formed_text(text) == text


def _storage_entry(etag: str, modified: float, key: str, size: int, storage_class: str) -> dict[str, Json]:
    # Observed: in this order, with seconds as a double. (floci, pull request 3460)
    return {
        "Etag": etag,
        "Key": key,
        "LastModified": float(int(modified)),
        "Size": size,
        "StorageClass": storage_class,
    }
