"""The form that starts an execution, with the inputs of earlier executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.addresses import execution_address, machine_address
from sfn_cli.views.console.fields import (
    WALL_CLOCK,
    draw_clock_field,
    draw_json_field,
    draw_labelled,
    draw_name_field,
    draw_select,
)
from sfn_cli.views.console.forms import draw_form, draw_form_problem, draw_submit
from sfn_cli.views.console.times import draw_time
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_PREVIEW = 200


class StartForm(NamedTuple):
    """What is in the form. `qualifier` is a version's number or an alias's name, or "" for neither."""

    input: str = "{}"
    name: str = ""
    qualifier: str = ""
    clock: str = WALL_CLOCK
    test_case: str = ""


class StartChoices(NamedTuple):
    """What the form offers. `mocks_problem` is why there are no test cases, if that is an error."""

    machine: str
    versions: Sequence[str] = ()
    aliases: Sequence[str] = ()
    test_cases: Sequence[str] = ()
    mocks_problem: str | None = None


class EarlierInput(NamedTuple):
    """An input of an earlier execution, and how an address names that execution."""

    execution_arn: str
    segment: str
    name: str
    started_at: int
    input: str


class InputFault(NamedTuple):
    """Why an input is not JSON, and where: line and column, from 1."""

    message: str
    line: int
    column: int


def draw_start_form(
    form: StartForm, choices: StartChoices, token: str | None, problem: str | InputFault = ""
) -> Markup:
    """Returns the form; `problem` is why the last try has not started anything."""
    if token is None:
        return element("p", {}, "Open the console with the address that sfn printed, to start an execution.")
    versions = [
        ("", "current definition"),
        *((alias, f"alias {alias}") for alias in choices.aliases),
        *((number, f"version {number}") for number in choices.versions),
    ]
    cases = [("", "none"), *((case, case) for case in choices.test_cases)]
    fields = [
        draw_labelled("input", "Input (JSON)", draw_json_field("input", form.input)),
        draw_name_field(form.name),
        draw_labelled("qualifier", "Version or alias", draw_select("qualifier", versions, form.qualifier))
        if len(versions) > 1
        else "",
        draw_clock_field(form.clock),
        draw_labelled("test_case", "Mocks: test case", draw_select("test_case", cases, form.test_case))
        if choices.test_cases
        else "",
        element("p", {"class": "note"}, choices.mocks_problem) if choices.mocks_problem else "",
        element("div", {"class": "buttons"}, draw_submit("Start", look="main")),
    ]
    return join_markup(
        (
            draw_form_problem(problem)
            if isinstance(problem, str)
            else _draw_input_fault(problem, form.input),
            draw_form(
                machine_address(choices.machine, "start"),
                token,
                *(field for field in fields if field),
                look="stacked",
            ),
        )
    )


def _draw_input_fault(fault: InputFault, input: str) -> Markup:
    place = f"Input, line {fault.line}, column {fault.column}: "
    lines = input.splitlines() or [""]
    line = lines[min(fault.line, len(lines)) - 1]
    beginning = max(0, fault.column - _LONGEST_PREVIEW // 2)
    shown = line[beginning : beginning + _LONGEST_PREVIEW]
    pointer = " " * (fault.column - 1 - beginning) + "^"
    return element(
        "div",
        {"class": "refused", "role": "alert"},
        element("p", {}, place, fault.message),
        element("pre", {"tabindex": 0, "aria-label": "The line"}, f"{shown}\n{pointer}"),
    )


def draw_earlier_inputs(machine: str, inputs: Sequence[EarlierInput]) -> Markup:
    """Returns the list of earlier inputs, each with a link that puts it into the form."""
    if not inputs:
        return Markup("")
    items = (
        element(
            "li",
            {},
            element(
                "a",
                {
                    "href": machine_address(machine, "start", query={"from": one.segment}),
                    "class": "button",
                    "aria-label": f"Use the input of {one.name}",
                },
                "Use",
            ),
            " ",
            element("code", {}, " ".join(one.input[:_LONGEST_PREVIEW].split())),
            " ",
            element(
                "span",
                {"class": "note"},
                element("a", {"href": execution_address(one.execution_arn)}, one.name),
                ", ",
                draw_time(one.started_at, None),
            ),
        )
        for one in inputs
    )
    return element(
        "section",
        {"aria-labelledby": "earlier"},
        element("h2", {"id": "earlier"}, "Earlier inputs"),
        element("ul", {"class": "former"}, *items),
    )
