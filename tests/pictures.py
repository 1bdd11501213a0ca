"""Draws the machines of `examples/`: `python -m tests.pictures`; `--check` says when one is stale.

Each has a picture for readers with a light screen and one for a dark screen, beside the definition.
The README shows the one that suits its reader.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.layout.folding import folding_rule
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.svg import draw_svg

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[1] / "examples"

_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SHOWN_PICTURE = re.compile(r"<picture>\n.*?</picture>\n", re.DOTALL)


def pictures_of_examples() -> Iterator[tuple[Path, str]]:
    """Yields each file that shows an example's machine, with the text that it should have."""
    for readme in sorted(EXAMPLES.glob("*/README.md")):
        folder = readme.parent
        (definition,) = folder.glob("*.asl.json")
        level = graph_of(json.loads(definition.read_text(encoding="utf-8")))
        placed = place(level, is_folded=folding_rule(level))
        for theme in _THEMES:
            picture = draw_svg(placed, f"State machine {folder.name}", theme=theme)
            yield folder / f"{folder.name}-{theme}.svg", picture
        yield readme, _SHOWN_PICTURE.sub(_picture_element(folder.name), readme.read_text(encoding="utf-8"))


def _picture_element(name: str) -> str:
    return (
        "<picture>\n"
        f'  <source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">\n'
        f'  <img alt="The states of {name}, and which of them may follow which" src="{name}-light.svg">\n'
        "</picture>\n"
    )


def stale_pictures() -> list[str]:
    """Returns the names of files that differ from their definitions, or do not exist."""
    return [
        str(path.relative_to(EXAMPLES))
        for path, text in pictures_of_examples()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        stale = stale_pictures()
        if stale:
            print(f"stale: {', '.join(stale)} (python -m tests.pictures)", file=sys.stderr)
        return 1 if stale else 0
    for path, text in pictures_of_examples():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
