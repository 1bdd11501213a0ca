"""A function's code in requests: a zip, an object in S3, or a folder (CodeDir, an extension of sfn).

A folder is used in place. A version's code never changes: publishing a folder stores a zip of its
current content. PackageDirs and ExactRuntime are extensions too: folders with packages that the code
imports, and whether only this version of the language may run it. They apply to $LATEST and the
versions published from it.
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.api.functions.references import invalid_function_reference
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

_NOT_CODE = frozenset({"__pycache__", ".git"})
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time in a zip, so that the same content always results in the same zip."""


def parse_code(service: Service, source: Mapping[str, Any]) -> Code | None:
    """Parses the code in a request; None if there is none. Raises ApiError."""
    if source.get("ImageUri"):
        raise invalid_function_reference(
            "ImageUri is not supported: a function's code must be a zip or a folder."
        )
    folder, content = source.get("CodeDir"), source.get("ZipFile")
    is_in_s3 = bool(source.get("S3Bucket") or source.get("S3Key"))
    if content and (folder or is_in_s3):
        raise invalid_function_reference(
            "Please do not provide other FunctionCode parameters when providing a ZipFile."
        )
    if folder:
        if not os.path.isabs(folder) or not os.path.isdir(folder):
            raise invalid_function_reference(
                f"The code folder must be the absolute path of an existing folder: {folder}"
            )
        return Code(folder=os.path.normpath(folder))
    if is_in_s3:
        content = _read_code_in_s3(service, source)
    if content is None:
        return None
    _check_code_zip(content)
    return Code(zip=content)


def _read_code_in_s3(service: Service, source: Mapping[str, Any]) -> bytes:
    bucket, key = source.get("S3Bucket"), source.get("S3Key")
    if not bucket or not key or service.read_object is None:
        raise invalid_function_reference("Please provide both S3Bucket and S3Key for the function's code.")
    try:
        return service.read_object(bucket, key, source.get("S3ObjectVersion"))
    except ApiError as error:
        raise invalid_function_reference(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}"
        ) from None


def code_extensions(source: Mapping[str, Any]) -> dict[str, Json]:
    """Returns sfn's extensions in a function's configuration, from its code. Raises ApiError."""
    return {
        "PackageDirs": code_package_dirs(source),
        "ExactRuntime": bool(source.get("ExactRuntime")),
    }


def code_package_dirs(source: Mapping[str, Any]) -> list[str]:
    """Returns the folders with the packages of the code in a request. Raises ApiError."""
    folders = [os.path.normpath(folder) for folder in source.get("PackageDirs") or ()]
    for folder in folders:
        if not os.path.isabs(folder) or not os.path.isdir(folder):
            raise invalid_function_reference(
                f"A package folder must be the absolute path of an existing folder: {folder}"
            )
    return folders


def _check_code_zip(content: bytes) -> None:
    """Raises ApiError unless the content is a zip that is not too large.

    Entries are checked again when they are unpacked.
    """
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise invalid_function_reference(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from None
    if not entries:
        raise invalid_function_reference("Uploaded file must be a non-empty zip")
    if sum(entry.file_size for entry in entries) > quotas.UNZIPPED_CODE_BYTES:
        raise code_too_large()
    for entry in entries:
        if entry.filename.startswith("/") or ".." in entry.filename.split("/"):
            raise invalid_function_reference(
                f"The zip has an entry outside the function's folder: {entry.filename}"
            )


def code_facts(code: Code) -> dict[str, Json]:
    """Returns CodeSize and CodeSha256.

    A folder's content may change at any time, so its path is hashed instead.
    """
    import hashlib

    content = code.zip if code.zip is not None else os.fsencode(code.folder or "")
    size = len(content) if code.zip is not None else 0
    return {"CodeSize": size, "CodeSha256": base64.b64encode(hashlib.sha256(content).digest()).decode()}


def snapshot_code(folder: str) -> bytes:
    """Returns a zip of the folder's current content without caches. Raises ApiError.

    The same content always results in the same bytes.
    """
    import io
    import zipfile

    content = io.BytesIO()
    size = 0
    try:
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(_code_files(folder, set())):
                size += os.path.getsize(path)
                if size > quotas.UNZIPPED_CODE_BYTES:
                    raise code_too_large()
                entry = zipfile.ZipInfo(os.path.relpath(path, folder), _EPOCH)
                entry.external_attr = (0o100755 if os.access(path, os.X_OK) else 0o100644) << 16
                with open(path, "rb") as file:
                    archive.writestr(entry, file.read(), zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise invalid_function_reference(
            f"Cannot read the code folder: {error.strerror or error} ({error.filename or folder})"
        ) from None
    return content.getvalue()


def _code_files(folder: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    """Yields the files below a folder, following links: their targets belong to the code."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                yield entry.path
            elif entry.is_dir() and entry.name not in _NOT_CODE:
                status = entry.stat()
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield from _code_files(entry.path, seen)


def code_too_large() -> ApiError:
    return invalid_function_reference(
        f"Unzipped size must be smaller than {quotas.UNZIPPED_CODE_BYTES} bytes"
    )
