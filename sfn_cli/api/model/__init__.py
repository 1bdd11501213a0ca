"""The service model as data: each operation's input, output and errors.

One JSON file per operation, written by `tests/compile_model.py` from AWS's own model; `index.json`
of each service maps a command to its operation. A command reads the one file it needs.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

Shape = Mapping[str, Any]
"""{"type": "structure", "members": {name: Shape}, "required": [...]}, {"type": "list", "member":
Shape}, {"type": "map", "key": Shape, "value": Shape}, or a scalar: "string", "integer", "long",
"float", "double", "boolean", "timestamp", "blob"; with "min", "max", "enum", "pattern" and the
bindings to HTTP where AWS has them.
"""

_FOLDER = os.path.dirname(__file__)


class Operation(NamedTuple):
    """One operation of one service, as AWS's model describes it."""

    service: str
    name: str
    """AWS's name: "StartExecution"."""
    command: str
    """The name at the terminal: "start-execution"."""
    protocol: str
    """"json" (AWS JSON), "rest-json" or "query"."""
    http: Mapping[str, Any]
    """{"method": "POST", "uri": "/functions/{FunctionName}", "status": 200}; status only for rest-json."""
    errors: list[str]
    paginator: Mapping[str, Any] | None
    """{"input_token", "output_token", "limit_key", "result_key"}, or None when AWS's clients do not page it.
    """
    input: Shape
    output: Shape
    target_prefix: str | None = None
    json_version: str | None = None
    host_prefix: str = ""
    api_version: str | None = None
    """Of the query protocol, as is the namespace of its answers."""
    xml_namespace: str | None = None


def is_ours(member: Shape) -> bool:
    """Whether a member of a structure is sfn's own: AWS's model does not have it."""
    return bool(member.get("extension"))


def services() -> list[str]:
    """The services that have a model here, by their names at the terminal."""
    return ["stepfunctions", "lambda", "logs", "events", "sts"]


def commands(service: str) -> list[str]:
    """The commands of a service in alphabetical order. Raises KeyError for an unknown service."""
    return list(_index(service))


def operation_names(service: str) -> list[str]:
    """The operations of a service in alphabetical order. Raises KeyError for an unknown service."""
    return list(_index(service).values())


def by_command(service: str, command: str) -> Operation:
    """The operation behind a command ("start-execution"). Raises KeyError when there is none."""
    return load(service, _index(service)[command])


@cache
def load(service: str, name: str) -> Operation:
    """The operation `name` ("StartExecution") of a service. Raises KeyError when there is none."""
    if name not in _index(service).values():
        raise KeyError(name)
    return Operation(**_read(service, name))


@cache
def _index(service: str) -> Mapping[str, str]:
    if service not in services():
        raise KeyError(service)
    index: Mapping[str, str] = _read(service, "index")
    return index


def _read(service: str, name: str) -> Any:
    with open(os.path.join(_FOLDER, service, f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)
