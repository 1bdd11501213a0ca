"""The files of a CDK app: finds them, detects changes, and copies them into a folder to run in.

An app runs in a copy, so that nothing is written to the user's project. Apps refer to code by paths
such as `../functions`: for two levels up, everything beside the app is a link in the copy.

    WORKSPACE/tree/                  stands for the parent of the project's parent folder
    ├── others -> …                  links
    └── PARENT/
        ├── functions -> …           links
        └── PROJECT/                 a copy; its node_modules and .venv are links
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LINKED = frozenset({"node_modules", ".venv", "venv"})
"""Folders of packages, which are neither hashed nor copied."""
_SKIPPED = LINKED | {
    ".git", "cdk.out", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".aws-sam",
    ".terraform", ".idea", ".vscode", ".DS_Store",
}  # fmt: skip
_SOURCES = (".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".java", ".cs", ".go", ".json")
_LARGE_BYTES = 10 * 2**20
"""Larger files are identified by size and time, and linked instead of copied."""
_MAX_NEIGHBOURS = 1000

_VARIABLE = re.compile(
    r"process\.env(?:\.(\w+)|\[\s*[\"'](\w+)[\"']\s*\])"
    r"|environ(?:\.get\(|\[)\s*[\"'](\w+)[\"']|getenv\(\s*[\"'](\w+)[\"']"
)
"""An environment variable that a program reads."""
_OUTSIDE = re.compile(r"[\"'](\.\.(?:/[^\"'\n]*)?)[\"']((?:\s*,\s*[\"'][^\"'\n]+[\"'])*)")
"""A path to a parent folder, perhaps in parts: "..", "functions"."""


class AppFile(NamedTuple):
    """What is known of a file's content; it is valid while size and time are the same."""

    size: int
    modified_ns: int
    digest: str
    variables: tuple[str, ...]
    """The names of the environment variables that the file reads."""
    outside: tuple[str, ...]
    """The paths to parent folders that the file mentions."""


class AppFiles(NamedTuple):
    """The files of an app, by path: relative to its folder, or absolute outside it."""

    folder: Path
    files: Mapping[str, AppFile]
    folders: tuple[str, ...]
    linked: tuple[str, ...]
    """Folders of packages."""

    @property
    def newest_ns(self) -> int:
        return max((file.modified_ns for file in self.files.values()), default=0)

    def digest(self, environ: Mapping[str, str], *others: str) -> str:
        """Returns a hash of all content, the environment variables that it reads, and `others`."""
        found = hashlib.sha256()
        for path, file in sorted(self.files.items()):
            found.update(f"{path}\0{file.digest}\n".encode(errors="surrogateescape"))
        for name in sorted({name for file in self.files.values() for name in file.variables}):
            if name in environ:
                found.update(f"{name}={environ[name]}\n".encode(errors="surrogateescape"))
        for other in others:
            found.update(f"\0{other}".encode(errors="surrogateescape"))
        return found.hexdigest()[:32]


def scan_app_files(folder: Path, known: Mapping[str, AppFile], skipped: frozenset[str]) -> AppFiles:
    """Reads the files of an app.

    `known` is the result of an earlier scan; `skipped` has absolute paths. Files outside the folder
    are included if the app's sources mention their paths.
    """
    files: dict[str, AppFile] = {}
    folders: list[str] = []
    linked: list[str] = []
    for path, is_folder in _walk_app(folder, skipped, linked):
        name = os.path.relpath(path, folder)
        if is_folder:
            folders.append(name)
        elif (file := _known_app_file(path, known.get(name))) is not None:
            files[name] = file
    for path in sorted(_paths_outside(folder, files)):
        for inner, is_folder in _walk_app(path, skipped, []) if path.is_dir() else [(path, False)]:
            if not is_folder and (file := _known_app_file(inner, known.get(str(inner)))) is not None:
                files[str(inner)] = file
    return AppFiles(folder, files, tuple(folders), tuple(linked))


