"""The console's scripts, stylesheet and icon: the only files that its pages load."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sfn_cli.server.console.messages import ConsoleFile
from sfn_cli.views.console.sheet import console_sheet

_FOLDER = Path(__file__).with_name("static")
_TYPES = {".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def static_console_file(name: str) -> ConsoleFile | None:
    """Returns a file of the folder `static`, or the stylesheet; None if there is none of this name."""
    if name == "console.css":
        return ConsoleFile("text/css; charset=utf-8", console_sheet().encode())
    if name not in _static_names():
        return None
    path = _FOLDER / name
    return ConsoleFile(_TYPES[path.suffix], path.read_bytes())


@cache
def _static_names() -> frozenset[str]:
    return frozenset(path.name for path in _FOLDER.iterdir() if path.suffix in _TYPES)
