"""A deploy tool in a copy of a project, with only environment variables set."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.deploy_tools.installation import DeployTool, NotInstalled, install_tool
from tests.pictures import EXAMPLES
from tests.processes import ended, environment_of, sfn, sfn_json, start_execution

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TIMEOUT_SECONDS = 300.0
NOT_APPROVED = "NotApproved"
"""The end of the payment if its amount is above the limit: no manager answers."""
PAID = {"order": "1001", "authorisation": "authorise-1001", "payment": "capture-1001", "parcel": "ship-1001"}
INPUT = (EXAMPLES / "payment" / "input.json").read_text()
STARTS, STARTS_NOWHERE = '"StartAt": "Reserve"', '"StartAt": "Nowhere"'
"""An edit of the definition that makes it invalid."""

QUIET = {
    "CI": "1",
    "NODE_NO_WARNINGS": "1",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
}


class Deployment(NamedTuple):
    """A folder in which a tool runs, and the home of the endpoint that it deploys to."""

    home: Path
    folder: Path
    environment: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Deployment({self.folder})"

    def run(self, *command: str, exit: int = 0, typed: str = "") -> str:
        """Runs a command that must exit with this code; returns what it prints on both streams.

        pytest shows all of it if the test fails (with -rP, always).
        """
        started_at = time.monotonic()
        done = subprocess.run(
            command, cwd=self.folder, env=dict(self.environment), input=typed, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
        seconds = time.monotonic() - started_at
        print(f"$ {' '.join(command)}\n{done.stdout}[exit code {done.returncode}, {seconds:.1f} s]\n")
        assert done.returncode == exit
        return done.stdout

    def in_folder(self, folder: str) -> Deployment:
        return self._replace(folder=self.folder / folder)

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Replaces texts that must be in a file of the project."""
        path = self.folder / file
        text = path.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text)

    def pay(self, machine: str) -> Any:
        """Runs the payment by its machine, on virtual time; returns its output, or its error's name."""
        execution = start_execution(
            self.home, machine, "--input", INPUT, environment={"SFN_CLOCK": "virtual"}
        )
        described = ended(self.home, execution)
        return json.loads(described["output"]) if described["status"] == "SUCCEEDED" else described["error"]

    def machines(self) -> list[str]:
        """Returns the names of all state machines."""
        listed = sfn_json(self.home, "list-state-machines")["stateMachines"]
        return sorted(machine["name"] for machine in listed)

    def stack(self, name: str) -> dict[str, Any]:
        """Returns a stack as `sfn stack show` prints it as JSON."""
        shown: dict[str, Any] = sfn_json(self.home, "stack", "show", name)
        return shown


def copy_project(source: Path, destination: Path) -> Path:
    """Copies a project, without what tools have written into it. Returns the copy."""
    ignored = shutil.ignore_patterns("node_modules", "build", ".terraform*", ".aws-sam", "cdk.out")
    return shutil.copytree(source, destination, ignore=ignored)


def tool_environment(home: Path, endpoint: Mapping[str, str], *more: Path) -> dict[str, str]:
    """Returns a tool's environment: the endpoint, folders of programs, no other settings of AWS."""
    environment = {**environment_of(home), **QUIET, **endpoint}
    path = os.pathsep.join([*map(str, more), environment.get("PATH", "")])
    return {**environment, "PATH": path}


def endpoint_variables(home: Path, *options: str) -> dict[str, str]:
    """Returns the variables that `sfn aws env` prints."""
    done = sfn(home, "aws", "env", "--format", "env-no-export", *options)
    assert done.returncode == 0, done.stderr
    return dict(line.split("=", 1) for line in done.stdout.splitlines())  # type: ignore[misc]


def needs(tool: DeployTool) -> DeployTool:
    """Installs a tool, or skips the test with the reason."""
    try:
        install_tool(tool)
    except NotInstalled as error:
        pytest.skip(str(error))
    return tool
