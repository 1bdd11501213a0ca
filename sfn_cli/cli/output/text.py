"""--output text: values between tabs, for shell scripts.

Rule 1: a structure is one line of its scalars, sorted by key; nested values follow, each line
beginning with its key in capitals.
Rule 2: the structures of one list have the same columns; a missing value leaves its column empty.
Rule 3: a list of scalars is one line, or a line for each when it has a key.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def write(value: Any, stream: IO[str], key: str | None = None) -> None:
    """Writes a value; `key` is the member whose value it is."""
    match value:
        case dict():
            _write_text_structure(value, _text_scalar_keys(value), stream, key)
        case list():
            _write_text_list(value, stream, key)
        case _:
            stream.write(f"{value}\n")


def _write_text_list(items: Sequence[Any], stream: IO[str], key: str | None) -> None:
    structures = [item for item in items if isinstance(item, dict)]
    if structures:
        columns = sorted({column for structure in structures for column in _text_scalar_keys(structure)})
        for item in items:
            if isinstance(item, dict):
                _write_text_structure(item, columns, stream, key)
            else:
                write(item, stream, key)
        return
    scalars = [item for item in items if not isinstance(item, list)]
    if scalars:
        _write_text_scalars(scalars, stream, key)
    for item in items:
        if isinstance(item, list):
            write(item, stream, key)


def _write_text_scalars(scalars: Sequence[Any], stream: IO[str], key: str | None) -> None:
    if key is None:
        stream.write("\t".join(map(str, scalars)) + "\n")
        return
    for scalar in scalars:
        stream.write(f"{key.upper()}\t{scalar}\n")


def _write_text_structure(
    structure: Mapping[str, Any], columns: Sequence[str], stream: IO[str], key: str | None
) -> None:
    if columns:
        line = [str(structure.get(column, "")) for column in columns]
        stream.write("\t".join([key.upper(), *line] if key is not None else line) + "\n")
    for name in sorted(structure.keys() - set(columns)):
        write(structure[name], stream, name)


def _text_scalar_keys(structure: Mapping[str, Any]) -> list[str]:
    return sorted(key for key, value in structure.items() if not isinstance(value, (dict, list)))
