"""Runs the program of a CDK app in a copy of the project, without the user's AWS credentials.

It runs as the user, in its own process group, with the variables that the CDK CLI passes:
https://docs.aws.amazon.com/cdk/v2/guide/environments.html
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.functions.builds.build_process import build_environment, run_build_program
from sfn_cli.stacks.readers.cdk.app_packages import prepare_app_packages
from sfn_cli.stacks.readers.cdk.app_setting import words_of_command

if TYPE_CHECKING:
    from sfn_cli.settings import Settings
    from sfn_cli.stacks.readers.cdk.app_configuration import AppConfiguration
    from sfn_cli.stacks.readers.cdk.app_setting import AppSetting

_MAX_VARIABLE_BYTES = 100_000
"""Linux limits each environment variable to 131,072 bytes."""
_MAX_MISSING_ASSETS = 20
_SHOWN = 200
"""The maximum number of characters shown of an error's line."""
_MISSING_MODULE = re.compile(
    r"Cannot find (module|package)|ModuleNotFoundError|No module named|not found$", re.M
)
_MISSING_ALPHA = re.compile(
    r"cannot import name '(aws_\w+_alpha)' from 'aws_cdk'|No module named 'aws_cdk\.(aws_\w+_alpha)"
)
_ERROR_LINE = re.compile(r"\W*(?:[\w.]*(?:Error|Exception)\b|«\w+»)")
_MISSING_ASSET = re.compile(r"Cannot find asset at (/[^\n]+?)\s*$", re.M)
_EMPTY_ZIP = b"PK\5\6" + bytes(16)
"""An empty zip without the length of its comment and the comment."""
_SILENT = {
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    "NO_COLOR": "1",
}


def run_app(
    command: str, setting: AppSetting, configuration: AppConfiguration, settings: Settings, output: Path
) -> None:
    """Runs an app, which writes its cloud assembly to `output`. Raises BuildError.

    A missing asset does not stop the app: it is an error only when its function is deployed.
    """
    base = _app_environment(setting, configuration, settings, output)
    absent: list[Path] = []
    more: list[str] = []
    everything = False
    variables = prepare_app_packages(command, setting, base)
    try:
        while True:
            shutil.rmtree(output, ignore_errors=True)
            try:
                _run_app_once(command, setting, configuration, {**base, **variables})
                return
            except BuildError as error:
                asset = _MISSING_ASSET.search(error.output)
                alpha = _MISSING_ALPHA.search(error.output)
                if asset is not None and len(absent) < _MAX_MISSING_ASSETS:
                    absent.append(_create_missing_asset(Path(asset[1]), setting, error))
                elif alpha is not None and (package := _alpha_package(alpha)) not in more:
                    more.append(package)
                    variables = prepare_app_packages(command, setting, base, more=more)
                elif _MISSING_MODULE.search(error.output) is not None and not everything:
                    everything = True
                    variables = prepare_app_packages(command, setting, base, everything=True, more=more)
                else:
                    raise _shortened_error(error, setting) from None
    finally:
        for path in absent:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _alpha_package(found: re.Match[str]) -> str:
    """Returns the package of an experimental CDK module, which requirements.txt often leaves out."""
    return f"aws-cdk.{(found[1] or found[2]).replace('_', '-')}"


