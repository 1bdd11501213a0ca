"""`sfn` without a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.cli.operations.commands import command_context
from tests.processes import at_terminal, sfn

if TYPE_CHECKING:
    from pathlib import Path


def test_at_a_terminal(tmp_path: Path) -> None:
    """Ten lines show the first commands to try; the exit code is that of a missing command."""
    code, shown = at_terminal(tmp_path, columns=80)
    lines = shown.replace("\r", "").splitlines()
    assert (code, len(lines), max(map(len, lines)) < 80) == (252, 10, True)
    commands = [re.split(r" {2,}", line.strip())[0].split()[1:] for line in lines[1:]]
    assert [command[0] for command in commands] == [
        "run", "ls", "start-execution", "ps", "watch", "show", "tasks", "logs", "help",
    ]  # fmt: skip
    for words in commands[:-1]:
        assert command_context(words).command.name in words


def test_elsewhere(tmp_path: Path) -> None:
    """In a script the error is aws's."""
    done = sfn(tmp_path)
    assert (done.returncode, done.stdout) == (252, "")
    assert "the following arguments are required: command" in done.stderr
