"""Wiring: the operations are built in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import sfn_cli

PACKAGE = Path(sfn_cli.__file__).parent


def test_one_builder() -> None:
    """Commands, the server and the worker have their Service from `app.build`.

    `sibling` makes others of it.
    """
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Service"
    }
    found.discard("stacks/readers/services_json.py")  # a folder's services, which are programs
    assert found == {"app.py", "api/service.py"}
