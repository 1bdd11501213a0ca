"""Files of the package that a script writes, each from the text that it should have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parent.parent


def update_compiled_files(
    folder: Path, expected: Mapping[str, str], script: str, arguments: Sequence[str]
) -> int:
    """Writes the JSON files below a folder, by their names there, and removes all others.

    With `--check` it writes nothing, names the files that differ, and returns 1 if there are any.
    `script` is the module that calls this.
    """
    present = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.json")}
    stale = sorted(
        name for name in expected.keys() | present.keys() if expected.get(name) != present.get(name)
    )
    if "--check" in arguments:
        for name in stale:
            print(f"stale: {(folder / name).relative_to(ROOT)} (run `python -m {script}`)")
        return 1 if stale else 0
    for name in stale:
        path = folder / name
        if name not in expected:
            path.unlink()
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(expected[name])
    print(f"{len(expected)} files, {len(stale)} changed")
    return 0
