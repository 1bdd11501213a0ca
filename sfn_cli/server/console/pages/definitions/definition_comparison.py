"""The page that compares two revisions of a definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.api.views.machine_versions import machine_versions
from sfn_cli.server.console.opened_machine import CURRENT, opened_machine, revision_words
from sfn_cli.server.console.pages.definitions.machine_versions import draw_comparison_form
from sfn_cli.views.console.definition.comparison import draw_comparison
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.trails import definition_trail
from sfn_cli.views.definition.definition_text import shown_definition
from sfn_cli.views.diff.diff_json import definition_diff_json
from sfn_cli.views.diff.graph_union import graph_union
from sfn_cli.views.text.markup import element

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest


def definition_comparison_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    """Compares the revision of the query's `from` with that of `to`.

    Each is a version's number, an alias, or "current". By default, the latest version is compared with the
    current definition.
    """
    machine = opened_machine(service, request)
    versions = machine_versions(service, machine.arn)
    newest = str(versions.versions[0].number) if versions.versions else CURRENT
    chosen = request.query.get("from") or newest, request.query.get("to") or CURRENT
    before, after = (opened_machine(service, request, word) for word in chosen)
    union = graph_union(jsonvalue.loads(before.definition), jsonvalue.loads(after.definition))
    names = revision_words(before), revision_words(after)
    title = f"{machine.name}: {names[0]} and {names[1]}"
    texts = shown_definition(before.definition), shown_definition(after.definition)
    body = element(
        "div",
        {},
        element("h1", {}, title),
        draw_comparison_form(machine, versions, chosen),
        draw_comparison(union, names, texts, request.query.get("open", "").split(",")),
    )
    data = definition_diff_json(union.diff, before=names[0], after=names[1])
    return ConsolePage(title, body, data, trail=definition_trail(machine.name))