def copy_app_files(app: AppFiles, tree: Path) -> Path:
    """Copies an app into an empty folder, with links to its neighbours. Returns the copy's folder."""
    parent = tree / (app.folder.parent.name or "root")
    copy = parent / app.folder.name
    copy.mkdir(parents=True)
    _link_neighbours(app.folder.parent.parent, tree, app.folder.parent)
    _link_neighbours(app.folder.parent, parent, app.folder)
    for name in app.folders:
        (copy / name).mkdir(exist_ok=True)
    for name, file in app.files.items():
        source, target = app.folder / name, copy / name
        if os.path.isabs(name):
            continue
        if source.is_symlink() or file.size > _LARGE_BYTES:
            target.symlink_to(os.path.realpath(source))
        else:
            shutil.copy2(source, target)
    for name in app.linked:
        (copy / name).symlink_to(app.folder / name)
    return copy


def original_path(path: Path, tree: Path, project: Path) -> Path:
    """Returns the project's path for a path in the copy; a file that the app created keeps its path."""
    try:
        found = project.parent.parent / path.relative_to(tree)
    except ValueError:
        return path
    return path if path.exists() and not found.exists() else found


def _walk_app(folder: Path, skipped: frozenset[str], linked: list[str]) -> Iterator[tuple[Path, bool]]:
    for parent, folders, files in os.walk(folder):
        for name in list(folders):
            path = os.path.join(parent, name)
            is_environment = os.path.exists(os.path.join(path, "pyvenv.cfg"))
            is_assembly = os.path.exists(os.path.join(path, "cdk.out"))
            if os.path.islink(path):
                folders.remove(name)
                if name not in _SKIPPED:
                    files.append(name)
                elif name in LINKED:
                    linked.append(os.path.relpath(path, folder))
            elif name in _SKIPPED or path in skipped or is_environment or is_assembly:
                folders.remove(name)
                if name in LINKED or is_environment:
                    linked.append(os.path.relpath(path, folder))
        folders.sort()
        for name in folders:
            yield Path(parent, name), True
        for name in files:
            if name not in _SKIPPED:
                yield Path(parent, name), False


def _known_app_file(path: Path, known: AppFile | None) -> AppFile | None:
    """Returns what is known of a file; None if it is unreadable or not a file (a socket, say)."""
    try:
        status = path.stat()
        if known is not None and (known.size, known.modified_ns) == (status.st_size, status.st_mtime_ns):
            return known
        if stat.S_ISDIR(status.st_mode):
            text = os.path.realpath(path)  # a link, which is not followed
            return AppFile(0, status.st_mtime_ns, hashlib.sha256(text.encode()).hexdigest(), (), ())
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > _LARGE_BYTES:
            return AppFile(status.st_size, status.st_mtime_ns, f"{status.st_mtime_ns}", (), ())
        content = path.read_bytes()
    except OSError:
        return None
    variables: set[str] = set()
    outside: set[str] = set()
    if path.suffix in _SOURCES:
        text = content.decode(errors="replace")
        variables = {next(filter(None, found)) for found in _VARIABLE.findall(text)}
        for first, rest in _OUTSIDE.findall(text):
            outside.add(os.path.join(first, *re.findall(r"[\"']([^\"'\n]+)[\"']", rest)))
    return AppFile(
        status.st_size,
        status.st_mtime_ns,
        hashlib.sha256(content).hexdigest(),
        tuple(sorted(variables)),
        tuple(sorted(outside)),
    )


def _paths_outside(folder: Path, files: Mapping[str, AppFile]) -> set[Path]:
    """Returns the paths outside the app that its files mention, without folders that contain the app."""
    found = set()
    for name, file in files.items():
        for text in file.outside:
            for base in (folder / os.path.dirname(name), folder):
                path = Path(os.path.normpath(base / text))
                if path.exists() and not folder.is_relative_to(path) and not path.is_relative_to(folder):
                    found.add(path)
    return {path for path in found if not any(other in path.parents for other in found)}


def _link_neighbours(source: Path, target: Path, without: Path) -> None:
    try:
        entries = sorted(os.listdir(source))
    except OSError:
        return
    for name in entries[:_MAX_NEIGHBOURS]:
        if name != without.name and not os.path.lexists(target / name):
            (target / name).symlink_to(source / name)
