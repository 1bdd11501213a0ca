"""boto3 and its dependencies, which Lambda's Python runtimes contain.

A handler that does not ship boto3 uses sfn's own copy if that supports the function's version of
Python; otherwise a deploy installs one for the function's interpreter.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.functions.builds.build_folder import (
    BuildError,
    find_build_folder,
    make_build_folder,
    program_stamp,
)
from sfn_cli.functions.builds.build_process import build_environment, run_build_program
from sfn_cli.functions.builds.python_packages import find_python_packages, install_python_packages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

_DISTRIBUTIONS = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
SDK_MODULES = frozenset({"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"})
"""The modules that Lambda's Python runtimes contain, in addition to Python's own."""
_INSTALLED = ("boto3",)


def find_python_sdk(home: str | os.PathLike[str], interpreter: str, version: str) -> Path | None:
    """Returns the SDK's folder, for the end of sys.path of this version of Python ("3.12").

    None if sfn's own copy does not support the version, and none was installed.
    """
    from importlib.util import find_spec

    own = find_spec("boto3")
    if own is not None and own.origin is not None:
        if (found := find_build_folder(home, _compiled_sources(own.origin, interpreter))) is not None:
            return found
        sources = {"kind": "own Python SDK", "version": version, "boto3": program_stamp(own.origin)}
        found = find_build_folder(home, sources)
        if found is None:
            with suppress(BuildError):
                found = make_build_folder(home, sources, lambda folder: _link_own_sdk(folder, version))
        if found is not None and any(found.iterdir()):
            return found
    return find_python_packages(home, _INSTALLED, interpreter)


def install_python_sdk(
    home: str | os.PathLike[str],
    interpreter: str,
    version: str,
    report: Callable[[str], None],
    *,
    may_build: bool = True,
) -> Path:
    """Returns `find_python_sdk`; installs boto3 if that is None. Raises BuildError."""
    found = find_python_sdk(home, interpreter, version)
    if found is None:
        return install_python_packages(
            home, _INSTALLED, interpreter, report, what=f"Python {version}", may_build=may_build
        )
    if not (found / "boto3").is_symlink() or version == "{}.{}".format(*sys.version_info) or not may_build:
        return found
    origin = os.path.realpath(found / "boto3" / "__init__.py")
    return make_build_folder(
        home, _compiled_sources(origin, interpreter), lambda folder: _compile_sdk(found, folder, interpreter)
    )


def _compiled_sources(boto3: str, interpreter: str) -> dict[str, Any]:
    return {
        "kind": "compiled Python SDK",
        "boto3": program_stamp(boto3),
        "interpreter": program_stamp(interpreter),
    }


def _compile_sdk(links: Path, folder: Path, interpreter: str) -> None:
    """Copies the modules and compiles them for another Python version than sfn's.

    Otherwise every child would compile them again, which takes seconds: children write no bytecode.
    """
    for link in links.iterdir():
        if not link.is_dir():
            shutil.copy(link, folder / link.name)
            continue
        shutil.copytree(link, folder / link.name, ignore=shutil.ignore_patterns("__pycache__", "data"))
        if (link / "data").is_dir():
            os.symlink(os.path.realpath(link / "data"), folder / link.name / "data")
    command = [interpreter, "-m", "compileall", "-q", str(folder)]
    run_build_program(command, folder, build_environment(), what="Compiling boto3")


def _link_own_sdk(folder: Path, version: str) -> None:
    """Links sfn's own copies of the modules if all of them support the version."""
    from importlib import metadata

    from packaging.specifiers import SpecifierSet

    links: dict[str, str] = {}
    for name in _DISTRIBUTIONS:
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            return
        if not SpecifierSet(found.metadata["Requires-Python"] or "").contains(f"{version}.99"):
            return
        for file in found.files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not file.is_absolute():
                links[top] = str(found.locate_file(top))
    for name, target in links.items():
        os.symlink(target, folder / name)
