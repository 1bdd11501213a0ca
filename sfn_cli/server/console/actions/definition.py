"""Validates, saves, runs and publishes a definition. The text of an editor is never lost: it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.api.stepfunctions.definitions import InvalidDefinitionError
from sfn_cli.api.stepfunctions.executions import check_execution_input
from sfn_cli.api.stepfunctions.versions import (
    DefinitionConflictError,
    save_edited_definition,
)
from sfn_cli.arn import version_number_of_arn
from sfn_cli.errors import ApiError
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.opened_machine import opened_machine
from sfn_cli.server.console.operations import call_states_operation
from sfn_cli.server.console.pages.definitions.definition import DefinitionDraft, draft_page, validate_text
from sfn_cli.views.console.addresses import execution_address, machine_address
from sfn_cli.views.definition.definition_text import edited_definition, plain_line_ends
from sfn_cli.views.diff.definition_diff import diff_definitions
from sfn_cli.views.diff.definition_lines import definition_diff_lines
from sfn_cli.views.report.styled_html import draw_styled_lines
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_versions import MachineAtRevision
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console.page import ConsolePage

_COLUMNS = 100


def validate_definition(service: Service, request: ConsoleRequest) -> ConsolePage:
    """Returns the page with the text of an editor and its problems; changes nothing."""
    machine = opened_machine(service, request)
    draft = _draft(request, machine)
    validated = validate_text(service, draft.text, machine.type)
    page = draft_page(service, request, machine, draft, validated)
    return page._replace(data=validated.as_json(), is_live=False)


def save_definition(service: Service, request: ConsoleRequest) -> ConsoleRedirect | ConsolePage:
    """Saves the text of an editor; with `do=run`, starts an execution of it, too."""
    machine = opened_machine(service, request)
    draft = _draft(request, machine)
    runs = request.form.get("do") == "run"
    edited = edited_definition(draft.text, machine.definition)
    try:
        if runs:
            check_execution_input(draft.input or "{}")
        has_changed = save_edited_definition(service, machine.arn, edited, draft.base)
    except InvalidDefinitionError:
        return _unsaved(service, request, machine, draft, "Not saved: the definition has errors.", 400)
    except DefinitionConflictError:
        return _conflict(service, request, draft)
    except ApiError as error:
        return _unsaved(service, request, machine, draft, f"Not saved: {error}", error.status)
    if not runs:
        note = "Saved. New executions use this definition." if has_changed else "Nothing has changed."
        return ConsoleRedirect(machine_address(machine.name, "definition"), note)
    return _run(service, request, draft)


def publish_version(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    """Publishes the revision that the page has shown. Raises ApiError if there is a newer one."""
    machine = opened_machine(service, request)
    answer = call_states_operation(
        service,
        "PublishStateMachineVersion",
        {
            "stateMachineArn": machine.arn,
            "revisionId": request.form.get("revisionId") or machine.revision,
            "description": request.form.get("description", ""),
        },
    )
    number = version_number_of_arn(answer["stateMachineVersionArn"].rpartition(":")[2])
    address = machine_address(machine.name, "definition")
    return ConsoleRedirect(f"{address}#versions", f"Version {number} is published.")


def _run(service: Service, request: ConsoleRequest, draft: DefinitionDraft) -> ConsoleRedirect | ConsolePage:
    machine = opened_machine(service, request)
    request_of_start = {"stateMachineArn": machine.arn, "input": draft.input or "{}"}
    try:
        answer = call_states_operation(service, "StartExecution", request_of_start)
    except ApiError as error:
        saved = draft._replace(base=machine.revision)
        alert = f"The definition is saved, but no execution was started: {error}"
        return _unsaved(service, request, machine, saved, alert, error.status)
    return ConsoleRedirect(execution_address(answer["executionArn"]))


def _draft(request: ConsoleRequest, machine: MachineAtRevision) -> DefinitionDraft:
    form = request.form
    return DefinitionDraft(
        plain_line_ends(form.get("definition", "")),
        form.get("base") or machine.revision,
        plain_line_ends(form.get("input", "")),
    )


def _unsaved(
    service: Service,
    request: ConsoleRequest,
    machine: MachineAtRevision,
    draft: DefinitionDraft,
    alert: str,
    status: int,
    *more: Markup,
) -> ConsolePage:
    """Returns the page with the text, and the reason why it was not saved."""
    shown = element("div", {"class": "refused", "role": "alert"}, element("p", {}, alert), *more)
    validated = validate_text(service, draft.text, machine.type)
    return draft_page(service, request, machine, draft._replace(alert=shown), validated, status=status)


def _conflict(service: Service, request: ConsoleRequest, draft: DefinitionDraft) -> ConsolePage:
    """Returns the page with the text and its differences from what was saved in the meantime.

    Saving again replaces that.
    """
    machine = opened_machine(service, request)
    alert = (
        f"Not saved: {machine.name} was changed since this page was loaded. Your text is below, and this is "
        "how it differs from the definition that is saved now. Save again to replace that definition."
    )
    difference = _draw_difference(machine.definition, draft.text)
    return _unsaved(service, request, machine, draft._replace(base=machine.revision), alert, 409, difference)


def _draw_difference(saved: str, text: str) -> Markup:
    try:
        diff = diff_definitions(jsonvalue.loads(saved), jsonvalue.loads(text))
    except (ValueError, RecursionError):
        return Markup("")
    return draw_styled_lines(
        definition_diff_lines(diff, before="saved now", after="your text", width=_COLUMNS)
    )
