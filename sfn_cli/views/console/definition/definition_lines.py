"""The text of a definition: an editor in a form, or numbered lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.fields import draw_text_area
from sfn_cli.views.console.forms import draw_form, draw_submit
from sfn_cli.views.definition.state_lines import state_lines
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.text.markup import element

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.text.markup import Markup

_LEAST_ROWS, _MOST_ROWS = 12, 34


class DefinitionForm(NamedTuple):
    """What an editor shows, and where it is sent.

    `base` is the revision that is edited. `input` is that of the execution of "Save and run".
    """

    text: str
    input: str
    base: str
    token: str | None
    save_address: str
    validate_address: str


def draw_definition_editor(form: DefinitionForm, problems: Markup) -> Markup:
    """Returns the editor, with the buttons that send it; `problems` come between them.

    Without its script, it is a form that can be validated and saved.
    """
    rows = min(max(form.text.count("\n") + 2, _LEAST_ROWS), _MOST_ROWS)
    text = draw_text_area(
        {
            "id": "definition-text",
            "name": "definition",
            "rows": rows,
            "wrap": "off",
            "autocapitalize": "off",
            "autocomplete": "off",
            "aria-label": "Definition",
            "data-validate": form.validate_address,
        },
        form.text,
    )
    input = draw_text_area({"id": "run-input", "name": "input", "rows": 4, "autocomplete": "off"}, form.input)
    return draw_form(
        form.save_address,
        form.token,
        element("div", {"class": "numbered"}, text),
        element("div", {"aria-live": "polite"}, problems),
        element(
            "div",
            {"class": "buttons"},
            draw_submit("Save", name="do", value="save", look="main"),
            element(
                "button",
                {"type": "submit", "id": "validate", "formaction": form.validate_address},
                "Validate",
            ),
            element("span", {"id": "edit-state", "class": "note", "role": "status"}),
        ),
        element("label", {"class": "block", "for": "run-input"}, "Input of an execution"),
        input,
        element("div", {"class": "buttons"}, draw_submit("Save and run", name="do", value="run")),
        hidden={"base": form.base},
        id="definition-form",
        look="stacked",
    )


def draw_definition_lines(text: str, problems: Markup, faulty: Mapping[int, str]) -> Markup:
    """Returns the numbered lines of a definition, whose numbers at states are links to the graph.

    `faulty` are the severities of the lines that have problems.
    """
    starts = {at.first: path for path, at in state_lines(text).items()}
    lines = [
        element(
            "span",
            {"class": f"line {faulty[number].lower()}" if number in faulty else "line", "id": f"L{number}"},
            _number(number, starts.get(number)),
            f"{line}\n",
        )
        for number, line in enumerate(text.split("\n"), 1)
    ]
    return element(
        "div",
        {},
        element("pre", {"class": "lines", "tabindex": 0, "aria-label": "Definition"}, *lines),
        problems,
    )


def _number(number: int, path: str | None) -> Markup:
    if path is None:
        return element("b", {"aria-hidden": "true"}, str(number))
    label = f"Line {number}: show {path} in the graph"
    return element("a", {"href": f"#{state_id(path)}", "aria-label": label}, str(number))
