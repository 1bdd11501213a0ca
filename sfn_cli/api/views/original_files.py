"""The user's original of a copied file: builds such as cdk.out and .aws-sam copy functions' code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_ENTRIES = 20_000
"""The maximum number of files and folders of a project to search."""

_MOST_LEVELS = 4
"""How many levels above a project's folder its repository may be."""

_NOT_ORIGINAL = frozenset({"__pycache__", "build", "cdk.out", "dist", "node_modules", "target", "venv"})
"""Folders of packages and builds. Folders whose names begin with a dot are skipped too."""


def is_in_build(path: str) -> bool:
    """Whether a path is inside a folder in which builds put copies."""
    return any(
        part in _NOT_ORIGINAL or (part.startswith(".") and len(part) > 2) for part in path.split(os.sep)[:-1]
    )


def original_of_copy(path: str, project_folder: str) -> str | None:
    """Returns the file of the project with the same name and content as this copy.

    Of several, the one with the most similar folders; None if there is none, or no clear winner.
    """
    try:
        content = read_input_bytes(path, PROJECT_FILE_BYTES)
    except OSError:
        return None
    found = [
        entry.path
        for entry in _project_files(_repository_folder(project_folder))
        if entry.name == os.path.basename(path) and _has_content(entry, content)
    ]
    found.sort(key=lambda each: _common_tail(each, path), reverse=True)
    if len(found) > 1 and _common_tail(found[0], path) == _common_tail(found[1], path):
        return None
    return found[0] if found else None


def _repository_folder(folder: str) -> str:
    """Returns the nearest parent folder with .git, or the folder itself."""
    above = folder
    for _ in range(_MOST_LEVELS):
        if os.path.exists(os.path.join(above, ".git")):
            return above
        above = os.path.dirname(above)
    return folder


def _project_files(folder: str) -> Iterator[os.DirEntry[str]]:
    waiting, seen = [folder], 0
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                found = list(entries)
        except OSError:
            continue
        for entry in found:
            seen += 1
            if seen > _MOST_ENTRIES:
                return
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NOT_ORIGINAL:
                    waiting.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry


def _has_content(entry: os.DirEntry[str], content: bytes) -> bool:
    try:
        return entry.stat().st_size == len(content) and read_input_bytes(entry.path, len(content)) == content
    except OSError:
        return False


def _common_tail(path: str, other: str) -> int:
    """Returns the number of equal parts at the ends of two paths."""
    count = 0
    for part, of_other in zip(reversed(path.split(os.sep)), reversed(other.split(os.sep)), strict=False):
        if part != of_other:
            break
        count += 1
    return count
