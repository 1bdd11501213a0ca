"""The versions and aliases of a state machine, below its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.arn import qualify_arn
from sfn_cli.server.console.opened_machine import CURRENT
from sfn_cli.views.console.addresses import machine_address
from sfn_cli.views.console.forms import draw_form, draw_submit
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.moments import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.api.views.machine_versions import (
        MachineAlias,
        MachineAtRevision,
        MachineVersion,
        MachineVersions,
    )
    from sfn_cli.jsonvalue import Json


def draw_machine_versions(
    machine: MachineAtRevision, found: MachineVersions, form_token: str | None
) -> Markup:
    """Returns the section with the tables, and with the forms to publish and to compare versions."""
    return element(
        "section",
        {"id": "versions"},
        element("h2", {}, "Versions and aliases"),
        _draw_publish_form(machine, form_token),
        _draw_versions(machine, found),
        _draw_aliases(machine, found),
        draw_comparison_form(machine, found, ("", CURRENT)) if found.versions else "",
    )


def draw_comparison_form(
    machine: MachineAtRevision, found: MachineVersions, chosen: tuple[str, str]
) -> Markup:
    """Returns the form that opens a comparison; it changes nothing, so every reader may use it."""
    words = [CURRENT, *(one.name for one in found.aliases), *(str(one.number) for one in found.versions)]
    return element(
        "form",
        {"method": "get", "action": machine_address(machine.name, "compare"), "class": "inline"},
        _draw_revision_choice("Compare", "from", words, chosen[0] or words[-len(found.versions)]),
        _draw_revision_choice("with", "to", words, chosen[1]),
        element("button", {"type": "submit"}, "Compare"),
    )


def _draw_revision_choice(label: str, name: str, words: list[str], chosen: str) -> Markup:
    """Returns a labelled list of versions, which has the chosen one also if it is older than the others."""
    all_words = words if chosen in words else [*words, chosen]
    options = (element("option", {"value": word, "selected": word == chosen}, word) for word in all_words)
    return element("label", {}, f"{label} ", element("select", {"name": name}, *options))


def machine_versions_json(machine: MachineAtRevision, found: MachineVersions) -> dict[str, Json]:
    """Returns the versions and aliases with the members of AWS's operations."""
    return {
        "stateMachineVersions": [
            {
                "stateMachineVersionArn": qualify_arn(machine.arn, one.number),
                "creationDate": utc_date(one.published_at),
                "description": one.description,
                "revisionId": one.revision,
            }
            for one in found.versions
        ],
        "stateMachineAliases": [_alias_json(machine, one) for one in found.aliases],
    }


def _alias_json(machine: MachineAtRevision, alias: MachineAlias) -> Mapping[str, Json]:
    return {
        "stateMachineAliasArn": qualify_arn(machine.arn, alias.name),
        "name": alias.name,
        "description": alias.description,
        "creationDate": utc_date(alias.created_at),
        "updateDate": utc_date(alias.updated_at),
        "routingConfiguration": [
            {"stateMachineVersionArn": qualify_arn(machine.arn, number), "weight": weight}
            for number, weight in alias.routes
        ],
    }


def _draw_publish_form(machine: MachineAtRevision, form_token: str | None) -> Markup:
    return draw_form(
        machine_address(machine.name, "publish"),
        form_token,
        element("label", {}, "Description ", element("input", {"name": "description", "maxlength": 256})),
        draw_submit("Publish a version"),
        hidden={"revisionId": machine.revision},
    )


def _draw_versions(machine: MachineAtRevision, found: MachineVersions) -> Markup:
    if not found.versions:
        return element("p", {"class": "note"}, "No version is published.")
    rows = (
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, _version_link(machine, one.number)),
            element("td", {}, utc_text(one.published_at)),
            element("td", {}, one.description),
            element("td", {}, _compare_link(machine, one)),
        )
        for one in found.versions
    )
    older = Markup("")
    if found.older is not None:
        address = machine_address(machine.name, "definition", query={"before": found.older})
        older = element("p", {}, element("a", {"href": f"{address}#versions"}, "Older versions"))
    table = _table(("Version", "Published", "Description", "Differences"), rows)
    return join_markup([table, older])


def _version_link(machine: MachineAtRevision, number: int) -> Markup:
    address = machine_address(machine.name, "definition", query={"version": number})
    return element("a", {"href": address}, str(number))


def _compare_link(machine: MachineAtRevision, version: MachineVersion) -> Markup:
    query = {"from": version.number, "to": CURRENT}
    if version.is_current:
        return element("span", {"class": "note"}, "is the current definition")
    address = machine_address(machine.name, "compare", query=query)
    label = f"Version {version.number}: compare with the current"
    return element("a", {"href": address, "aria-label": label}, "compare with the current")


def _draw_aliases(machine: MachineAtRevision, found: MachineVersions) -> Markup:
    if not found.aliases:
        return Markup("")
    rows = (
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, one.name),
            element("td", {}, *_routes(machine, one)),
            element("td", {}, utc_text(one.updated_at)),
            element("td", {}, one.description),
        )
        for one in found.aliases
    )
    return _table(("Alias", "Versions", "Updated", "Description"), rows)


def _routes(machine: MachineAtRevision, alias: MachineAlias) -> list[Markup]:
    parts: list[Markup] = []
    for number, weight in alias.routes:
        parts += [element("span", {}, ", " if parts else ""), _version_link(machine, number)]
        if len(alias.routes) > 1:
            parts.append(element("span", {}, f" ({weight} %)"))
    return parts


def _table(titles: tuple[str, ...], rows: Iterable[Markup]) -> Markup:
    return element("table", {"class": "rows"}, draw_table_head(titles), element("tbody", {}, *rows))
