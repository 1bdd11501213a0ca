"""The problems of a definition, as links to their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.text.markup import Attributes


class Problem(NamedTuple):
    """A diagnostic of a definition, as in ValidateStateMachineDefinition, with its place in the text.

    Lines and columns count from one; they are None for a problem of the whole text.
    """

    severity: str
    code: str
    message: str
    location: str | None
    line: int | None = None
    column: int | None = None

    @property
    def is_error(self) -> bool:
        return self.severity == "ERROR"

    def as_json(self) -> dict[str, Json]:
        members = self._asdict()
        return {name: value for name, value in members.items() if value is not None}


def draw_problems(problems: Sequence[Problem], *, are_truncated: bool = False) -> Markup:
    """Returns the section that a change of the text replaces."""
    rows = [element("li", {"class": "error-row" if one.is_error else None}, *_parts(one)) for one in problems]
    body = element("ul", {"class": "problems"}, *rows) if rows else Markup("")
    more = element("p", {"class": "note"}, "There are more problems.") if are_truncated else Markup("")
    return element(
        "section",
        {"id": "problems", "aria-label": "Problems"},
        element("h2", {}, _heading(problems)),
        body,
        more,
    )


def _heading(problems: Sequence[Problem]) -> str:
    errors = sum(one.is_error for one in problems)
    warnings = len(problems) - errors
    counts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((errors, "error"), (warnings, "warning"))
        if count
    ]
    return " and ".join(counts) if counts else "No problems"


def _parts(problem: Problem) -> list[Markup]:
    place = Markup("")
    if problem.line is not None:
        attributes: Attributes = {
            "href": f"#L{problem.line}",
            "data-line": problem.line,
            "data-column": problem.column,
        }
        place = element("a", attributes, f"line {problem.line}, column {problem.column}")
    severity = "" if problem.is_error else f"{problem.severity.lower()}: "
    code = element("span", {"class": "note"}, f" {problem.code}")
    return [place, element("span", {}, f" {severity}{problem.message}"), code]
