"""What `sfn graph` draws: a definition by the word that names it, and perhaps an execution on it.

pay.asl.json, template.yaml, examples/order    a file or folder that exists
Pay/last, arn:…:execution:…                    an execution, as `sfn show` takes it
Pay, Pay:live, arn:…:stateMachine:…            a state machine
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import json_text
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.show.history_files import is_history_file
from sfn_cli.errors import ApiError, UsageError
from sfn_cli.input_files import shown_path

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.graph.graph import GraphLevel, GraphRun
    from sfn_cli.views.source import ExecutionSource

_PATH_BEGINNINGS = (".", "/", "~")
_PATH_ENDINGS = (".json", ".yaml", ".yml", ".tf")


class DrawnProject(NamedTuple):
    """The values of the options that say how a project is read."""

    machine: str | None
    parameters: tuple[str, ...]
    build: bool


class GraphSubject(NamedTuple):
    """A graph with a title, and the execution to show on it, if one was named."""

    title: str
    level: "GraphLevel"
    run: "GraphRun | None" = None


def find_graph_subject(
    backend: "Backend",
    word: str | None,
    project: DrawnProject,
    *,
    definition: Path | None = None,
    at: int | None = None,
) -> GraphSubject:
    """Returns what a word names; without a word, the project of the current folder.

    Raises UsageError for a file that cannot be drawn, and OperationError with AWS's error for a machine
    or an execution that does not exist.
    """
    if word is None:
        return _subject_of_project(backend, None, project)
    path = Path(os.path.expanduser(word))
    is_path = word != "-" and path.exists()
    if is_path and definition is None and not is_history_file(path):
        if at is not None:
            raise UsageError(f"--at needs an execution, but {word} is not one.")
        return _subject_of_path(backend, path, project)
    if is_path or word == "-" or _names_an_execution(word):
        return _subject_of_execution(backend, word, definition, at)
    if definition is not None or at is not None:
        option = "--at" if definition is None else "--definition"
        raise UsageError(f"{option} needs an execution, such as {word}/last.")
    return _subject_of_machine(backend, word)


def _names_an_execution(word: str) -> bool:
    """Whether a word means an execution, not a machine. Raises UsageError for a path that does not exist."""
    if word.startswith("arn:"):
        return ":execution:" in word or ":express:" in word
    if word.startswith(_PATH_BEGINNINGS) or word.endswith(_PATH_ENDINGS):
        raise UsageError(f"{word} does not exist.")
    return "/" in word


# Files and folders


def _subject_of_path(backend: "Backend", path: Path, project: DrawnProject) -> GraphSubject:
    if path.is_file() and _is_definition_file(path):
        from sfn_cli.cli.show.history_files import read_definition_file

        title = path.name.removesuffix(path.suffix).removesuffix(".asl")
        return _subject_of_definition(title, read_definition_file(path), shown_path(path))
    return _subject_of_project(backend, path, project)


def _is_definition_file(path: Path) -> bool:
    """Whether a file is a definition, or what describe-state-machine printed; not a project's file."""
    from sfn_cli.stacks.readers.project_files import ProjectKind, project_file_kind

    return project_file_kind(path) in (ProjectKind.FOLDER, None)


def _subject_of_project(backend: "Backend", path: Path | None, project: DrawnProject) -> GraphSubject:
    from sfn_cli.cli.run.project_machine import read_project_machine

    machine = read_project_machine(
        backend, path, project.machine, "Drawing", parameters=project.parameters, build=project.build
    )
    chosen = machine.chosen
    title = chosen.shown if chosen.stack.is_template else chosen.stack.name
    return _subject_of_definition(title, machine.plain_definition(), str(chosen.stack.source))


# The store, or the endpoint


def _subject_of_machine(backend: "Backend", name: str) -> GraphSubject:
    from sfn_cli.api import model
    from sfn_cli.cli.operations.invoke import resolve_invoked_names

    request: dict[str, Any] = {"stateMachineArn": name}
    with resolve_invoked_names(request, backend, others=" or file"):
        try:
            found = backend.call(model.load_model("stepfunctions", "DescribeStateMachine"), request)
        except OperationError as error:
            if error.error.code != "InvalidArn" or name.startswith("arn:"):
                raise
            message = f'No state machine or file named "{name}".'
            missing = ApiError("StateMachineDoesNotExist", message)
            raise OperationError("DescribeStateMachine", missing) from None
    return _subject_of_definition(found["name"], found["definition"], name)


def _subject_of_execution(
    backend: "Backend", name: str, definition: Path | None, at: int | None
) -> GraphSubject:
    from sfn_cli.cli.show.shown_execution import shown_execution
    from sfn_cli.cli.show.sources import find_source
    from sfn_cli.views.graph.run import graph_run

    source: ExecutionSource = find_source(backend, name, definition=definition)
    if source.definition is None:
        raise UsageError(f"{source.name} has no definition. Add one with: --definition FILE")
    shown = shown_execution(backend, source, at)
    subject = _subject_of_definition(source.name, source.definition, source.name)
    return subject._replace(run=graph_run(shown.view, subject.level, pending=shown.pending))


def _subject_of_definition(title: str, text: str, source: str) -> GraphSubject:
    from sfn_cli.views.graph.definition import graph_of

    try:
        definition = json_text.loads_json(text)
    except ValueError as error:
        raise UsageError(f"{source}: not JSON: {error}") from None
    if not isinstance(definition, dict):
        raise UsageError(f"{source} has no definition: it is not a JSON object.")
    return GraphSubject(title, graph_of(definition))
