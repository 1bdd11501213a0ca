"""Installs the packages of an app in Python, and puts them on PYTHONPATH if the CDK is missing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.functions.builds.python_packages import install_python_packages
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes, read_input_text
from sfn_cli.stacks.readers.cdk.app_setting import FOR_APP, words_of_command
from sfn_cli.stacks.readers.cdk.node_app import bundles_functions, install_node_packages_of_app

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sfn_cli.stacks.readers.cdk.app_setting import AppSetting

_NOT_FOUND_BY_PIP = re.compile(r"No matching distribution found for ([\w.\-]+)")
_PROBE = "import importlib.util as u, sys\nprint(sys.executable)\nprint(u.find_spec('aws_cdk') is not None)\n"


def prepare_python_app(
    command: str,
    setting: AppSetting,
    environment: Mapping[str, str],
    *,
    everything: bool,
    more: Sequence[str],
) -> dict[str, str]:
    """Returns the variables with which an app finds its packages (see prepare_app_packages)."""
    paths = _own_python_paths(setting)
    search = os.pathsep.join([*paths, environment["PATH"]])
    named = next(
        (word for word in words_of_command(command) if re.fullmatch(r"python[\d.]*", word)), "python3"
    )
    program = shutil.which(named, path=search) or shutil.which("python3", path=search)
    if program is None:
        raise BuildError(f"{named} is not on PATH. It is needed to run {FOR_APP}: install it.")
    if shutil.which(named, path=search) is None:
        paths.append(_python_alias(setting, named, program))
    interpreter, has_cdk = _probe_interpreter(program, setting, {**environment, "PATH": search})
    variables = {"PYTHONDONTWRITEBYTECODE": "1"}
    if everything or more or not has_cdk:
        packages = _install_requirements_of_app(setting, interpreter, more)
        variables = {
            "PYTHONPATH": str(packages),
            # The CDK's packages are large: cache their bytecode, outside the installed folder.
            "PYTHONPYCACHEPREFIX": os.path.join(os.path.dirname(setting.workspace), "python-cache"),
        }
    if bundles_functions(setting) and shutil.which("esbuild", path=search) is None:
        modules = install_node_packages_of_app("", setting, everything=False)
        paths.append(str(modules / ".bin"))
    variables["PATH"] = os.pathsep.join([*paths, environment["PATH"]])
    return variables


def _own_python_paths(setting: AppSetting) -> list[str]:
    for name in (".venv", "venv", ".env", "env"):
        folder = setting.project / name / "bin"
        if (folder / "python").exists():
            return [str(folder)]
    return []


def _python_alias(setting: AppSetting, named: str, program: str) -> str:
    """Creates `python` as an alias if only python3 is installed. Returns the alias's folder."""
    folder = setting.workspace / "bin"
    folder.mkdir(exist_ok=True)
    alias = folder / named
    alias.unlink(missing_ok=True)
    alias.write_text(f'#!/bin/sh\nexec {shlex.quote(program)} "$@"\n', encoding="utf-8")
    alias.chmod(0o700)
    return str(folder)


def _probe_interpreter(program: str, setting: AppSetting, environment: Mapping[str, str]) -> tuple[str, bool]:
    """Returns an interpreter's real path, and whether it has the CDK. Raises BuildError."""
    try:
        done = subprocess.run(
            [program, "-c", _PROBE],
            cwd=setting.copy,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        interpreter, has_cdk = done.stdout.split("\n")[:2]
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise BuildError(f"Cannot start {program} to run {FOR_APP}: {error}") from None
    return interpreter, has_cdk == "True"


def _install_requirements_of_app(setting: AppSetting, interpreter: str, more: Sequence[str]) -> Path:
    """Installs an app's requirements, except for those that pip cannot find. Raises BuildError."""
    file = setting.project / "requirements.txt"
    requirements: Path | list[str] = file
    if not file.is_file():
        requirements = [*_requirements_of_manifests(setting.project), *more]
    elif more:
        requirements = [*_lines_of_requirements(file), *more]
    while True:
        try:
            return install_python_packages(
                setting.home, requirements, interpreter, setting.report, what=FOR_APP
            )
        except BuildError as error:
            unknown = _NOT_FOUND_BY_PIP.search(str(error))
            if unknown is None:
                raise
            lines = requirements if isinstance(requirements, list) else _lines_of_requirements(file)
            found = [line for line in lines if re.match(rf"{re.escape(unknown[1])}(?![\w.-])", line)]
            if not found or any(line.startswith(("-", ".")) for line in lines):
                raise
            kept = [line for line in lines if line not in found]
            if found[0] == unknown[1]:
                setting.report(f"pip cannot find {unknown[1]}. Trying without it…")
            else:
                setting.report(f"pip cannot find {found[0]}. Trying its latest version…")
                kept.append(unknown[1])
            requirements = kept


def _lines_of_requirements(file: Path) -> list[str]:
    lines = read_input_bytes(file, PROJECT_FILE_BYTES).decode("utf-8-sig", errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _requirements_of_manifests(project: Path) -> list[str]:
    """Returns the requirements in pyproject.toml or a Pipfile; without either file, the CDK itself."""
    found: list[str] = []
    try:
        content = tomllib.loads(read_input_text(project / "pyproject.toml", PROJECT_FILE_BYTES))
        found += (content.get("project") or {}).get("dependencies") or []
        poetry = ((content.get("tool") or {}).get("poetry") or {}).get("dependencies") or {}
        found += _requirements_of_table(poetry)
    except (OSError, ValueError):
        pass
    try:
        pipfile = tomllib.loads(read_input_text(project / "Pipfile", PROJECT_FILE_BYTES))
        found += _requirements_of_table(pipfile.get("packages") or {})
    except (OSError, ValueError):
        pass
    return found or ["aws-cdk-lib", "constructs"]


def _requirements_of_table(table: Mapping[str, Any]) -> list[str]:
    """Converts a table of Poetry or Pipenv, {"boto3": "^1.2"}, to pip's requirements."""
    found = []
    for name, value in table.items():
        version = value.get("version", "*") if isinstance(value, dict) else str(value)
        if name == "python":
            continue
        if version.startswith("^"):
            major = version[1:].split(".")[0]
            version = f">={version[1:]},<{int(major) + 1}" if major.isdigit() else "*"
        elif version[:1].isdigit():
            version = f"=={version}"
        found.append(name + version.replace("~", "~=").replace("~==", "~=").replace("*", ""))
    return found
