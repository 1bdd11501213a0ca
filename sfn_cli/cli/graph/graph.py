"""`sfn graph [FILE|MACHINE|EXECUTION]`: draws a state machine, or what an execution did on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal

FORMATS = ("svg", "mermaid", "dot", "text")
THEMES = ("auto", "light", "dark")


@click.command("graph", short_help="Draws a state machine, or what an execution did on it.")
@click.argument("drawn", required=False, metavar="[FILE|MACHINE|EXECUTION]")
@click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    help="The form of the picture. Without it: as --out ends (.svg, .mmd, .dot, .gv, .txt); without that, "
    "text at a terminal and svg elsewhere.",
)
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    default="auto",
    show_default=True,
    help="The colours of an SVG; auto follows the reader's light or dark screen.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="The file to write; - is stdout.",
)
@click.option(
    "--open",
    "open_paths",
    multiple=True,
    metavar="PATH",
    help="Show what is inside this Map or Parallel of a large machine, such as /Prepare; can be repeated.",
)
@click.option("--at", type=click.IntRange(min=1), metavar="EVENT", help="The execution after this event.")
@click.option(
    "--definition",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The definition that was run, for a history without one.",
)
@click.option(
    "--machine",
    metavar="NAME",
    help="The state machine to draw, by its name or logical id, where the project has several.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a parameter or variable of the project's template; can be repeated.",
)
@click.option(
    "--build",
    is_flag=True,
    help="Run the app of a cdk.json without an up-to-date cdk.out: the project's code runs as you.",
)
@click.pass_obj
def graph(
    terminal: Terminal,
    drawn: str | None,
    format: str | None,
    theme: str,
    out: Path | None,
    open_paths: tuple[str, ...],
    at: int | None,
    definition: Path | None,
    machine: str | None,
    parameters: tuple[str, ...],
    build: bool,
) -> ExitCode:
    """Draws a state machine, or what an execution did on it.

    What exists as a file or folder is drawn from there: a definition (*.asl.json, *.asl.yaml), a
    template or project as `sfn run` takes it, or the output of get-execution-history. Anything else
    is a state machine of the store, by its name or ARN, or an execution: MACHINE/NAME, MACHINE/last or
    an ARN. Without an argument, it is the project in the current folder.

    An SVG needs the extra console. Of a machine with more than 300 states, the
    larger Maps and Parallels are folded. With --output or --query, the graph is JSON (or data in another
    format).

    \b
    Examples:
      sfn graph order.asl.json
      sfn graph examples/order -o order.svg
      sfn graph Pay/last --format svg --theme dark > last.svg
      sfn graph Pay --format mermaid
    """
    from sfn_cli.cli.graph import graph_forms
    from sfn_cli.cli.graph.graph_subject import DrawnProject, find_graph_subject

    _ = terminal.query, terminal.output  # a bad one is reported first
    out = None if out == Path("-") else out
    form = format or graph_forms.default_format(out)
    project = DrawnProject(machine, parameters, build)
    with Backend(terminal) as backend:
        subject = find_graph_subject(backend, drawn, project, definition=definition, at=at)
    if terminal.writes_data:
        terminal.write(graph_forms.subject_as_json(subject), "Graph")
        return ExitCode.SUCCESS
    if form == "text" and out is None:
        graph_forms.write_text_to_stdout(subject, terminal)
    else:
        graph_forms.write_form(graph_forms.form_text(subject, form, theme, open_paths), out)
    return ExitCode.SUCCESS
