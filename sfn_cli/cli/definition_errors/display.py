"""Shows the faulty lines of a definition, below the aws CLI's output.

    machine.json:12:15  Missing 'Next' target: Pya
       12 |       "Next": "Pya"
          |               ^

They are written to stderr, and only when it is a terminal.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli.api.stepfunctions.definitions import (
    INVALID_DEFINITION,
    STATE_NAME,
    InvalidDefinitionError,
    refuse_definition_faults,
)
from sfn_cli.asl.placeholders import describe_unfilled_placeholder, unfilled_placeholders
from sfn_cli.asl.validation.diagnostic import Diagnostic
from sfn_cli.asl.validation.fault_places import fault_places
from sfn_cli.cli.operations.values import location_path
from sfn_cli.cli.screen import one_screen_line
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.views.text.visible_text import visible_text
from sfn_cli.yaml_text.definition_file import is_yaml_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfn_cli.cli.failures import OperationError
    from sfn_cli.errors import ApiError

_CONTEXT = 100
"""How much of a line is shown, at most: a definition may be one long line."""

_TESTED = f"/States/{STATE_NAME}"

_QUOTED_SOURCE = re.compile(
    r"\[Source: \(String\)\".*\"(?:\[truncated \d+ chars\])?; (line: \d+, column: \d+\])", re.DOTALL
)


def source_of_definition(given: Any) -> str:
    """Returns a definition's name: the PATH of `--definition file://PATH`, or "definition"."""
    return location_path(given) or "definition"


def _written_definition(definition: str, source: str) -> str:
    """Returns the text whose lines are shown: that of the file if it is YAML, else the definition."""
    if not is_yaml_path(source):
        return definition
    try:
        return read_input_text(source, PROJECT_FILE_BYTES)
    except (OSError, UnicodeDecodeError):
        return definition


def explain_definition_error(
    error: OperationError, request: Mapping[str, Any], source: str, written: str | None = None
) -> None:
    """Adds the faulty lines to the error of a request whose definition was rejected.

    `written` is the text of the file `source` if it is not to be read again.
    """
    definition = request["definition"]
    if error.error.code == INVALID_DEFINITION and isinstance(definition, str) and sys.stderr.isatty():
        text = _written_definition(definition, source) if written is None else written
        error.below = render_definition_errors(_displayed_diagnostics(error.error, request), text, source)


def warn_of_placeholders(definition: Any, source: str) -> None:
    """Writes a warning for each `${Name}` that a tool would have filled in."""
    names = unfilled_placeholders(definition) if isinstance(definition, str) else ()
    for name in names:
        text = _written_definition(definition, source)
        line = one_screen_line(describe_unfilled_placeholder(name, text, source))
        sys.stderr.write(f"\nsfn: [WARNING]: {line}\n")


def name_definition_source(error: OperationError, source: str) -> None:
    """Replaces the beginning of a definition that is not JSON, in the error's text, by its file's name."""
    error.args = (_QUOTED_SOURCE.sub(lambda found: f"[Source: {source}; {found[1]}", str(error)),)


def display_definition_errors(diagnostics: Iterable[Mapping[str, Any]], definition: str, source: str) -> None:
    """Shows the lines that the diagnostics of ValidateStateMachineDefinition refer to."""
    if sys.stderr.isatty():
        found = [
            Diagnostic(each["severity"], each["code"], each["message"], each.get("location"))
            for each in diagnostics
        ]
        sys.stdout.flush()
        sys.stderr.write(render_definition_errors(found, _written_definition(definition, source), source))


def _displayed_diagnostics(error: ApiError, request: Mapping[str, Any]) -> Sequence[Diagnostic]:
    """Returns the diagnostics of a rejected definition.

    An endpoint returns only a text: the definition is validated again. Returns an empty sequence
    where an endpoint finds different errors than this sfn does.
    """
    if isinstance(error, InvalidDefinitionError):
        return error.diagnostics
    from sfn_cli.asl.validation.validate import validate

    try:
        refuse_definition_faults(validate(request["definition"], request.get("type", "STANDARD")))
    except InvalidDefinitionError as own:
        return own.diagnostics if own.message == error.message else ()
    return ()


def render_definition_errors(found: Sequence[Diagnostic], definition: str, source: str) -> str:
    """Renders each problem with its line of the definition; an empty text if there is no problem.

    `definition` is the text of the file `source`, in YAML if its name says so.
    """
    if not found:
        return ""
    blocks = []
    places = fault_places(found, definition, source, tested_state=_TESTED)
    for fault, place in zip(found, places, strict=True):
        severity = "" if fault.severity == "ERROR" else f"{fault.severity.lower()}: "
        message = one_screen_line(severity + fault.message)
        if place is None:
            blocks.append(f"{source}  {message}\n")
        else:
            blocks.append(_display_block(definition, source, message, *place))
    return "\n" + "".join(blocks)


def _display_block(definition: str, source: str, message: str, line: int, column: int) -> str:
    lines = definition.split("\n")
    text = lines[line - 1] if line <= len(lines) else ""
    start = max(0, column - 1 - _CONTEXT // 2) if len(text) > _CONTEXT else 0
    piece = text[start : start + _CONTEXT]
    before = "…" if start else ""
    after = "…" if start + _CONTEXT < len(text) else ""
    # A tab goes below a tab, so that the caret is below its character.
    indent = re.sub(r"[^\t]", " ", before + visible_text(piece[: column - 1 - start]))
    number = f"{line:>5}"
    shown = f"{number} | {before}{visible_text(piece)}{after}\n{' ' * len(number)} | {indent}^\n"
    return f"{source}:{line}:{column}  {message}\n{shown}"
