"""The TypeScript source of a handler whose path in the project is the compiler's output.

    CodeUri: dist/flights        outDir of tsconfig.json: dist        sources: src/flights, flights, …

https://www.typescriptlang.org/tsconfig/#outDir
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from sfn_cli.functions.builds.typescript import typescript_entry
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TRIVIA = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_SCRIPTS = (".js", ".mjs", ".cjs")
_SKIPPED = frozenset({"node_modules", "cdk.out"})


def typescript_source_folder(output: Path, handler: str, project: Path) -> Path | None:
    """Returns the folder with the TypeScript sources of `output`.

    `output`, which need not exist, is a function's folder with code, or its single file. None if no
    tsconfig.json up to the project's folder has it as output.
    """
    folder = output.parent if output.suffix in _SCRIPTS else output
    for at in (folder, *folder.parents):
        if not at.is_relative_to(project):
            return None
        options = compiler_options(at / "tsconfig.json")
        if not isinstance(out := options.get("outDir"), str):
            continue
        compiled = os.path.normpath(at / out)
        if not folder.is_relative_to(compiled):
            return None
        below = folder.relative_to(compiled)
        for root in _source_roots(at, options):
            if typescript_entry(root / below, handler) is not None:
                return root / below
    return None


def compiler_options(file: Path) -> dict[str, Any]:
    """Returns the options in a tsconfig.json, which may have comments; {} if it cannot be read."""
    try:
        text = read_input_text(file, PROJECT_FILE_BYTES).removeprefix("\ufeff")
        text = _TRAILING_COMMA.sub(r"\1", _TRIVIA.sub(lambda found: found[1] or "", text))
        options = json.loads(text).get("compilerOptions")
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    return options if isinstance(options, dict) else {}


def _source_roots(folder: Path, options: dict[str, Any]) -> Iterator[Path]:
    """Yields possible source roots. Without rootDir, it is the common folder of all sources."""
    if isinstance(root := options.get("rootDir"), str):
        yield folder / root
        return
    yield folder
    yield from sorted(
        entry
        for entry in folder.iterdir()
        if entry.is_dir() and entry.name not in _SKIPPED and not entry.name.startswith(".")
    )
