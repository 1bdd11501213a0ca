"""The packages of a CDK app: the project's own where it has them, else installed into the home.

A project that was just cloned has no node_modules and no virtual environment. What its package.json
or requirements.txt asks for is then installed once (functions/builds).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.stacks.readers.cdk.node_app import prepare_node_app
from sfn_cli.stacks.readers.cdk.python_app import prepare_python_app

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.stacks.readers.cdk.app_setting import AppSetting

_NODE_COMMAND = re.compile(r"\b(node|npx|npm|yarn|pnpm|bunx?|ts-node|tsx|tsc)\b|\.[cm]?[jt]s\b")
_PYTHON_COMMAND = re.compile(r"\b(python[\d.]*|poetry|pipenv|uv)\b|\.py\b")


def prepare_app_packages(
    command: str,
    setting: AppSetting,
    environment: Mapping[str, str],
    *,
    everything: bool = False,
    more: Sequence[str] = (),
) -> dict[str, str]:
    """Returns the variables by which an app's command finds the packages that it needs.

    They are installed where they are missing. Raises BuildError.

    With `everything`, what the project asks for is installed completely, even if it seems to be there.
    `more` are packages for Python that it does not ask for.
    """
    if _PYTHON_COMMAND.search(command):
        return prepare_python_app(command, setting, environment, everything=everything, more=more)
    if _NODE_COMMAND.search(command):
        return prepare_node_app(command, setting, environment, everything=everything)
    return {}
