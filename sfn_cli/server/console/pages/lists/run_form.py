"""The form with the filters of a list of executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.run_filters import RUN_STATUSES
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Mapping

FAILED_STATUSES = "FAILED,TIMED_OUT"


def draw_run_filters(given: Mapping[str, str], action: str) -> Markup:
    """Returns the form with the filters; it is sent with GET."""
    hidden = [
        element("input", {"type": "hidden", "name": name, "value": given[name]})
        for name in ("version", "alias")
        if name in given
    ]
    clear = element("a", {"href": action}, "Show all") if given else Markup("")
    return element(
        "form",
        {"class": "filters", "method": "get", "action": action, "role": "search"},
        *hidden,
        element("label", {}, "Status ", _draw_statuses(given.get("status", ""))),
        _draw_field("Name", "name", given, placeholder="beginning, or *part*"),
        _draw_field("Text in input or output", "text", given, kind="search"),
        _draw_field("From", "from", given, kind="datetime-local"),
        _draw_field("To", "to", given, kind="datetime-local"),
        element("button", {"type": "submit"}, "Filter"),
        clear,
    )


def _draw_statuses(chosen: str) -> Markup:
    chosen = ",".join(part.strip().upper() for part in chosen.split(","))
    words = {"": "any", FAILED_STATUSES: "failed or timed out"}
    words |= {status: LOOKS[status].word for status in RUN_STATUSES}
    if chosen not in words:
        words[chosen] = chosen.lower().replace(",", " or ")
    options = (
        element("option", {"value": value, "selected": value == chosen}, word)
        for value, word in words.items()
    )
    return element("select", {"name": "status"}, *options)


def _draw_field(
    label: str, name: str, given: Mapping[str, str], *, kind: str = "text", placeholder: str | None = None
) -> Markup:
    value = given.get(name)
    if kind == "datetime-local" and value is not None:
        # Browsers show only times with hours in this kind of field.
        kind = "text" if len(value) not in (10, 16, 19) else kind
        value = f"{value}T00:00" if len(value) == 10 and name == "from" else value
        kind = "text" if len(value) == 10 else kind
    attributes = {"name": name, "type": kind, "value": value, "placeholder": placeholder}
    return element("label", {}, f"{label} ", element("input", attributes))
