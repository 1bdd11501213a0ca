"""Draws pictures: `python -m tests.pictures`; `--check` reports stale ones.

Each definition of `examples/` has one for readers with a light screen and one for a dark screen, beside
the definition; the README shows the one that suits the reader's screen. A page of the docs shows one, which
suits both. Some recorded executions (`tests/views/executions/`) are drawn with what they did, into
`tests/views/picture/goldens/`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.run import graph_run
from sfn_cli.views.layout.folding import folding_rule
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.svg import draw_svg
from tests.views.recorded import recorded, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
GOLDENS = ROOT / "tests" / "views" / "picture" / "goldens"
DOCS = ROOT / "docs" / "pictures"

DRAWN_IN_DOCS = ("payment",)
"""Examples whose picture a page of the docs shows."""

DRAWN_EXECUTIONS = ("map-running", "nested-map", "order-declined", "payment-waiting")
"""Recorded executions with every look of a state and an edge."""

_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SHOWN_PICTURE = re.compile(r"<picture>\n.*?</picture>\n", re.DOTALL)


def drawn_files() -> Iterator[tuple[Path, str]]:
    """Yields each file that is drawn, or shows a drawing, with the text that it should have."""
    for name in DRAWN_EXECUTIONS:
        level = graph_of(recorded(name)["definition"])
        run = graph_run(fold_execution(source_of(name)), level)
        placed = place(level, is_folded=folding_rule(level))
        yield GOLDENS / f"{name}.svg", draw_svg(placed, name, run=run)
    for readme in sorted(EXAMPLES.glob("*/README.md")):
        folder = readme.parent
        definition = next(iter(folder.glob("*.asl.json")), None)
        if definition is None:
            continue  # a project with its machine in a template
        level = graph_of(json.loads(definition.read_text(encoding="utf-8")))
        placed = place(level, is_folded=folding_rule(level))
        for theme in _THEMES:
            picture = draw_svg(placed, f"State machine {folder.name}", theme=theme)
            yield folder / f"{folder.name}-{theme}.svg", picture
        if folder.name in DRAWN_IN_DOCS:
            yield DOCS / f"{folder.name}.svg", draw_svg(placed, f"State machine {folder.name}")
        yield readme, _SHOWN_PICTURE.sub(_picture_element(folder.name), readme.read_text(encoding="utf-8"))


def _picture_element(name: str) -> str:
    return (
        "<picture>\n"
        f'  <source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">\n'
        f'  <img alt="The states of {name}, and the transitions between them" src="{name}-light.svg">\n'
        "</picture>\n"
    )


def stale_pictures() -> list[str]:
    """Returns the names of files that differ from their definitions, or do not exist."""
    return [
        str(path.relative_to(ROOT))
        for path, text in drawn_files()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        stale = stale_pictures()
        if stale:
            print(f"stale: {', '.join(stale)} (python -m tests.pictures)", file=sys.stderr)
        return 1 if stale else 0
    GOLDENS.mkdir(exist_ok=True)
    for path, text in drawn_files():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
