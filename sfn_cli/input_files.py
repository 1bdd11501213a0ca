"""Reading of files that a user names, up to a limit for each kind of file.

A path may lead to /dev/zero, to an endless pipe or to a sparse file of terabytes: a file is never
read beyond its limit, and not at all if its size is known to exceed it.
"""

from __future__ import annotations

import errno
import os

PARAMETER_BYTES = 72 * 2**20
"""The limit of a file that an option names (file://, fileb://).

The largest request, CreateFunction, has 70,167,211.
"""

PROJECT_FILE_BYTES = 16 * 2**20
"""The limit of a definition, an input, settings or mocks in a folder.

AWS's limit for a definition is a 16th of it.
"""

HISTORY_BYTES = 512 * 2**20
"""The limit of a file with an execution's history: at most 25,000 events, few with 256 KiB of data."""

RESOURCE_FILE_BYTES = 256 * 2**20
"""The limit of a file that a call of resources.json sends, to S3 for example."""

CREDENTIALS_BYTES = 2**20
"""The limit of an AWS config or credentials file."""

_PIECE_BYTES = 2**20


class FileTooLargeError(OSError):
    """A file longer than the limit for its kind."""

    def __init__(self, path: str | os.PathLike[str], most: int) -> None:
        super().__init__(errno.EFBIG, f"File too large (the limit is {most:,} bytes)", os.fspath(path))


def shown_path(path: str | os.PathLike[str]) -> str:
    """Returns a path as lines for the user name it: relative, if it is below the current folder."""
    return os.fspath(path).removeprefix(os.path.join(os.getcwd(), ""))


def read_input_bytes(path: str | os.PathLike[str], most: int) -> bytes:
    """Returns the content of a file or pipe.

    Raises OSError (FileTooLargeError for more than `most` bytes).
    """
    content = bytearray()
    if "\0" in os.fspath(path):
        raise OSError(errno.EINVAL, "A path cannot contain a NUL character", os.fspath(path))
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise FileTooLargeError(path, most)
        while piece := file.read(_PIECE_BYTES):
            content += piece
            if len(content) > most:
                raise FileTooLargeError(path, most)
    return bytes(content)


def read_input_text(path: str | os.PathLike[str], most: int) -> str:
    """Returns the text of a file in UTF-8, with newlines for the line ends of any system.

    Raises OSError, UnicodeDecodeError.
    """
    return read_input_bytes(path, most).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