def _shortened_error(error: BuildError, setting: AppSetting) -> BuildError:
    """Returns an app's error with only the lines around the one that names the error.

    Paths in the copy are replaced with those of the project, and long lines, such as minified code,
    are cut.
    """
    lines = [line.rstrip() for line in error.output.splitlines() if line.strip()]
    named = [number for number, line in enumerate(lines) if _ERROR_LINE.match(line)]
    first, *shown = str(error).splitlines()
    if named and named[-1] < len(lines) - 2:
        shown = [f"  {line}" for line in lines[max(0, named[-1] - 3) : named[-1] + 6]]
    tree, original = str(setting.copy.parent.parent), str(setting.project.parent.parent)
    shown = [line.replace(tree, original) for line in shown]
    shown = [line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…" for line in shown]
    return BuildError("\n".join([first, *shown]), error.output)


def _run_app_once(
    command: str, setting: AppSetting, configuration: AppConfiguration, environment: dict[str, str]
) -> None:
    _check_programs(command, environment)
    if configuration.build is not None:
        setting.report(f"Building the CDK app ({configuration.build})…")
        _run_in_shell(configuration.build, setting.copy, environment, "The build of cdk.json")
    setting.report(f"Synthesising the CDK app ({command})…")
    _run_in_shell(command, setting.copy, environment, f"The CDK app ({command})")


def _create_missing_asset(path: Path, setting: AppSetting, error: BuildError) -> Path:
    """Creates an empty asset in the copy for a missing asset of the app."""
    existing = next(parent for parent in path.parents if parent.exists())
    # Links in the copy lead to the user's files: create nothing there.
    tree = os.path.realpath(setting.copy.parent.parent)
    if path.exists() or not os.path.realpath(existing).startswith(tree):
        raise _shortened_error(error, setting)
    shown = setting.project / os.path.relpath(path, setting.copy)
    setting.report(f"{os.path.normpath(shown)} does not exist. Continuing without it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Each empty asset needs different content, because the CDK identifies assets by their hashes.
    name = os.fsencode(path.name)
    if path.suffix in (".zip", ".jar"):
        path.write_bytes(_EMPTY_ZIP + len(name).to_bytes(2, "little") + name)
    elif path.suffix:
        path.write_bytes(name)
    else:
        path.mkdir()
        (path / path.name).touch()
    return path


def _run_in_shell(command: str, folder: Path, environment: dict[str, str], what: str) -> None:
    run_build_program(["/bin/sh", "-c", command], folder, environment, what=what)


def _check_programs(command: str, environment: dict[str, str]) -> None:
    """Raises BuildError if the first program of a command is not on PATH."""
    words = command.split()
    program = words[0] if words and "=" not in words[0] else ""
    if program and "/" not in program and shutil.which(program, path=environment["PATH"]) is None:
        from_shell = {"cd", "export", "set", ".", "test", "[", "exec", "source", "if", "for", "("}
        if program not in from_shell and not program.startswith(("(", '"', "'", "$")):
            raise BuildError(
                f"The CDK app needs {program}, which is not on PATH. Install it, or run `cdk synth` where it "
                "is installed and pass the result: -t cdk.out"
            )
    if (
        "python" in "".join(words_of_command(command)[:1])
        and shutil.which("node", path=environment["PATH"]) is None
    ):
        raise BuildError("The CDK app needs Node.js, but `node` is not on PATH. Install Node.js.")


def _app_environment(
    setting: AppSetting, configuration: AppConfiguration, settings: Settings, output: Path
) -> dict[str, str]:
    """Returns the user's environment without AWS credentials, with the variables of the CDK CLI."""
    context = json.dumps(configuration.context)
    passed = {"CDK_CONTEXT_JSON": context}
    if len(context.encode()) > _MAX_VARIABLE_BYTES:
        file = setting.workspace / "context.json"
        file.write_text(context, encoding="utf-8")
        passed = {"CONTEXT_OVERFLOW_LOCATION_ENV": str(file)}
    environment = {
        **build_environment(),
        "AWS_ACCESS_KEY_ID": "sfn",
        "AWS_SECRET_ACCESS_KEY": "sfn",
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "CDK_OUTDIR": str(output),
        "CDK_DEFAULT_ACCOUNT": settings.account_id,
        "CDK_DEFAULT_REGION": settings.region,
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(setting.workspace.parent / "jsii-cache"),
        **_SILENT,
        **passed,
    }
    environment.setdefault("PATH", os.defpath)
    if "CDK_DOCKER" not in environment:
        environment["CDK_DOCKER"] = _docker_stand_in(setting.workspace)
    return environment


def _docker_stand_in(workspace: Path) -> str:
    """Writes the program that replaces Docker for bundling functions, and returns its path."""
    from sfn_cli.stacks.readers.cdk import docker_stand_in

    folder = workspace / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / "docker"
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -I "{docker_stand_in.__file__}" "$@"\n', encoding="utf-8"
    )
    program.chmod(0o700)
    return str(program)
