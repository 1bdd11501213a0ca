"""The service model as data: each operation's input, output and errors.

One JSON file per operation, written by `tests/compile_model.py` from AWS's own model; `index.json`
of each service maps a command to its operation. A command reads only its own file.
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
    """One operation of one service, from AWS's model."""

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
    """{"input_token", "output_token", "limit_key", "result_key"}, or None if AWS's clients do not page it.
    """
    input: Shape
    output: Shape
    target_prefix: str | None = None
    json_version: str | None = None
    host_prefix: str = ""
    api_version: str | None = None
    """For the query protocol only, as is the namespace of its responses."""
    xml_namespace: str | None = None


def is_not_in_aws_model(member: Shape) -> bool:
    """Whether a structure's member is an extension of sfn, missing from AWS's model."""
    return bool(member.get("extension"))


def model_services() -> list[str]:
    """Lists the services whose operations are commands, by their command names."""
    return ["stepfunctions", "lambda", "logs", "events", "scheduler", "sts"]


def model_http_services() -> list[str]:
    """Lists the services whose operations are served over HTTP; some of them have no commands."""
    return [*model_services(), "cloudformation", "cloudcontrol", "cloudtrail", "pipes"]


def model_commands(service: str) -> list[str]:
    """Lists a service's commands in alphabetical order. Raises KeyError for an unknown service."""
    return list(_model_index(service))


def model_operation_names(service: str) -> list[str]:
    """Lists a service's operations in alphabetical order. Raises KeyError for an unknown service."""
    return list(_model_index(service).values())


def model_by_command(service: str, command: str) -> Operation:
    """Returns the operation of a command ("start-execution"). Raises KeyError if unknown."""
    return load_model(service, _model_index(service)[command])


@cache
def load_model(service: str, name: str) -> Operation:
    """Loads the operation `name` ("StartExecution") of a service. Raises KeyError if unknown."""
    if name not in _model_index(service).values():
        raise KeyError(name)
    return Operation(**_read_model(service, name))


@cache
def _model_index(service: str) -> Mapping[str, str]:
    if service not in model_http_services():
        raise KeyError(service)
    index: Mapping[str, str] = _read_model(service, "index")
    return index


def _read_model(service: str, name: str) -> Any:
    with open(os.path.join(_FOLDER, service, f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)
