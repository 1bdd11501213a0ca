"""A cache of stacks in SFN_HOME/cache, so that an unchanged project is read without its reader's packages.

The key of an entry is the user's input (file, parameters, region) and the version of sfn. An entry is
valid while every file that was read has the same content, and every file that was missing is still
missing. Places are in a separate file, which is read only for an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sfn_cli
from sfn_cli import jsonvalue, private_files
from sfn_cli.errors import StoreError
from sfn_cli.stacks.stack import Path_, SourcePlace, Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_FOLDERS = ("cache", "stacks")
_FORM = 1
"""The version of the entries' format."""

MAX_ENTRIES = 64
"""The number of entries that are not deleted: the most recently used ones."""


def read_stack_through_cache(
    home: str | os.PathLike[str],
    key: Sequence[Any],
    others: Callable[[], Iterable[Path]],
    read: Callable[[], Stack],
) -> Stack:
    """Returns the cached stack for this key, or what `read` returns.

    `key` is JSON with everything that the stack depends on, except for files. `others` returns further
    files whose content or creation changes the stack. A cache that cannot be read or written is
    ignored.
    """
    whole_key = [_FORM, sfn_cli.__version__, sys.prefix, *key]
    digest = hashlib.sha256(jsonvalue.dumps(whole_key).encode()).hexdigest()[:32]
    try:
        folder = Path(private_files.make_private_folder(home, *_FOLDERS))
    except (OSError, StoreError):
        return read()
    entry = folder / f"{digest}.json"
    if (stack := _read_cache_entry(entry)) is not None:
        return stack
    stack = read()
    with suppress(OSError, StoreError, ValueError, TypeError):
        _write_cache_entry(entry, stack, others())
        _prune_cache(folder)
    return stack


def _read_cache_entry(entry: Path) -> Stack | None:
    try:
        content = json.loads(private_files.read_file(entry))
        if any(_file_digest(path) != digest for path, digest in content["files"].items()):
            return None
        os.utime(entry)
        stored = content["stack"]
        return Stack(
            kind=stored["kind"],
            name=stored["name"],
            source=Path(stored["source"]),
            folder=Path(stored["folder"]),
            template=stored["template"],
            parameters=stored["parameters"],
            places=_CachedPlaces(entry.with_suffix(".places")),
            files=tuple(map(Path, stored["files"])),
            notes=tuple(stored["notes"]),
        )
    except (OSError, StoreError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write_cache_entry(entry: Path, stack: Stack, others: Iterable[Path]) -> None:
    files = {str(path): _file_digest(path) for path in (*stack.files, *others)}
    stored = {
        "kind": stack.kind,
        "name": stack.name,
        "source": str(stack.source),
        "folder": str(stack.folder),
        "template": stack.template,
        "parameters": dict(stack.parameters),
        "files": [str(path) for path in stack.files],
        "notes": list(stack.notes),
    }
    places = [[*place, *path] for path, place in stack.places.items()]
    content = {"files": files, "stack": stored}
    private_files.replace_file(entry.with_suffix(".places"), jsonvalue.dumps(places))
    private_files.replace_file(entry, jsonvalue.dumps(content))


class _CachedPlaces(Mapping[Path_, SourcePlace]):
    """The places of a cached stack, read when they are first used."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __getitem__(self, path: Path_) -> SourcePlace:
        return self._places[path]

    def __iter__(self) -> Iterator[Path_]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    @cached_property
    def _places(self) -> dict[Path_, SourcePlace]:
        try:
            rows = json.loads(private_files.read_file(self._file))
            return {tuple(path): SourcePlace(file, line, column) for file, line, column, *path in rows}
        except (OSError, StoreError, ValueError, TypeError):
            return {}


def _file_digest(path: str | Path) -> str | None:
    """Returns the hash of a file's content; None for a missing file."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _prune_cache(folder: Path) -> None:
    """Deletes the least recently used entries, and remains of writers that were killed."""
    entries = {path: path.stat().st_mtime for path in folder.glob("*.json")}
    for path in sorted(entries, key=lambda path: entries[path], reverse=True)[MAX_ENTRIES:]:
        for file in (path, path.with_suffix(".places")):
            with suppress(OSError):
                file.unlink()
    latest = max(entries.values(), default=0)
    for path in folder.iterdir():
        is_stale_part = path.suffix not in (".json", ".places") and path.stat().st_mtime < latest - 3600
        if is_stale_part or (path.suffix == ".places" and path.with_suffix(".json") not in entries):
            with suppress(OSError):
                path.unlink()
