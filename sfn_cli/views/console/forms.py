"""Forms and buttons. Each form carries the token without which the server changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM_TOKEN = "form_token"


def draw_form(
    action: str,
    token: str | None,
    *children: str,
    hidden: Mapping[str, str] | None = None,
    id: str | None = None,
    look: str = "inline",
    confirm: str | None = None,
) -> Markup:
    """Returns a form that is sent with POST, or nothing for a reader who may not change anything.

    `token` is the request's form token, None for such a reader. `confirm` is a question that the
    script asks first.
    """
    if token is None:
        return Markup("")
    fields = {FORM_TOKEN: token, **(hidden or {})}
    return element(
        "form",
        {"method": "post", "action": action, "id": id, "class": look, "data-confirm": confirm},
        *(element("input", {"type": "hidden", "name": key, "value": value}) for key, value in fields.items()),
        *children,
    )


def draw_form_problem(problem: str) -> Markup:
    """Returns why a form has not started anything; empty if there is no problem."""
    return element("p", {"class": "refused", "role": "alert"}, problem) if problem else Markup("")


def draw_submit(
    text: str,
    *,
    name: str | None = None,
    value: str | None = None,
    look: str | None = None,
    key: str = "",
    key_confirm: str | None = None,
    id: str | None = None,
    label: str | None = None,
) -> Markup:
    """Returns a button that sends its form.

    `key` is the letter that presses it, `key_confirm` is a question that the script asks first then.
    `label` is its name for screen readers, if the text alone is not enough.
    """
    attributes = {
        "type": "submit",
        "name": name,
        "value": value,
        "class": look,
        "data-key": key or None,
        "data-key-confirm": key_confirm,
        "aria-keyshortcuts": key or None,
        "aria-label": label,
        "id": id,
    }
    return element("button", attributes, text)
