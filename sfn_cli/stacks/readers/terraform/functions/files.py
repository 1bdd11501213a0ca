"""Functions that read files: `file`, `templatefile`, `fileset`, …

Paths are relative to the root module's folder, in which Terraform runs.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes
from sfn_cli.stacks.readers.terraform.functions.encodings import HASHES
from sfn_cli.stacks.readers.terraform.language.values import ConversionError, Value, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_FILES = 10_000


class FileFunctions:
    """The functions that read files below a folder, and the list of files that they read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: dict[Path, None] = {}
        self.table: dict[str, Callable[..., Value]] = {
            "abspath": lambda path: str(self.path(path)),
            "basename": lambda path: os.path.basename(to_text(path).rstrip("/")),
            "dirname": lambda path: os.path.dirname(to_text(path)) or ".",
            "file": self.text,
            "filebase64": lambda path: base64.b64encode(self._content(path)).decode(),
            "fileexists": lambda path: self.path(path).is_file(),
            "fileset": self._fileset,
            "pathexpand": lambda path: os.path.expanduser(to_text(path)),
            **{f"file{name}": self._file_hash(name) for name in HASHES},
        }

    def path(self, path: Value) -> Path:
        """Returns the absolute path for a path in the module."""
        return Path(os.path.normpath(self._folder / os.path.expanduser(to_text(path))))

    def text(self, path: Value) -> str:
        try:
            return self._content(path).decode()
        except UnicodeDecodeError:
            raise ConversionError(f"cannot read {to_text(path)}: it is not UTF-8 text") from None

    def _content(self, path: Value) -> bytes:
        file = self.path(path)
        try:
            content = read_input_bytes(file, PROJECT_FILE_BYTES)
        except OSError as error:
            raise ConversionError(f"cannot read {to_text(path)}: {error.strerror}") from None
        self.files[file] = None
        return content

    def _file_hash(self, name: str) -> Callable[[Value], str]:
        def file_hash(path: Value) -> str:
            # `terraform apply` creates archives, and has not run. A placeholder is enough: the hash
            # only detects changes of the code.
            file = self.path(path)
            return HASHES[name](self._content(path) if file.is_file() else str(file).encode())

        return file_hash

    def _fileset(self, folder: Value, pattern: Value) -> list[str]:
        start = self.path(folder)
        found: list[str] = []
        for alternative in _alternatives(to_text(pattern)):
            try:
                paths = start.glob(alternative)
                for path in paths:
                    if path.is_file():
                        found.append(path.relative_to(start).as_posix())
                    if len(found) > _MAX_FILES:
                        raise ConversionError(f"fileset matches more than {_MAX_FILES:,} files")
            except (ValueError, NotImplementedError, OSError):
                raise ConversionError(f"fileset: invalid pattern {to_text(pattern)!r}") from None
        return sorted(set(found))


def _alternatives(pattern: str) -> list[str]:
    """Returns the patterns that a pattern with {a,b} stands for."""
    start = pattern.find("{")
    end = pattern.find("}", start)
    if start < 0 or end < 0:
        return [pattern]
    inner = pattern[start + 1 : end].split(",")[:100]
    return [each for item in inner for each in _alternatives(pattern[:start] + item + pattern[end + 1 :])]
