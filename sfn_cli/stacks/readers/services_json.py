"""Reads `services.json`: programs that `sfn run` starts first, and that serve HTTP during the run.

    {
        "Inventory": {"command": ["python", "services/inventory.py"]},
        "Shipping": {"command": ["node", "services/shipping.js"]}
    }

A program runs in the folder, with the environment of the command, and serves on 127.0.0.1 at the port
in PORT. It is ready when that port accepts connections. `python` is the Python that runs sfn.
`${Inventory}` in the definition is replaced with http://127.0.0.1:PORT, like a CloudFormation
DefinitionSubstitution; other `${…}` are left unchanged. The programs end when the command ends, for
any reason (cli/run/dev_services.py).
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_]+")


class DevService(NamedTuple):
    name: str
    command: list[str]
    folder: Path

    def __str__(self) -> str:
        return f"{self.name} ({shlex.join(self.command)})"


def parse_services_json(path: Path, given: Any) -> list[DevService]:
    """Parses the services of a file with the content `given`. Raises UsageError."""
    if not isinstance(given, dict):
        raise UsageError(f'{path} must contain an object: {{NAME: {{"command": [PROGRAM, ARGUMENT, …]}}}}.')
    return [_service(path, name, settings) for name, settings in given.items()]


def _service(path: Path, name: str, settings: Any) -> DevService:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{path}: invalid service name {name!r}. Use letters, digits and _.")
    match settings:
        case {"command": [str(program), *arguments], **others} if not others and all(
            isinstance(word, str) for word in arguments
        ):
            return DevService(name, [program, *arguments], path.parent.resolve())
    raise UsageError(f'{path}: {name} must be {{"command": [PROGRAM, ARGUMENT, …]}}.')
