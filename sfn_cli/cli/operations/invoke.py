"""One operation at the terminal: a request from options, the answer on stdout."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations import values
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.output import show, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.model import Operation
    from sfn_cli.cli.operations.options import Table
    from sfn_cli.cli.operations.paging import Page
    from sfn_cli.cli.terminal import Terminal


def request_of(given: dict[str, Any], options: Table, terminal: Terminal) -> dict[str, Any]:
    """The request: --cli-input-json or --cli-input-yaml, with what the options say laid over it."""
    request: dict[str, Any] = {}
    if "cli_input_json" in given:
        request = values.json_input("--cli-input-json", given["cli_input_json"])
    elif "cli_input_yaml" in given:
        request = values.yaml_input("--cli-input-yaml", given["cli_input_yaml"])
    members = {option.name: option for option in options.values() if option.shape is not None}
    for name, option in members.items():
        if name in given:
            request[option.member or name] = values.of_option(
                option, given[name], raw_blobs=terminal.raw_blobs
            )
    return request


def call_and_show(
    operation: Operation, request: dict[str, Any], given: dict[str, Any], terminal: Terminal
) -> None:
    """Calls the operation, for all of its pages if it has pages, and writes the answer."""
    # Errors in these are reported before the operation is called.
    _ = (terminal.query, terminal.output)
    try:
        _call_and_show(operation, request, given, terminal)
    except OperationError as error:
        if "definition" in request:
            from sfn_cli.cli.definition_errors import display

            display.explain(error, request, display.source_of(given.get("definition")))
        raise


def _call_and_show(
    operation: Operation, request: dict[str, Any], given: dict[str, Any], terminal: Terminal
) -> None:
    with Backend(terminal) as backend, resolve_names(request, backend):
        if operation.paginator:
            from sfn_cli.cli.operations import paging

            limits = paging.find_limits(operation, given, terminal.paginate)
            if limits is not None:
                pages = paging.pages(lambda page: backend.call(operation, page), operation, request, limits)
                shown = paging.to_readable(pages, operation)
                if terminal.output in ("text", "yaml-stream"):
                    _show_each(operation, shown, terminal)
                elif terminal.output == "json" and terminal.query is None:
                    _stream(operation, shown, terminal)
                else:
                    _write(operation, paging.merge(shown), terminal)
                return
        answer = backend.call(operation, request)
        note = _note(backend, operation, answer)
    show_answer(operation, answer, terminal)
    if note is not None:
        sys.stderr.write(f"\n{note}\n")
    if answer.get("diagnostics"):
        from sfn_cli.cli.definition_errors import display

        display.tell(answer["diagnostics"], request["definition"], display.source_of(given.get("definition")))


def _note(backend: Backend, operation: Operation, answer: dict[str, Any]) -> str | None:
    """A note for a person at a terminal: the execution that is shown as RUNNING is suspended."""
    if (
        operation.name != "DescribeExecution"
        or answer["status"] != "RUNNING"
        or not sys.stderr.isatty()
        or backend.is_remote
    ):
        return None
    from sfn_cli.api import suspensions

    suspension = backend.service.suspensions.of(answer["executionArn"])
    return None if suspension is None else suspensions.describe(suspension)


@contextmanager
def resolve_names(request: dict[str, Any], backend: Backend) -> Iterator[None]:
    """Replaces names in the request by ARNs. When the operation does not find one, adds suggestions
    of similar names to its error.
    """
    arns = [value for member, value in request.items() if member.endswith("Arn") and isinstance(value, str)]
    if not all(value.startswith("arn:") for value in arns):
        from sfn_cli.cli import arn_names

        request.update(arn_names.resolve(request, backend.call))
    try:
        yield
    except OperationError as error:
        if arns:
            from sfn_cli.cli import arn_names

            arn_names.suggest(error, request, backend.call)
        raise


def show_answer(operation: Operation, response: dict[str, Any], terminal: Terminal) -> None:
    """Writes one answer in the format and through the query that the command line names."""
    _write(operation, show(response, operation.output), terminal)


def _write(operation: Operation, shown: Any, terminal: Terminal) -> None:
    query = terminal.query
    if query is not None:
        shown = query(shown)
    with terminal.pager() as stream:
        write(shown, terminal.output, operation.name, stream, color=terminal.color)


def _show_each(operation: Operation, pages: Iterator[Page], terminal: Terminal) -> None:
    """Writes page by page; a query sees one page at a time, as aws has it for these formats."""
    query = terminal.query or (lambda value: value)
    first = next(pages)  # an error of the first page comes before any output
    with terminal.pager() as stream:
        for response, token in chain((first,), pages):
            write(query(response), terminal.output, operation.name, stream)
            if token is not None and terminal.output == "text":
                write(query({"NextToken": {"NextToken": token}}), "text", operation.name, stream)
            stream.flush()


def _stream(operation: Operation, pages: Iterator[Page], terminal: Terminal) -> None:
    """Writes the JSON of one answer while its pages are read."""
    from sfn_cli.cli.operations.paging import first_list, with_token
    from sfn_cli.cli.output import json

    first = next(pages)
    with terminal.pager() as stream:
        json.write_pages(map(with_token, chain((first,), pages)), first_list(operation), stream)
