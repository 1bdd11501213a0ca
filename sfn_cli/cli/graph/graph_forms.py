"""The forms of a graph, and where they are written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, cast

from sfn_cli.cli.screen import write_document
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sfn_cli.cli.graph.graph_subject import GraphSubject
    from sfn_cli.cli.terminal import Terminal

_FORMAT_OF_SUFFIX: Mapping[str, str] = {
    ".svg": "svg",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".txt": "text",
}


def default_format(out: Path | None) -> str:
    """Returns the format of a file by its ending; without a file, text at a terminal, else svg.

    Raises UsageError for an ending that means something else.
    """
    if out is None:
        return "text" if sys.stdout.isatty() else "svg"
    suffix = out.suffix.lower()
    if suffix and suffix not in _FORMAT_OF_SUFFIX:
        known = ", ".join(_FORMAT_OF_SUFFIX)
        raise UsageError(f"{out}: unknown file type. Use {known}, or set --format.")
    return _FORMAT_OF_SUFFIX.get(suffix, "svg")


def form_text(subject: GraphSubject, format: str, theme: str, open_paths: Sequence[str]) -> str:
    """Returns the whole text of a form, with a line break at its end.

    Raises UsageError for an open path that is not a Map or Parallel.
    """
    if format == "mermaid":
        from sfn_cli.views.graph.mermaid import mermaid_of

        return mermaid_of(subject.level, run=subject.run)
    if format == "dot":
        from sfn_cli.views.graph.dot import dot_of

        return dot_of(subject.level, subject.title, run=subject.run)
    if format == "text":
        from sfn_cli.cli.show.styled_output import PIPED_COLUMNS
        from sfn_cli.views.graph.text import graph_lines
        from sfn_cli.views.text.styled_line import plain_line

        lines = graph_lines(subject.level, subject.title, width=PIPED_COLUMNS, run=subject.run)
        return "".join(f"{plain_line(line)}\n" for line in lines)
    return _svg_text(subject, theme, open_paths)


def _svg_text(subject: GraphSubject, theme: str, open_paths: Sequence[str]) -> str:
    from sfn_cli.views.graph.run import paths_of_interest
    from sfn_cli.views.layout.folding import folding_rule
    from sfn_cli.views.layout.place import place
    from sfn_cli.views.picture.svg import draw_svg

    _check_open_paths(subject, open_paths)
    seen = (*open_paths, *(paths_of_interest(subject.run) if subject.run is not None else ()))
    placed = place(subject.level, is_folded=folding_rule(subject.level, seen))
    chosen = cast("Literal['auto', 'light', 'dark']", theme)
    kind = "State machine" if subject.run is None else "Execution"
    return draw_svg(placed, f"{kind} {subject.title}", run=subject.run, theme=chosen)


def _check_open_paths(subject: GraphSubject, open_paths: Sequence[str]) -> None:
    from sfn_cli.views.graph.form_ids import nodes_of

    paths = {node.path for node in nodes_of(subject.level)} if open_paths else set()
    for path in open_paths:
        if path not in paths:
            raise UsageError(f"--open {path}: no such state. A path is /STATE or /STATE[0]/INNER.")


def subject_as_json(subject: GraphSubject) -> Any:
    from sfn_cli.views.graph.as_json import graph_to_json

    return {"name": subject.title, **graph_to_json(subject.level, run=subject.run)}


def write_text_to_stdout(subject: GraphSubject, terminal: Terminal) -> None:
    """Writes the text form as wide as the terminal, and through a pager where it is too long."""
    from sfn_cli.cli.show.show import write_pages
    from sfn_cli.cli.show.styled_output import output_columns
    from sfn_cli.views.graph.text import graph_lines

    width = output_columns(sys.stdout)
    write_pages(graph_lines(subject.level, subject.title, width=width, run=subject.run), terminal)


def write_form(text: str, out: Path | None) -> None:
    """Writes a form to a file, or to stdout. Raises UsageError for a file that cannot be written."""
    if out is None:
        write_document(text, sys.stdout)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Cannot write {out}: {error.strerror or error}") from None
