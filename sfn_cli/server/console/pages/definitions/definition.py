"""The page of a definition: its graph beside its text, which can be edited, and its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.views.machine_versions import machine_versions
from sfn_cli.asl.validation.diagnostic import Diagnostic
from sfn_cli.asl.validation.fault_places import fault_places
from sfn_cli.errors import ApiError
from sfn_cli.server.console.opened_machine import CURRENT, opened_machine, revision_words
from sfn_cli.server.console.operations import call_states_operation
from sfn_cli.server.console.pages.definitions.machine_versions import (
    draw_machine_versions,
    machine_versions_json,
)
from sfn_cli.views.console.addresses import machine_address
from sfn_cli.views.console.definition.definition_graph import draw_definition_graph
from sfn_cli.views.console.definition.definition_lines import (
    DefinitionForm,
    draw_definition_editor,
    draw_definition_lines,
)
from sfn_cli.views.console.definition.problems import Problem, draw_problems
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.trails import definition_trail, machine_trail
from sfn_cli.views.definition.definition_text import shown_definition
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.text.markup import Markup, element
from sfn_cli.views.text.moments import utc_text

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_versions import MachineAtRevision
    from sfn_cli.jsonvalue import Json
    from sfn_cli.server.console.messages import ConsoleRequest

_VERSIONS = 100
_SAVED = "saved-definition"
"""The part of the page that changes while it is open."""


class Validated(NamedTuple):
    """The problems of a text, and whether there are more."""

    problems: list[Problem]
    is_truncated: bool = False

    def as_json(self) -> dict[str, Json]:
        """Returns the members of ValidateStateMachineDefinition; diagnostics have a line and a column."""
        return {
            "result": "FAIL" if any(one.is_error for one in self.problems) else "OK",
            "diagnostics": [one.as_json() for one in self.problems],
            "truncated": self.is_truncated,
        }


class DefinitionDraft(NamedTuple):
    """What an editor shows: a text that may not be saved, on top of the revision `base`.

    `alert` says why it was not saved.
    """

    text: str
    base: str
    input: str = "{}"
    alert: Markup = Markup("")


def definition_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    """Returns the page of the current definition, or of the version or alias in the query's `version`."""
    machine = opened_machine(service, request, request.query.get("version") or CURRENT)
    if machine.version is None and request.is_followed:
        saved = _draw_saved(machine)
        return ConsolePage(machine.name, saved, {}, is_live=True, parts={_SAVED: saved})
    text = shown_definition(machine.definition)
    if machine.version is not None:
        return _version_page(service, request, machine, text)
    draft = DefinitionDraft(text, machine.revision)
    return draft_page(service, request, machine, draft, validate_text(service, text, machine.type))


def draft_page(
    service: Service,
    request: ConsoleRequest,
    machine: MachineAtRevision,
    draft: DefinitionDraft,
    validated: Validated,
    *,
    status: int = 200,
) -> ConsolePage:
    """Returns the page with the text of an editor; its lines only for a reader who may not change it."""
    before = request.number("before", 0) or None
    versions = machine_versions(service, machine.arn, before=before, limit=_VERSIONS)
    problems = draw_problems(validated.problems, are_truncated=validated.is_truncated)
    if request.form_token is None:
        text = draw_definition_lines(draft.text, problems, _faulty_lines(validated))
    else:
        form = DefinitionForm(
            draft.text,
            draft.input,
            draft.base,
            request.form_token,
            machine_address(machine.name, "definition"),
            machine_address(machine.name, "validate"),
        )
        text = draw_definition_editor(form, problems)
    saved = _draw_saved(machine)
    body = element(
        "div",
        {},
        element("h1", {}, f"{machine.name}: definition"),
        draft.alert,
        saved,
        _draw_columns(request, draft.text, machine.name, text),
        draw_machine_versions(machine, versions, request.form_token),
    )
    data = {
        **_machine_json(machine),
        **machine_versions_json(machine, versions),
        **validated.as_json(),
    }
    return ConsolePage(
        f"{machine.name}: definition",
        body,
        data,
        is_live=True,
        parts={_SAVED: saved},
        scripts=("definition.js",),
        trail=machine_trail(machine.name),
        status=status,
    )


def validate_text(service: Service, text: str, machine_type: str) -> Validated:
    """Returns the problems of a text, with their places, as ValidateStateMachineDefinition finds them."""
    request = {"definition": text, "type": machine_type, "severity": "WARNING"}
    try:
        answer = call_states_operation(service, "ValidateStateMachineDefinition", request)
    except ApiError as error:  # no text, or too much of it
        return Validated([Problem("ERROR", error.code, str(error), None)])
    found = [
        Diagnostic(one["severity"], one["code"], one["message"], one.get("location"))
        for one in answer["diagnostics"]
    ]
    places = fault_places(found, text)
    problems = [
        Problem(*fault) if place is None else Problem(*fault, place.line, place.column)
        for fault, place in zip(found, places, strict=True)
    ]
    return Validated(problems, answer["truncated"])


def _version_page(
    service: Service, request: ConsoleRequest, machine: MachineAtRevision, text: str
) -> ConsolePage:
    """Returns the page of a published version, which cannot be changed."""
    assert machine.version is not None
    validated = validate_text(service, text, machine.type)
    problems = draw_problems(validated.problems, are_truncated=validated.is_truncated)
    lines = draw_definition_lines(text, problems, _faulty_lines(validated))
    title = f"{machine.name}: {revision_words(machine)}"
    compare = machine_address(machine.name, "compare", query={"from": machine.version.number, "to": CURRENT})
    body = element(
        "div",
        {},
        element("h1", {}, title),
        element(
            "p",
            {"class": "note"},
            f"Published {utc_text(machine.version.published_at)}. {machine.version.description} ",
            element("a", {"href": compare}, "Compare with the current definition"),
        ),
        _draw_columns(request, text, title, lines),
    )
    data = {
        **_machine_json(machine),
        "description": machine.version.description,
        "creationDate": utc_date(machine.version.published_at),
        **validated.as_json(),
    }
    trail = definition_trail(machine.name)
    return ConsolePage(title, body, data, scripts=("definition.js",), trail=trail)


def _draw_columns(request: ConsoleRequest, text: str, title: str, beside: Markup) -> Markup:
    return element(
        "div",
        {"class": "columns", "id": "definition"},
        draw_definition_graph(text, f"States of {title}", request.query.get("open", "").split(",")),
        element("section", {"aria-label": "Text"}, element("h2", {}, "Text"), beside),
    )


def _draw_saved(machine: MachineAtRevision) -> Markup:
    """Returns the line that a change of the machine replaces, while a page is open."""
    saved = f"Saved {utc_text(machine.saved_at)}, revision {machine.revision}."
    return element(
        "p",
        {"id": _SAVED, "class": "note", "data-revision": machine.revision},
        f"{machine.type.capitalize()}. {saved}",
    )


def _faulty_lines(validated: Validated) -> dict[int, str]:
    """Returns the severity of the worst problem of each line."""
    worst: dict[int, str] = {}
    for one in validated.problems:
        if one.line is not None and worst.get(one.line) != "ERROR":
            worst[one.line] = one.severity
    return worst


def _machine_json(machine: MachineAtRevision) -> dict[str, Json]:
    return {
        "stateMachineArn": machine.arn,
        "name": machine.name,
        "type": machine.type,
        "status": machine.status,
        "definition": machine.definition,
        "roleArn": machine.role_arn,
        "revisionId": machine.revision,
        "updateDate": utc_date(machine.saved_at),
    }
