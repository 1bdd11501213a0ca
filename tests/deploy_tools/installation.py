"""The deploy tools that tests run, each with its packages in a folder of its own.

`python -m tests.deploy_tools.installation` installs all of them; a test installs its own if that has
not been done. The folders are in the user's cache; in CI, in the virtual environment of the tests. The
variable SFN_DEPLOY_TOOLS names another place.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import NamedTuple

import platformdirs

TIMEOUT_SECONDS = 600.0
RETRY_SECONDS = 900.0


class DeployTool(NamedTuple):
    """A tool, and the packages of PyPI or npm that it consists of."""

    name: str
    packages: tuple[str, ...]
    is_of_npm: bool = False

    @property
    def folder(self) -> Path:
        return _installation_place() / self.name

    @property
    def bin(self) -> Path:
        """Returns the folder of the tool's programs."""
        return self.folder / ("node_modules/.bin" if self.is_of_npm else "bin")


SAM = DeployTool("sam", ("aws-sam-cli==1.170.0",))
CDK = DeployTool("cdk", ("aws-cdk@2.1148.1", "aws-cdk-lib@2.276.0", "constructs@10.8.1"), is_of_npm=True)
SERVERLESS = DeployTool(
    "serverless", ("serverless@3.40.0", "serverless-step-functions@3.31.2"), is_of_npm=True
)
AXE = DeployTool("axe", ("axe-core@4.14.1",), is_of_npm=True)
"""Not a deploy tool: it checks the accessibility of the console's pages."""

DEPLOY_TOOLS = (SAM, CDK, SERVERLESS, AXE)


class NotInstalled(Exception):
    """The tool cannot be installed here; says why, in a line."""


def install_tool(tool: DeployTool) -> None:
    """Installs a tool if it is not there, one process at a time.

    Raises NotInstalled, also if that has failed a short while ago.
    """
    tool.folder.mkdir(parents=True, exist_ok=True)
    with tool.folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_installed, has_failed = tool.folder / "installed", tool.folder / "failed"
        wanted = "\n".join(tool.packages)
        if is_installed.exists() and is_installed.read_text() == wanted:
            return
        if has_failed.exists() and time.time() - has_failed.stat().st_mtime < RETRY_SECONDS:
            raise NotInstalled(has_failed.read_text())
        shutil.rmtree(tool.folder)
        tool.folder.mkdir()
        try:
            (_install_npm_packages if tool.is_of_npm else _install_pip_packages)(tool)
        except NotInstalled as error:
            has_failed.write_text(str(error))
            raise
        is_installed.write_text(wanted)


def _install_npm_packages(tool: DeployTool) -> None:
    if shutil.which("npm") is None:
        raise NotInstalled(f"{tool.name} cannot be installed: npm is missing")
    (tool.folder / "package.json").write_text("{}")
    options = ("--loglevel=error", "--no-audit", "--no-fund", "--ignore-scripts")
    _run_installer(tool, "npm", "install", *options, *tool.packages)


def _install_pip_packages(tool: DeployTool) -> None:
    venv.create(tool.folder, with_pip=True)
    # What is not compiled now is compiled when it is first imported: a fraction.
    _run_installer(tool, str(tool.bin / "pip"), "install", "--quiet", "--no-compile", *tool.packages)


def _run_installer(tool: DeployTool, *command: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=tool.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=TIMEOUT_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{tool.name} cannot be installed in {TIMEOUT_SECONDS:.0f} s") from None
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        reasons = [line for line in lines if "error" in line.lower() and " code " not in line]
        raise NotInstalled(f"{tool.name} cannot be installed: {(reasons or lines)[0]}")


def _installation_place() -> Path:
    if named := os.environ.get("SFN_DEPLOY_TOOLS"):
        return Path(named)
    if os.environ.get("CI") == "true":
        return Path(sys.prefix) / "deploy-tools"
    return platformdirs.user_cache_path("sfn-deploy-tools")


if __name__ == "__main__":
    for tool in DEPLOY_TOOLS:
        try:
            install_tool(tool)
        except NotInstalled as error:
            print(f"{error}: it is not tested")
