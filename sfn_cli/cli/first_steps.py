"""What `sfn` alone shows at a terminal: the commands to begin with, in ten lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.cli import screen

if TYPE_CHECKING:
    from typing import TextIO

STEPS = (
    ("sfn run FOLDER", "run a project (SAM, CDK, …)"),
    ("sfn ls", "state machines, their last runs"),
    ("sfn start-execution --state-machine-arn NAME", "start an execution"),
    ("sfn ps", "what runs and what it waits for"),
    ("sfn watch NAME/last", "follow the last execution"),
    ("sfn show NAME/last", "what happened and why it failed"),
    ("sfn tasks list", "tasks that wait for an answer"),
    ("sfn logs tail FUNCTION --follow", "what a function logs"),
    ("sfn help", "all commands and their options"),
)
_CYAN = 36


def write_first_steps(stream: TextIO, *, color: bool) -> None:
    width = max(len(command) for command, _ in STEPS)
    screen.write_screen_parts(stream, ["AWS Step Functions on this machine. What to type first:\n"])
    for command, says in STEPS:
        styled = screen.screen_style(command.ljust(width), _CYAN, color=color)
        screen.write_screen_parts(stream, ["  ", *styled, f"  {says}\n"])
