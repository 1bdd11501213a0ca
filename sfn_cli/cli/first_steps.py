"""What `sfn` without a command shows at a terminal: the first commands to try, in ten lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.cli import screen

if TYPE_CHECKING:
    from typing import TextIO

STEPS = (
    ("sfn run FOLDER", "run a project (SAM, CDK, …)"),
    ("sfn ls", "list state machines"),
    ("sfn start-execution --state-machine-arn NAME", "start an execution"),
    ("sfn ps", "list running executions"),
    ("sfn watch NAME/last", "follow the last execution"),
    ("sfn show NAME/last", "show what happened, and why"),
    ("sfn tasks list", "list tasks to approve or reject"),
    ("sfn logs tail FUNCTION --follow", "follow the log of a function"),
    ("sfn help", "show all commands"),
)
_CYAN = 36


def write_first_steps(stream: TextIO, *, color: bool) -> None:
    width = max(len(command) for command, _ in STEPS)
    screen.write_screen_parts(stream, ["Run AWS Step Functions on this machine. Commands to start with:\n"])
    for command, description in STEPS:
        styled = screen.screen_style(command.ljust(width), _CYAN, color=color)
        screen.write_screen_parts(stream, ["  ", *styled, f"  {description}\n"])
