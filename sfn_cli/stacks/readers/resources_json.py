"""Reads `resources.json`: calls to AWS services that `sfn run` makes before it starts an execution.

    [
        {"service": "s3", "operation": "CreateBucket", "parameters": {"Bucket": "letters"}},
        {"service": "s3", "operation": "PutObject",
         "parameters": {"Bucket": "letters", "Key": "a.csv", "Body": "fileb://a.csv"}},
        {"service": "dynamodb", "wait": "table_exists", "parameters": {"TableName": "letters"}}
    ]

Services, operations and parameters have boto3's names, and so do waiters. A string file://PATH or
fileb://PATH is replaced with the content of that file in the folder. The calls run in order, before
every run. A call that fails because the resource already exists is ignored.

Calls to services that are part of sfn (connections, functions, logs, state machines) are answered by
sfn; other calls go where tasks' calls go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_input_bytes

if TYPE_CHECKING:
    from pathlib import Path

_LOCATION = re.compile(r"(fileb?)://(.+)", re.DOTALL)


class ResourceCall(NamedTuple):
    """One call. With `wait`, `name` is a waiter instead of an operation."""

    place: str
    """The call's place in its file, for output."""
    service: str
    name: str
    wait: bool
    parameters: dict[str, Any]


def parse_resources_json(path: Path, given: Any) -> list[ResourceCall]:
    """Parses the calls of a file with the content `given`. Raises UsageError."""
    if not isinstance(given, list):
        raise UsageError(f"{path} must contain a JSON array of calls.")
    return [_resource_call(path, f"{path}, call {number}", call) for number, call in enumerate(given, 1)]


def _resource_call(path: Path, place: str, call: Any) -> ResourceCall:
    match call:
        case {"service": str(service), "operation": str(name), **rest} if rest.keys() <= {"parameters"}:
            wait = False
        case {"service": str(service), "wait": str(name), **rest} if rest.keys() <= {"parameters"}:
            wait = True
        case _:
            raise UsageError(f'{place} must be {{"service", "operation" or "wait", "parameters"}}.')
    parameters = _resource_with_files(path.parent, place, rest.get("parameters", {}))
    if not isinstance(parameters, dict):
        raise UsageError(f"{place}: parameters must be an object.")
    return ResourceCall(place, service, name, wait, parameters)


def _resource_with_files(folder: Path, place: str, value: Any) -> Any:
    """Returns the value with the contents of the files that its strings name."""
    match value:
        case dict():
            return {name: _resource_with_files(folder, place, member) for name, member in value.items()}
        case list():
            return [_resource_with_files(folder, place, member) for member in value]
        case str() if (location := _LOCATION.fullmatch(value)) is not None:
            kind, path = location.groups()
            try:
                content = read_input_bytes(folder / path, RESOURCE_FILE_BYTES)
                return content if kind == "fileb" else content.decode()
            except OSError as error:
                raise UsageError(f"{place}: cannot read {folder / path}: {error.strerror or error}") from None
            except UnicodeDecodeError:
                raise UsageError(
                    f"{place}: {folder / path} is not UTF-8 text. Use fileb:// for binary files."
                ) from None
    return value
