"""What a version of a function publishes: when that changes, a deploy publishes another version."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.readers.source_files import source_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.stacks.resources.resource import Properties

VERSION = "AWS::Lambda::Version"


def published_fingerprint(function: Properties) -> str:
    """Returns a hash of a function's properties and of the state of its code's files."""
    return hashlib.sha256(dumps([function, list(_code_state(function))]).encode()).hexdigest()


def _code_state(function: Properties) -> Iterator[tuple[str, int, int]]:
    code = function.get("Code")
    path = code.get("CodeDir") if isinstance(code, dict) else None
    if not isinstance(path, str):
        return
    folder = Path(path)
    for file in [entry.path for entry in source_files(folder)] if folder.is_dir() else [path]:
        try:
            status = os.stat(file)
        except OSError:
            continue
        yield file, status.st_size, status.st_mtime_ns
