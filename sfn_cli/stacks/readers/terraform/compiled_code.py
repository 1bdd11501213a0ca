"""Finds the TypeScript source of code that has not been compiled yet.

Terraform modules zip the output of `tsc`, such as "dist/orders/price.js". If it does not exist, the
functions can run from "src/orders/price.ts", which is found by the `outDir` of tsconfig.json.
"""

from __future__ import annotations

import os
from pathlib import Path

from sfn_cli.functions.builds.typescript_sources import compiler_options
from sfn_cli.stacks.readers.source_files import source_files

_DECLARATIONS = ".d.ts"


def uncompiled_path(path: Path, project: Path) -> Path | None:
    """Returns the source of a file or folder below the `outDir` of a tsconfig.json.

    None if there is no tsconfig.json, or no source.
    """
    for folder in (path, *path.parents):
        if not folder.is_relative_to(project):
            return None
        options = compiler_options(folder / "tsconfig.json")
        output = options.get("outDir")
        if not isinstance(output, str) or not path.is_relative_to(target := _joined(folder, output)):
            continue
        root = _source_root(folder, target, options.get("rootDir"))
        source = root / path.relative_to(target)
        candidates = (
            [source] if not source.suffix else [source.with_suffix(end) for end in (".ts", ".tsx", ".mts")]
        )
        return next((each for each in candidates if each.exists()), None)
    return None


def _joined(folder: Path, path: str) -> Path:
    return Path(os.path.normpath(folder / path))


def _source_root(folder: Path, output: Path, given: object) -> Path:
    """Returns `rootDir`; if it is not set, the longest path that all sources have in common."""
    if isinstance(given, str):
        return _joined(folder, given)
    sources = [
        Path(file.path).parent
        for file in source_files(folder)
        if file.name.endswith((".ts", ".tsx", ".mts")) and not file.name.endswith(_DECLARATIONS)
    ]
    sources = [source for source in sources if not source.is_relative_to(output)]
    return Path(os.path.commonpath(sources)) if sources else folder
