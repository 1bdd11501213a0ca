"""A short name for a Task's resource: "λ Bank", "sqs:sendMessage · token", "machine Child · job"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.views.graph.choice_text import condition_text
from sfn_cli.views.graph.lenient_json import mapping_or_empty, single_spaced
from sfn_cli.views.graph.substitution_text import value_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_STATES = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:(.+)", re.DOTALL)
_PATTERNS = ((".waitForTaskToken", " · token"), (".sync:2", " · job"), (".sync", " · job"))


def task_text(state: Mapping[str, Any]) -> str:
    """Returns the name of a Task's resource, and whether the Task waits for a token or a job."""
    resource = single_spaced(value_text(state.get("Resource")))
    of_states = _OF_STATES.fullmatch(resource)
    if of_states is None:
        return _function_text(resource)
    action = of_states[1]
    if action.startswith("activity:"):
        return f"activity {action.removeprefix('activity:')}"
    mark = ""
    for suffix, words in _PATTERNS:
        if action.endswith(suffix):
            action, mark = action.removesuffix(suffix), words
            break
    action = action.removeprefix("aws-sdk:")
    arguments = mapping_or_empty(state.get("Arguments", state.get("Parameters")))
    return _called_text(action, arguments) + mark


def _called_text(action: str, arguments: Mapping[str, Any]) -> str:
    if action == "lambda:invoke":
        name = _argument_text(arguments, "FunctionName")
        return f"λ {_last_name(name, ':function:')}" if name else action
    if action == "states:startExecution":
        name = _argument_text(arguments, "StateMachineArn")
        return f"machine {_last_name(name, ':stateMachine:')}" if name else action
    if action == "http:invoke":
        endpoint = arguments.get("ApiEndpoint")
        text = single_spaced(value_text(endpoint))
        if text and not text.startswith("{%"):
            method = arguments.get("Method")
            address = text.partition("://")[2] or text
            return f"{method} {address}" if isinstance(method, str) and method.isalpha() else address
    return action


def _argument_text(arguments: Mapping[str, Any], name: str) -> str:
    """Returns an argument's value, path or expression."""
    text = single_spaced(value_text(arguments.get(name)) or value_text(arguments.get(f"{name}.$")))
    return condition_text(text) if text.startswith("{%") else text


def _function_text(resource: str) -> str:
    if ":function:" in resource:
        return f"λ {_last_name(resource, ':function:')}"
    return resource.removesuffix(":$LATEST")


def _last_name(text: str, after: str) -> str:
    """Returns the name in an ARN, with its version or alias unless that is $LATEST."""
    return (text.partition(after)[2] or text).removesuffix(":$LATEST")
