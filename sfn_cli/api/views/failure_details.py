"""Details of a failure from the store and the user's files: log lines, and paths of code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.api.views.invocation_logs import invocation_log
from sfn_cli.api.views.original_files import is_in_build, original_of_copy
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes
from sfn_cli.store.records.functions import function_reference
from sfn_cli.views.failure.source_map import original_place
from sfn_cli.views.failure.stack_frames import TASK_ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.failure.explain import Failure
    from sfn_cli.views.failure.source_map import OriginalPlace
    from sfn_cli.views.failure.stack_frames import StackFrame


def complete_failure(service: Service, view: ExecutionView, failure: Failure, current_folder: str) -> Failure:
    """Returns the failure with its log lines, and with local files in its stack trace.

    Paths below `current_folder` are relative to it. Unknown parts are left out.
    """
    if failure.function is None:
        return failure
    lines: list[str] = []
    if failure.attempt is not None:
        log = invocation_log(service, view.source, failure.attempt.event, failure.function)
        lines = [event.message for event in log]
    frames = _frames_here(service, failure.function, failure.frames, current_folder)
    return failure._replace(frames=frames, log_lines=lines)


def _frames_here(
    service: Service, function_ref: str, frames: Sequence[StackFrame], current_folder: str
) -> list[StackFrame]:
    code = function_code(service, function_ref) if frames else None
    if code is None:
        return list(frames)
    return [_frame_here(frame, code, current_folder) for frame in frames]


def _frame_here(frame: StackFrame, code: CodeOfFunction, current_folder: str) -> StackFrame:
    """Returns the frame with the local file, if it is in the function's folder."""
    path = code.folder + frame.file.removeprefix(TASK_ROOT)
    if not frame.file.startswith(f"{TASK_ROOT}/") or not os.path.isfile(path):
        return frame
    line, source = frame.line, frame.source
    bundled = _place_before_bundling(path, frame)
    if bundled is not None and os.path.isfile(bundled.source):
        path, line, source = bundled.source, bundled.line, ""
    elif code.project is not None and frame.is_own and is_in_build(path):
        path = original_of_copy(path, code.project) or path
    return frame._replace(
        file=path.removeprefix(os.path.join(current_folder, "")),
        line=line,
        source=source or _source_line(path, line),
        is_own=frame.is_own and "/node_modules/" not in path,
    )


def _place_before_bundling(path: str, frame: StackFrame) -> OriginalPlace | None:
    """Returns the origin of a line of a bundle, from the source map beside the bundle."""
    try:
        source_map = jsonvalue.loads(read_input_bytes(f"{path}.map", PROJECT_FILE_BYTES).decode())
    except (OSError, ValueError, RecursionError):
        return None
    place = original_place(source_map, frame.line, frame.column)
    if place is None:
        return None
    return place._replace(source=os.path.normpath(os.path.join(os.path.dirname(path), place.source)))


class CodeOfFunction(NamedTuple):
    """The folder with a function's code, and the folder of the project that deployed it, if any."""

    folder: str
    project: str | None


def function_code(service: Service, function_ref: str) -> CodeOfFunction | None:
    """Returns the folders with a function's local code; None if unknown.

    For a version or an alias, they are the function's, from which it was published.
    """
    name = function_reference(function_ref).name
    function = service.functions.find(name)
    if function is None:
        return None
    stacks = service.stacks.owners("AWS::Lambda::Function", name)
    project = stacks[0].folder if stacks else None
    if function.code_dir is not None:
        return CodeOfFunction(function.code_dir, project)
    for stack in stacks:
        for resource in service.stacks.resources(stack.name):
            if resource.physical_id == name and (folder := _folder_in_properties(resource.properties)):
                return CodeOfFunction(folder, project)
    return None


def _folder_in_properties(properties: object) -> str | None:
    code = properties.get("Code") if isinstance(properties, dict) else None
    path = code.get("CodeDir") if isinstance(code, dict) else None
    if not isinstance(path, str):
        return None
    return path if os.path.isdir(path) else os.path.dirname(path)


def _source_line(path: str, line: int) -> str:
    """Returns a line of a file, or "" if it cannot be read."""
    try:
        return (
            read_input_bytes(path, PROJECT_FILE_BYTES).splitlines()[line - 1].decode(errors="replace").strip()
        )
    except (OSError, IndexError):
        return ""
