"""The guide docs/guides/seeing.md: each of its commands is run in turn, as in a shell.

A block of commands begins with one; a block that begins with "$ " has a command and its output.
Of an output, the rows of trees are compared: the marks and the names of states.
"""

from __future__ import annotations

import os
import re
import subprocess
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.integrations.aws import embedded_aws
from tests.processes import SFN, TIMEOUT_SECONDS, environment_of, serving, sfn_json, stop_workers, until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow  # examples are run, with their services

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "seeing.md"

AWS_ENDPOINT = "https://states.us-east-1.amazonaws.com"
TUESDAY = "arn:aws:states:us-east-1:123456789012:execution:order:tuesday"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FAILING_RUNS = ("tuesday", "archive", "thursday")
"""The names of the executions that fail on purpose."""


class GuideCommand(NamedTuple):
    line: str
    output: str

    @property
    def is_followed(self) -> bool:
        """Whether it goes on while the next commands are run."""
        return "in another terminal" in self.line or self.line.startswith("sfn watch")

    @property
    def exit_code(self) -> int:
        fails = self.line.startswith("sfn run") and any(
            f"--name {name}" in self.line for name in FAILING_RUNS
        )
        return ExitCode.FAILURE if fails else ExitCode.SUCCESS


@pytest.fixture
def guide_home(home: Path) -> Iterator[Path]:
    yield home
    stop_workers(home)
    embedded_aws.stop_embedded_aws(str(home))


def test_the_commands_of_the_guide(guide_home: Path, tmp_path: Path) -> None:
    """Each exits as the guide says, and shows the states that the guide shows."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    followed: list[subprocess.Popen[str]] = []
    wrong = {}
    with serving(guide_home) as url:
        for command in _guide_commands():
            line = _runnable_line(guide_home, command.line, url)
            if command.is_followed:
                followed.append(_start(guide_home, tmp_path, line))
                until(lambda: sfn_json(guide_home, "tasks", "list")["tasks"], "a task that waits")
                continue
            process = _start(guide_home, tmp_path, line)
            output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
            missing = _tree_rows(command.output) - _tree_rows(output + errors)
            if process.returncode != command.exit_code or ("show" in line and missing):
                wrong[line] = (process.returncode, missing, errors)
            if line.startswith("sfn tasks approve"):
                for each in followed:
                    each.communicate(timeout=TIMEOUT_SECONDS)
    assert wrong == {}
    assert [process.returncode for process in followed] == [ExitCode.SUCCESS] * 2


def test_the_commands_are_found() -> None:
    """The guide's form is the one that is read here."""
    lines = [command.line for command in _guide_commands()]
    words = {line.split()[1] for line in lines if line.startswith("sfn ")}
    assert words == {"run", "show", "watch", "ps", "ls", "tasks", "graph", "diff"}


def _guide_commands() -> Iterator[GuideCommand]:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    for is_code, block in groupby(lines, key=lambda line: not line or line.startswith("    ")):
        code = [line[4:] for line in block if line]
        if not is_code or not code:
            continue
        if code[0].startswith("$ "):
            yield GuideCommand(code[0][2:], "\n".join(code[1:]))
        else:
            yield from (GuideCommand(line, "") for line in code)


def _runnable_line(home: Path, line: str, url: str) -> str:
    line = re.sub("^aws stepfunctions", "sfn", line).replace("ARN", TUESDAY).replace(AWS_ENDPOINT, url)
    if re.search(UUID, line):  # the child of a Map Run that failed
        line = re.sub(UUID, lambda _: _failed_child(home), line)
    return line


def _failed_child(home: Path) -> str:
    run = sfn_json(home, "list-map-runs", "--execution-arn", "migration/archive")["mapRuns"][0]["mapRunArn"]
    failed = sfn_json(home, "list-executions", "--map-run-arn", run, "--status-filter", "FAILED")
    return str(failed["executions"][0]["name"])


def _tree_rows(output: str) -> set[str]:
    """Returns the mark and the name in each row of a tree."""
    return {re.sub(UUID, "CHILD", row) for row in re.findall(r"── (. \S+)", output)}


def _start(home: Path, folder: Path, line: str) -> subprocess.Popen[str]:
    path = f"{Path(SFN).parent}{os.pathsep}{os.environ['PATH']}"
    user = {"PATH": path, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    return subprocess.Popen(
        ["bash", "-c", line],
        cwd=folder,
        env=environment_of(home, user),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
