"""Finds a project's source files, and whether any of them is newer than a build."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT_SOURCE = frozenset(
    {
        "__pycache__",
        "bower_components",
        "build",
        "cdk.out",
        "dist",
        "env",
        "node_modules",
        "target",
        "venv",
    }
)
"""Folders of packages and builds. Folders whose names begin with a dot are skipped too."""


def source_files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yields the files of a project without packages, builds and hidden files."""
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NOT_SOURCE:
                    waiting.append(entry.path)
            elif entry.is_file():
                yield entry


def newer_source_file(built: Path, folder: Path) -> str | None:
    """Returns the path of a source file that changed after `built` was written; None if none did."""
    try:
        built_at = built.stat().st_mtime_ns
    except OSError:
        return str(built)
    for entry in source_files(folder):
        try:
            if entry.stat().st_mtime_ns > built_at:
                return entry.path
        except OSError:
            continue
    return None
