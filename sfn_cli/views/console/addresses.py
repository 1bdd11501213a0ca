"""The addresses of the console's pages.

    /console/                                            the state machines
    /console/machines/NAME                               one, with its executions
    /console/machines/NAME/executions/EXECUTION          an execution
    …/EXECUTION.json                                     each page as data

EXECUTION is the name; LABEL/NAME for a child of a Map Run, as one segment, whose slash is percent-encoded;
NAME:ID for an EXPRESS execution, because such a name can be used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from sfn_cli.arn import name_in_arn

if TYPE_CHECKING:
    from collections.abc import Mapping

CONSOLE = "/console"
JSON_ENDING = ".json"


def console_address(*segments: str, query: Mapping[str, object] | None = None) -> str:
    """Returns the address of a page; values of the query that are None or "" are left out."""
    path = "/".join([CONSOLE, *map(_segment, segments)]) if segments else f"{CONSOLE}/"
    given = {key: value for key, value in (query or {}).items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def machine_address(name: str, *segments: str, query: Mapping[str, object] | None = None) -> str:
    """Returns the address of a state machine's page, or of a page below it."""
    return console_address("machines", name, *segments, query=query)


def execution_address(arn: str, *segments: str, query: Mapping[str, object] | None = None) -> str:
    """Returns the address of an execution's page, or of a page below it."""
    machine, execution = _machine_and_execution(arn)
    return machine_address(machine, "executions", execution, *segments, query=query)


def execution_segment(arn: str) -> str:
    """Returns an execution as the addresses of its machine's pages name it: EXECUTION."""
    return _machine_and_execution(arn)[1]


def _machine_and_execution(arn: str) -> tuple[str, str]:
    beginning, _, execution = name_in_arn(arn).partition(":")
    machine, _, label = beginning.partition("/")
    return machine, f"{label}/{execution}" if label else execution


def _segment(text: str) -> str:
    quoted = quote(text, safe=":@$,=+")
    # A name that ends like the address of a page's data, or is a step in a path, must not be taken for it.
    if quoted.endswith(JSON_ENDING):
        return f"{quoted.removesuffix(JSON_ENDING)}%2Ejson"
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted
