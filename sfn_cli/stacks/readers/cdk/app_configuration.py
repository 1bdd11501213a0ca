"""Reads cdk.json: the command of the app, and its context.

https://docs.aws.amazon.com/cdk/v2/guide/cli.html and …/context.html
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.template_file import read_json_object

if TYPE_CHECKING:
    from pathlib import Path

APP_FILE = "cdk.json"
CONTEXT_FILE = "cdk.context.json"

_PASSED_CONTEXT = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:version-reporting": False,
    # Assets keep their original paths, so that code runs from its source.
    "aws:cdk:disable-asset-staging": True,
    "aws:cdk:bundling-stacks": ["**"],
}
"""The context that the CDK CLI passes to each app for its options."""


class AppConfiguration(NamedTuple):
    folder: Path
    app: str | None
    """The app's shell command, or a folder with a cloud assembly."""
    build: str | None
    """A command to run before the app."""
    output: str
    context: dict[str, Any]


def read_app_configuration(folder: Path) -> AppConfiguration:
    """Reads cdk.json and cdk.context.json. Raises UsageError."""
    content = read_json_object(folder / APP_FILE)
    looked_up = read_json_object(folder / CONTEXT_FILE) if (folder / CONTEXT_FILE).is_file() else {}
    context = content.get("context") or {}
    if not isinstance(context, dict):
        raise UsageError(f"{folder / APP_FILE}: context must be an object.")
    app = content.get("app")
    output = content.get("output")
    build = content.get("build")
    return AppConfiguration(
        folder,
        _app_command(app) or _app_in_scripts(folder / "package.json"),
        build if isinstance(build, str) else None,
        output if isinstance(output, str) else "cdk.out",
        {**context, **looked_up, **_PASSED_CONTEXT},
    )


def _app_command(app: Any) -> str | None:
    if isinstance(app, list):
        return shlex.join(str(word) for word in app)
    return app if isinstance(app, str) and app.strip() else None


def _app_in_scripts(package: Path) -> str | None:
    """Returns the app from a script of package.json, such as `cdk --app 'node app.js' deploy`."""
    if not package.is_file():
        return None
    found = set()
    for script in (read_json_object(package).get("scripts") or {}).values():
        if isinstance(script, str) and re.search(r"\bcdk\b", script):
            try:
                words = shlex.split(script)
            except ValueError:
                continue
            for option, value in itertools.pairwise(words):
                if option in ("--app", "-a"):
                    found.add(value)
            found |= {word.removeprefix("--app=") for word in words if word.startswith("--app=")}
    return found.pop() if len(found) == 1 else None


def names_assembly(configuration: AppConfiguration) -> Path | None:
    """Returns the cloud assembly, if `app` names one instead of a command."""
    if configuration.app is None:
        return None
    path = configuration.folder / os.path.expanduser(configuration.app)
    return path if path.is_dir() else None
