"""What the store and the user's files add to an explained failure: log lines, and paths of code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sfn_cli.api.views.invocation_logs import invocation_log
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes
from sfn_cli.store.records.functions import function_reference
from sfn_cli.views.failure.stack_frames import TASK_ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.failure.explain import Failure
    from sfn_cli.views.failure.stack_frames import StackFrame


def complete_failure(service: Service, view: ExecutionView, failure: Failure, current_folder: str) -> Failure:
    """Returns the failure with its log lines, and with the files of its stack trace on this machine.

    Paths below `current_folder` are relative to it. Nothing is added where nothing is known.
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
    folder = function_code_folder(service, function_ref) if frames else None
    located = []
    for frame in frames:
        if folder is not None and frame.file.startswith(f"{TASK_ROOT}/"):
            path = folder + frame.file[len(TASK_ROOT) :]
            if os.path.isfile(path):
                frame = frame._replace(
                    file=path.removeprefix(os.path.join(current_folder, "")),
                    source=frame.source or _source_line(path, frame.line),
                )
        located.append(frame)
    return located


def function_code_folder(service: Service, function_ref: str) -> str | None:
    """Returns the user's folder with the code of a function; None where it is not known.

    That of a version or an alias is the function's: it was published from there.
    """
    name = function_reference(function_ref).name
    function = service.functions.find(name)
    if function is None:
        return None
    if function.code_dir is not None:
        return function.code_dir
    for stack in service.stacks.owners("AWS::Lambda::Function", name):
        for resource in service.stacks.resources(stack.name):
            if resource.physical_id == name and (folder := _folder_in_properties(resource.properties)):
                return folder
    return None


def _folder_in_properties(properties: object) -> str | None:
    code = properties.get("Code") if isinstance(properties, dict) else None
    path = code.get("CodeDir") if isinstance(code, dict) else None
    if not isinstance(path, str):
        return None
    return path if os.path.isdir(path) else os.path.dirname(path)


def _source_line(path: str, line: int) -> str:
    """Returns a line of a file; "" when it cannot be read."""
    try:
        return (
            read_input_bytes(path, PROJECT_FILE_BYTES).splitlines()[line - 1].decode(errors="replace").strip()
        )
    except (OSError, IndexError):
        return ""
