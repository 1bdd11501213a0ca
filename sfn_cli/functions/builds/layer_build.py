"""Layers: folders with the content that is in /opt on AWS.

A layer with SAM's BuildMethod has sources and a manifest in place of that content.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sfn_cli.functions.builds.build_folder import make_build_folder
from sfn_cli.functions.builds.node_packages import install_node_packages
from sfn_cli.functions.builds.python_packages import install_python_packages
from sfn_cli.functions.outcome import UnusableError
from sfn_cli.functions.runtimes import PYTHON, language_of_runtime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sfn_cli.functions.builds.function_build import Building


def build_layer(
    building: Building, name: str, content: Path, metadata: Mapping[str, Any], runtimes: Sequence[str]
) -> list[Path]:
    """Returns the folders of a layer's content, in the layout of /opt; later folders win.

    `name` is used in messages. Raises BuildError.
    """
    method = str(metadata.get("BuildMethod") or "")
    if not method or not content.is_dir():
        return [content]
    runtime = method if method[-1:].isdigit() or method.endswith(".x") else next(iter(runtimes), method)
    try:
        language, _ = language_of_runtime(runtime)
        interpreter = building.runtimes.interpreter(runtime)
    except UnusableError:
        return [content]
    if language is PYTHON:
        roots = [_linked_folder(building, content, "python")]
        if (content / "requirements.txt").is_file():
            packages = install_python_packages(
                building.home,
                content / "requirements.txt",
                interpreter.executable,
                building.report,
                what=f"{name} ({runtime})",
                may_build=building.may_build,
            )
            roots.insert(0, _linked_folder(building, packages, "python"))
        return roots
    roots = [_linked_folder(building, content, "nodejs")]
    if (content / "package.json").is_file():
        packages = install_node_packages(
            building.home,
            content,
            building.report,
            what=f"{name} ({runtime})",
            node=interpreter.executable,
            may_build=building.may_build,
        )
        roots.insert(0, _linked_folder(building, packages, "nodejs"))
    return roots


def _linked_folder(building: Building, content: Path, name: str) -> Path:
    """Returns a folder in which `name` is a link to the content."""
    sources = {"kind": "link", "name": name, "content": str(content)}
    return make_build_folder(building.home, sources, lambda folder: os.symlink(content, folder / name))
