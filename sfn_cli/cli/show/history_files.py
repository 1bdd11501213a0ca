"""Executions in files: what `get-execution-history` printed, with or without the definition.

    {"events": […]}                          as the aws CLI and sfn print it
    {"events": […], "definition": …}         with the definition beside it, as JSON or as its text
    […]                                      the events alone

Times are as they were printed: ISO 8601, or seconds since 1970.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli import json_text, jsonvalue
from sfn_cli.errors import UsageError
from sfn_cli.input_files import HISTORY_BYTES, PROJECT_FILE_BYTES, read_input_bytes, shown_path
from sfn_cli.views.source import ExecutionSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.interpreter.events import HistoryEvent

_STDIN = "/dev/stdin"


def read_history_file(name: str) -> ExecutionSource:
    """Returns the source of a view from a file; "-" is stdin.

    Raises UsageError for a file that cannot be read or has no history.
    """
    path = _STDIN if name == "-" else os.path.expanduser(name.removeprefix("file://"))
    shown = "stdin" if name == "-" else shown_path(path)
    content = _parse_history_file(_read_file(path, shown, HISTORY_BYTES), shown)
    beside = content if isinstance(content, dict) else {}
    events = beside.get("events") if beside else content
    if not isinstance(events, list) or not events:
        raise UsageError(
            f"{shown} has no history: expected the output of get-execution-history, "
            'a JSON object {"events": [...]}.'
        )
    definition = _definition_beside(beside, shown)
    return ExecutionSource(
        name=shown,
        history=_history_of_file(events, definition, shown),
        definition=None if definition is None else jsonvalue.dumps(definition),
    )


def is_history_file(path: Path) -> bool:
    """Whether a file has the output of get-execution-history, or is too long for a definition."""
    if not path.is_file() or path.suffix.lower() in (".yaml", ".yml"):
        return False
    if path.stat().st_size > PROJECT_FILE_BYTES:
        return True
    try:
        content = json_text.read_json(
            read_input_bytes(os.fspath(path), PROJECT_FILE_BYTES).decode("utf-8-sig")
        )
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, list) or (isinstance(content, dict) and "events" in content)


def read_definition_file(path: Path) -> str:
    """Returns the JSON text of a definition in a file: JSON, YAML, or what describe-state-machine printed.

    Raises UsageError.
    """
    from sfn_cli.yaml_text.definition_file import definition_as_json, describe_yaml_error

    shown = shown_path(path)
    text = _read_file(os.fspath(path), shown, PROJECT_FILE_BYTES)
    try:
        text = definition_as_json(text, os.fspath(path))
    except ValueError as error:
        raise UsageError(describe_yaml_error(error, shown)) from None
    content = _parse_history_file(text, shown)
    found = _definition_beside(content, shown) if isinstance(content, dict) else None
    definition = content if found is None else found
    if not isinstance(definition, dict) or "States" not in definition:
        raise UsageError(f"{shown} has no definition: it has no States.")
    return jsonvalue.dumps(definition)


def _read_file(path: str, shown: str, most: int) -> str:
    try:
        if path == _STDIN and sys.stdin.isatty():
            raise UsageError("- reads a history from stdin, which is this terminal: pipe one in.")
        return read_input_bytes(path, most).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not text in UTF-8.") from None


def _parse_history_file(text: str, shown: str) -> Any:
    try:
        return json_text.read_json(text)
    except json_text.NotJson as error:
        raise UsageError(f"{shown}:{error.line}:{error.column}: not JSON: {error.message}") from None


def _definition_beside(content: Mapping[str, Any], shown: str) -> Any:
    definition = content.get("definition")
    return _parse_history_file(definition, shown) if isinstance(definition, str) else definition


def _history_of_file(events: list[Any], definition: Any, shown: str) -> list[HistoryEvent]:
    from sfn_cli.views.history.api_history import NotAHistoryError, read_api_history

    try:
        return read_api_history(events, definition if isinstance(definition, dict) else None)
    except NotAHistoryError as error:
        raise UsageError(f"{shown}: {error}") from None
