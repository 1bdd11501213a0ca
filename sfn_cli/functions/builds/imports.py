"""The modules that source files import, found by regular expressions.

Nothing is run: computed imports are missed, and imports in comments are included.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED = frozenset(
    {"node_modules", "__pycache__", "venv", "site-packages", "cdk.out", "dist-packages", "__tests__", "tests"}
)
_ARCHIVES = (".zip", ".jar")
_MAX_FILES = 2000
_MAX_BYTES = 500_000
_PYTHON_SUFFIXES = (".py",)
_NODE_SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx")
_PYTHON_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w., \t]+))", re.MULTILINE
)
_NODE_IMPORT = re.compile(r"""(?:\brequire\s*\(|\bimport\s*\(|\bfrom|\bimport)\s*["'`]([^"'`\n]+)["'`]""")
_NODE_PACKAGE = re.compile(r"(@[a-z0-9._~-]+/)?[a-z0-9._~-]+", re.IGNORECASE)


def python_imports(folder: str | os.PathLike[str]) -> set[str]:
    """Returns the top-level modules that Python files below a folder import."""
    found = set()
    for text in _source_texts(folder, _PYTHON_SUFFIXES):
        for module, modules in _PYTHON_IMPORT.findall(text):
            for name in (module or modules).split(","):
                found.add(name.split()[0].partition(".")[0] if name.split() else "")
    return found - {""}


def node_imports(folder: str | os.PathLike[str]) -> set[str]:
    """Returns the packages that JavaScript and TypeScript files below a folder import."""
    found = set()
    for text in _source_texts(folder, _NODE_SUFFIXES):
        for specifier in _NODE_IMPORT.findall(text):
            package = node_package(specifier)
            if package is not None:
                found.add(package)
    return found


def node_package(specifier: str) -> str | None:
    """Returns the package of "@aws-sdk/client-s3/x"; None for a file or a module of Node.js itself."""
    if specifier.startswith((".", "/", "node:", "#", "@/")):
        return None
    named = _NODE_PACKAGE.match(specifier)
    return named[0] if named else None


def has_node_package(folder: Path, package: str) -> bool:
    """Whether Node.js finds a package in a folder or above it, or in an archive."""
    if folder.is_file():
        return any(name.startswith(f"node_modules/{package}/") for name in _archive_names(folder))
    return any((above / "node_modules" / package).is_dir() for above in (folder, *folder.parents))


def _source_texts(folder: str | os.PathLike[str], suffixes: tuple[str, ...]) -> Iterator[str]:
    left = _MAX_FILES
    path = Path(folder)
    if path.is_file():
        yield from _archive_texts(path, suffixes) if path.suffix in _ARCHIVES else _source_text(str(path))
        return
    for at, folders, files in os.walk(path):
        folders[:] = [name for name in sorted(folders) if name not in _SKIPPED and not name.startswith(".")]
        for name in sorted(files):
            if name.endswith(suffixes) and not name.endswith(".d.ts"):
                left -= 1
                if left < 0:
                    return
                yield from _source_text(os.path.join(at, name))


def _archive_names(path: Path) -> list[str]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return []


def _archive_texts(path: Path, suffixes: tuple[str, ...]) -> Iterator[str]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:_MAX_FILES]:
                parts = entry.filename.split("/")
                if entry.filename.endswith(suffixes) and not _SKIPPED.intersection(parts):
                    with archive.open(entry) as opened:
                        yield opened.read(_MAX_BYTES).decode(errors="replace")
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        return


def _source_text(path: str) -> Iterator[str]:
    try:
        with open(path, "rb") as opened:
            yield opened.read(_MAX_BYTES).decode(errors="replace")
    except OSError:
        return
