"""One operation at the terminal: a request from options, the response on stdout."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations import values
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.output import show_output, write_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.model import Operation
    from sfn_cli.cli.operations.options import Table
    from sfn_cli.cli.operations.paging import Page
    from sfn_cli.cli.terminal import Terminal


def request_to_invoke(given: dict[str, Any], options: Table, terminal: Terminal) -> dict[str, Any]:
    """Returns the request: --cli-input-json or --cli-input-yaml, overridden by the options."""
    request: dict[str, Any] = {}
    if "cli_input_json" in given:
        request = values.json_input_value("--cli-input-json", given["cli_input_json"])
    elif "cli_input_yaml" in given:
        request = values.yaml_input_value("--cli-input-yaml", given["cli_input_yaml"])
    members = {option.name: option for option in options.values() if option.shape is not None}
    for name, option in members.items():
        if name in given:
            value = values.option_value(option, given[name], raw_blobs=terminal.raw_blobs)
            if name == "definition":
                value = values.definition_value(option, given[name], value)
            request[option.member or name] = value
    return request


def invoke_and_show(
    operation: Operation, request: dict[str, Any], given: dict[str, Any], terminal: Terminal
) -> None:
    """Calls the operation, for all of its pages if it has pages, and writes the response."""
    # Errors in these are reported before the operation is called.
    _ = (terminal.query, terminal.output)
    if "${" in str(request.get("definition")):
        from sfn_cli.cli.definition_errors import display

        display.warn_of_placeholders(
            request["definition"], display.source_of_definition(given.get("definition"))
        )
    try:
        _invoke_and_show_pages(operation, request, given, terminal)
    except OperationError as error:
        if "definition" in request:
            from sfn_cli.cli.definition_errors import display

            display.explain_definition_error(
                error, request, display.source_of_definition(given.get("definition"))
            )
        raise


def _invoke_and_show_pages(
    operation: Operation, request: dict[str, Any], given: dict[str, Any], terminal: Terminal
) -> None:
    with Backend(terminal) as backend, resolve_invoked_names(request, backend):
        if operation.paginator:
            from sfn_cli.cli.operations import paging

            limits = paging.find_page_limits(operation, given, terminal.paginate)
            if limits is not None:
                pages = paging.pages(lambda page: backend.call(operation, page), operation, request, limits)
                shown = paging.pages_to_readable(pages, operation)
                if terminal.output in ("text", "yaml-stream"):
                    _show_each_invoked_page(operation, shown, terminal)
                elif terminal.output == "json" and terminal.query is None:
                    _stream_invoked_pages(operation, shown, terminal)
                else:
                    _write_invoke_answer(operation, paging.merge_pages(shown), terminal)
                return
        answer = backend.call(operation, request)
        note = _invoked_execution_note(backend, operation, answer) or _invoked_deletion_note(
            backend, operation, request
        )
    show_invoke_answer(operation, answer, terminal)
    if note is not None:
        sys.stderr.write(f"\n{note}\n")
    if answer.get("diagnostics"):
        from sfn_cli.cli.definition_errors import display

        display.display_definition_errors(
            answer["diagnostics"],
            request["definition"],
            display.source_of_definition(given.get("definition")),
        )


def _invoked_execution_note(backend: Backend, operation: Operation, answer: dict[str, Any]) -> str | None:
    """Returns a note for people at a terminal if the execution shown as RUNNING is suspended."""
    if (
        operation.name != "DescribeExecution"
        or answer["status"] != "RUNNING"
        or not sys.stderr.isatty()
        or backend.is_remote
    ):
        return None
    from sfn_cli.api import suspensions

    suspension = backend.service.suspensions.of(answer["executionArn"])
    return None if suspension is None else suspensions.describe_suspension(suspension)


def _invoked_deletion_note(backend: Backend, operation: Operation, request: dict[str, Any]) -> str | None:
    """Returns a note for people at a terminal about the executions of a machine that they deleted."""
    if operation.name != "DeleteStateMachine" or not sys.stderr.isatty() or backend.is_remote:
        return None
    from sfn_cli.api.stepfunctions.deletions import describe_deletion

    return describe_deletion(backend.service, request["stateMachineArn"])


@contextmanager
def resolve_invoked_names(request: dict[str, Any], backend: Backend, *, others: str = "") -> Iterator[None]:
    """Replaces names in the request by ARNs, and explains the error if one does not exist.

    `others` is what the name could have been instead of a state machine: " or file".
    """
    if "fromExecutionArn" in request:
        from sfn_cli.cli.operations import takeover

        takeover.name_takeover_by_arns(request, backend)
    given = dict(request)
    arns = [value for member, value in request.items() if member.endswith("Arn") and isinstance(value, str)]
    if not all(value.startswith("arn:") for value in arns) or "routingConfiguration" in request:
        from sfn_cli.cli import arn_names

        request.update(arn_names.resolve_arn_names(request, backend.call))
    try:
        yield
    except OperationError as error:
        if arns:
            from sfn_cli.cli import arn_names

            arn_names.explain_missing_name(error, given, backend, others=others)
        raise


def show_invoke_answer(operation: Operation, response: dict[str, Any], terminal: Terminal) -> None:
    """Writes one response in the format and through the query of the command line."""
    _write_invoke_answer(operation, show_output(response, operation.output), terminal)


def _write_invoke_answer(operation: Operation, shown: Any, terminal: Terminal) -> None:
    query = terminal.query
    if query is not None:
        shown = query(shown)
    with terminal.pager() as stream:
        write_output(shown, terminal.output, operation.name, stream, color=terminal.color)


def _show_each_invoked_page(operation: Operation, pages: Iterator[Page], terminal: Terminal) -> None:
    """Writes page by page; a query sees one page at a time, as in aws for these formats."""
    query = terminal.query or (lambda value: value)
    first = next(pages)  # an error of the first page comes before any output
    with terminal.pager() as stream:
        for response, token in chain((first,), pages):
            write_output(query(response), terminal.output, operation.name, stream)
            if token is not None and terminal.output == "text":
                write_output(query({"NextToken": {"NextToken": token}}), "text", operation.name, stream)
            stream.flush()


def _stream_invoked_pages(operation: Operation, pages: Iterator[Page], terminal: Terminal) -> None:
    """Writes the JSON of one response while its pages are read."""
    from sfn_cli.cli.operations.paging import first_page_list, page_with_token
    from sfn_cli.cli.output import json

    first = next(pages)
    with terminal.pager() as stream:
        json.write_pages(map(page_with_token, chain((first,), pages)), first_page_list(operation), stream)
