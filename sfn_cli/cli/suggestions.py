"""Words that users try as commands, and the commands that are suggested for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_SUGGESTED: Mapping[str, Sequence[str]] = {
    "approve": ("tasks approve",),
    "cancel": ("stop-execution", "tasks reject"),
    "compare": ("diff",),
    "create": ("create-state-machine", "run", "deploy"),
    "dag": ("graph",),
    "definition": ("describe-state-machine", "graph"),
    "delete": ("delete-state-machine", "stack delete"),
    "describe": ("show", "describe-execution", "describe-state-machine"),
    "dot": ("graph --format dot",),
    "draw": ("graph",),
    "event": ("show", "get-execution-history"),
    "exec": ("start-execution", "run"),
    "execute": ("start-execution", "run"),
    "executions": ("ls MACHINE", "ps", "list-executions"),
    "follow": ("watch", "logs tail --follow"),
    "functions": ("lambda list-functions",),
    "get": ("show", "describe-execution", "describe-state-machine"),
    "health": ("doctor",),
    "history": ("show", "get-execution-history"),
    "inspect": ("show", "describe-execution"),
    "invoke": ("lambda invoke", "start-execution"),
    "kill": ("stop-execution",),
    "list": ("ls", "list-state-machines", "list-executions"),
    "local": ("run", "serve"),
    "log": ("logs tail", "worker log"),
    "machines": ("ls", "list-state-machines"),
    "mermaid": ("graph --format mermaid",),
    "monitor": ("watch", "ps"),
    "new": ("create-state-machine", "run"),
    "open": ("graph", "show"),
    "pending": ("ps", "tasks list"),
    "picture": ("graph",),
    "plot": ("graph",),
    "redrive": ("redrive-execution",),
    "reject": ("tasks reject",),
    "remove": ("delete-state-machine", "stack delete"),
    "render": ("graph",),
    "report": ("show --html",),
    "retry": ("redrive-execution",),
    "rm": ("delete-state-machine", "stack delete"),
    "running": ("ps",),
    "runs": ("ls MACHINE", "list-executions"),
    "server": ("serve",),
    "start": ("start-execution", "run"),
    "state-machines": ("ls", "list-state-machines"),
    "status": ("show", "describe-execution", "ps"),
    "stop": ("stop-execution", "worker stop"),
    "svg": ("graph --format svg",),
    "tail": ("logs tail", "events tail"),
    "task": ("tasks",),
    "test": ("test-state",),
    "top": ("ps",),
    "trace": ("show",),
    "tree": ("show",),
    "up": ("run", "serve"),
    "update": ("update-state-machine", "deploy"),
    "validate": ("validate-state-machine-definition",),
    "visualize": ("graph",),
    "wait": ("watch", "lambda wait"),
}
"""A word that is not a command → the commands that the user may mean, the likeliest first."""

_SUGGESTED_BY_SERVICE: Mapping[tuple[str | None, str], Sequence[str]] = {
    ("logs", "follow"): ("logs tail --follow",),
    ("logs", "get"): ("logs tail", "logs get-log-events"),
    ("logs", "list"): ("logs describe-log-groups",),
    ("logs", "ls"): ("logs describe-log-groups",),
    ("logs", "show"): ("logs tail",),
    ("lambda", "call"): ("lambda invoke",),
    ("lambda", "list"): ("lambda list-functions",),
    ("lambda", "logs"): ("logs tail",),
    ("lambda", "ls"): ("lambda list-functions",),
    ("lambda", "run"): ("lambda invoke",),
}


def suggested_commands(service: str | None, word: str, commands: Collection[str]) -> list[str]:
    """Returns the commands that the word may mean; empty for an unknown word.

    `service` is the group in which the word stands, None for the first word of a command line.
    `commands` are those of the group; one of Step Functions' operations is suggested only if it is
    among them.
    """
    plain = word.lower().replace("_", "-")
    if service not in (None, "stepfunctions"):
        return list(_SUGGESTED_BY_SERVICE.get((service, plain), ()))
    return [command for command in _SUGGESTED.get(plain, ()) if command.partition(" ")[0] in commands]
