"""Packages for pip and npm, written in a few lines so that tests need no registry."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HAS_NPM = shutil.which("npm") is not None


def write_wheel(folder: Path, name: str, source: str) -> str:
    """Writes the wheel of a package with one module. Returns its line in a requirements.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-1.0-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", source)
        archive.writestr(f"{name}-1.0.dist-info/METADATA", metadata)
        archive.writestr(
            f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return f"./{file.name}"


def write_node_package(folder: Path, name: str, source: str) -> str:
    """Writes a package with an index.js. Returns its version in a package.json."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0", "main": "index.js"}))
    (folder / "index.js").write_text(source)
    return f"file:{folder}"
