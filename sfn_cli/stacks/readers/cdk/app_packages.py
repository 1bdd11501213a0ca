"""The packages of a CDK app: those of the project, or packages that are installed into the home.

A fresh clone has no node_modules and no virtual environment. The packages in its package.json or
requirements.txt are then installed once (functions/builds).
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
    """Returns the environment variables with which an app's command finds its packages.

    Missing packages are installed. Raises BuildError.

    With `everything`, all of the project's packages are installed, even if they seem to be present.
    `more` are additional Python packages.
    """
    if _PYTHON_COMMAND.search(command):
        return prepare_python_app(command, setting, environment, everything=everything, more=more)
    if _NODE_COMMAND.search(command):
        return prepare_node_app(command, setting, environment, everything=everything)
    return {}
