"""The package's structure beyond import-linter's layers, so that modules are easy to find."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import sfn_cli

PACKAGE = Path(sfn_cli.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

MAX_LINES = 350
MAX_MODULES = 20

IN_A_CHILD = {"functions/bootstrap.py"}
"""Modules that run in the process of a function: each is a single file."""

STORED_AND_INTERPRETED = {"Execution"}
"""Names that two classes share: an execution as it is stored and as it is interpreted."""

MACHINE_AND_STATES = {
    "sfn_cli.asl.distributed_map.map_run",
    "sfn_cli.asl.moves",
    "sfn_cli.asl.state_machine",
    "sfn_cli.asl.states",
}
"""Modules whose types refer to one another: a machine has states, and states have machines."""


def _module(path: Path) -> str:
    parts = ("sfn_cli", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module(path): path for path in FILES}


@cache
def _imports(module: str) -> frozenset[str]:
    """The modules of the package that a module imports, also those for types only."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return frozenset(found & MODULES.keys() - {module})


def _reachable(module: str) -> set[str]:
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        for imported in _imports(waiting.pop()) - seen:
            seen.add(imported)
            waiting.append(imported)
    return seen


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_short(path: Path) -> None:
    """A longer file is split by nouns."""
    if str(path.relative_to(PACKAGE)) not in IN_A_CHILD:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_a_folder_is_small() -> None:
    """A folder with more modules is split by what readers look for."""
    sizes = Counter(str(path.parent.relative_to(PACKAGE)) for path in FILES)
    assert {folder: size for folder, size in sizes.items() if size > MAX_MODULES} == {}


def test_a_class_has_its_name_alone() -> None:
    """No two classes of the package share a name, with these exceptions."""
    names = Counter(
        node.name
        for path in FILES
        if str(path.relative_to(PACKAGE)) not in IN_A_CHILD
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in names.items() if count > 1} <= STORED_AND_INTERPRETED


def test_imports_have_one_direction() -> None:
    """No modules import each other, except for the types of a machine and its states."""
    cyclic = {module for module in MODULES if module in _reachable(module)}
    states = {module for module in cyclic if module.startswith("sfn_cli.asl.states.")}
    assert cyclic - states <= MACHINE_AND_STATES
