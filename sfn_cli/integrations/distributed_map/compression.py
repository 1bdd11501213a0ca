"""Compressed datasets: GZIP and ZSTD, by the ending of the file's name.

Zstandard is in Python's standard library since 3.14; the extra `zstd` brings it to older versions.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import StatesError
from sfn_cli.installation.extras import install_hint

if TYPE_CHECKING:
    from typing import BinaryIO

_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


def unpacked(file: BinaryIO, name: str) -> BinaryIO:
    """Returns the file's content without compression. Raises StatesError."""
    # S3 Inventory and Athena compress their files; only the name shows it.
    if name.endswith(".gz"):
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]
    if name.endswith((".zst", ".zstd")):
        zstd_file: BinaryIO = _import_zstd(name).ZstdFile(file)
        return zstd_file
    return file


def _import_zstd(name: str) -> Any:
    try:
        return import_module(_ZSTD)
    except ImportError:
        raise StatesError(
            "States.ItemReaderFailed",
            f"{name} is compressed with Zstandard, and backports.zstd is not installed. "
            f"{install_hint('zstd')}",
        ) from None


def unpacking_errors() -> tuple[type[Exception], ...]:
    """Returns the errors of damaged files."""
    zstd = sys.modules.get(_ZSTD)
    return (EOFError, gzip.BadGzipFile, zlib.error, *((zstd.ZstdError,) if zstd is not None else ()))
