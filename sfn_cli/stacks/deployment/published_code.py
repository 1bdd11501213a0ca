"""Fingerprints of functions: when a function's fingerprint changes, a deploy publishes a new version."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from sfn_cli.functions.code.catalog import code_file_states
from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.resources.local.function_code import function_fingerprint

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Properties

VERSION = "AWS::Lambda::Version"


def published_fingerprint(function: Properties) -> str:
    """Returns a hash of a function's properties, its archive, and the state of its folder's files."""
    state = [function, function_fingerprint(function), _code_states(function)]
    return hashlib.sha256(dumps(state).encode()).hexdigest()


def _code_states(function: Properties) -> list[tuple[str, int, int, int, int]]:
    code = function.get("Code")
    path = code.get("CodeDir") if isinstance(code, dict) else None
    if not isinstance(path, str) or not os.path.isdir(path):
        return []
    try:
        return sorted(code_file_states(path))
    except OSError:
        return []
