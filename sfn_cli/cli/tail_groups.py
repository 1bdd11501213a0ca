"""Finds the log group that `sfn logs tail` reads, by its name or its function's."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sfn_cli.api import model
from sfn_cli.cli.failures import OperationError
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend

_FUNCTION_GROUPS = "/aws/lambda/"
_FUNCTION_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_RESEMBLANCE = 0.6


def group_of_function(backend: Backend, name: str, missing: OperationError) -> str:
    """Returns the log group of the function that `name` means: "Bank", or "/aws/lambda/Bank".

    `missing` is the error that AWS's operation returned for `name` as a log group. It is raised again if
    it has another reason, or if there is no function of this name either.
    """
    if not _is_missing(missing):
        raise missing
    function = name.removeprefix(_FUNCTION_GROUPS)
    if _FUNCTION_NAME.fullmatch(function):
        operation = model.load_model("lambda", "GetFunctionConfiguration")
        with suppress(OperationError, UsageError):
            found = backend.call(operation, {"FunctionName": function})
            return str((found.get("LoggingConfig") or {}).get("LogGroup") or f"{_FUNCTION_GROUPS}{function}")
    _explain_missing_group(backend, name, missing)
    raise missing


def find_followed_group(backend: Backend, request: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Returns the request with the group to follow, and whether that does not exist yet.

    Raises OperationError when the name means neither a group nor a function.
    """
    try:
        _read_group(backend, request)
    except OperationError as error:
        group = group_of_function(backend, request["logGroupName"], error)
        request = {**request, "logGroupName": group}
        if not group_exists(backend, request):
            if sys.stderr.isatty():
                sys.stderr.write(f"Waiting for {group}: the function has not been called yet.\n")
            return request, True
    return request, False


def group_exists(backend: Backend, request: dict[str, Any]) -> bool:
    try:
        _read_group(backend, request)
    except OperationError as error:
        if _is_missing(error):
            return False
        raise
    return True


def advise_to_follow(error: OperationError, group: str) -> None:
    """Adds to the error for a log group that does not exist yet how to wait for it."""
    if sys.stderr.isatty() and _is_missing(error):
        error.below = f"\nThe function has not been called yet. To wait for {group}: --follow\n"


def _read_group(backend: Backend, request: dict[str, Any]) -> None:
    backend.call(model.load_model("logs", "FilterLogEvents"), {**request, "limit": 1})


def _is_missing(error: OperationError) -> bool:
    return error.error.code == "ResourceNotFoundException"


def _explain_missing_group(backend: Backend, name: str, error: OperationError) -> None:
    """Says at a terminal which name does not exist, with a similar one."""
    if not sys.stderr.isatty():
        return
    from difflib import get_close_matches

    functions = _listed_names(backend, "lambda", "ListFunctions", "Functions", "FunctionName")
    groups = _listed_names(backend, "logs", "DescribeLogGroups", "logGroups", "logGroupName")
    known = {group.rpartition("/")[2]: group for group in groups}  # by the last part of the name
    known |= {each: f"{_FUNCTION_GROUPS}{each}" if "/" in name else each for each in functions}
    close = get_close_matches(name.rpartition("/")[2], known, 1, _RESEMBLANCE)
    meant = f' Did you mean "{known[close[0]]}"?' if close else ""
    lists = [f"sfn {words}" for words in ("lambda list-functions", "logs describe-log-groups")]
    commands = ", ".join(f"{command} {backend.endpoint_option}".rstrip() for command in lists)
    error.plain = f'No function or log group named "{name}".{meant} List them with: {commands}'


def _listed_names(backend: Backend, service: str, operation: str, items: str, member: str) -> list[str]:
    """Returns the names on the first page of a list; empty when the operation fails."""
    with suppress(OperationError):
        answer = backend.call(model.load_model(service, operation), {})
        return [item[member] for item in answer[items]]
    return []
