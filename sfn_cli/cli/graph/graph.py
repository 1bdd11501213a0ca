"""`sfn graph [FILE|MACHINE|EXECUTION]`: draws a state machine, or the path of an execution through it."""

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


@click.command("graph")
@click.argument("drawn", required=False, metavar="[FILE|MACHINE|EXECUTION]")
@click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    help="The format. The default follows the name of --out (.svg, .mmd, .dot, .gv, .txt). Without "
    "--out, it is text at a terminal and svg elsewhere.",
)
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    default="auto",
    show_default=True,
    help="The colours of the SVG. auto follows the reader's light or dark mode.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="The file to write. - is stdout.",
)
@click.option(
    "--open",
    "open_paths",
    multiple=True,
    metavar="PATH",
    help="Show the inside of this Map or Parallel, such as /Prepare, in a large state machine.",
)
@click.option(
    "--at", type=click.IntRange(min=1), metavar="EVENT", help="Draw the execution as it was after this event."
)
@click.option(
    "--definition",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The definition that was run, if the history does not have it.",
)
@click.option(
    "--machine",
    metavar="NAME",
    help="The state machine to draw, by name or logical id, if the project has several.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter or variable of the project's template.",
)
@click.option(
    "--build",
    is_flag=True,
    help="Run the app of a cdk.json if cdk.out is not up to date. This runs the project's code as you.",
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
    """Draws a state machine, or the path of an execution through it.

    The argument can be a file or folder: a definition (*.asl.json, *.asl.yaml), a project as for
    `sfn run`, or the output of get-execution-history. If no file has this name, it is a state machine
    (by name or ARN) or an execution (MACHINE/NAME, MACHINE/last or an ARN). The default is the project
    in the current folder.

    The format svg needs the extra console. If a state machine has more than 300 states, its larger Maps
    and Parallels are folded. With --output or --query, the graph is data.

    \b
    Examples:
      sfn graph order.asl.json
      sfn graph examples/order -o order.svg
      sfn graph Pay/last --format svg --theme dark > last.svg
      sfn graph Pay --format mermaid
    """
    from sfn_cli.cli.graph import graph_forms
    from sfn_cli.cli.graph.graph_subject import DrawnProject, find_graph_subject

    _ = terminal.query, terminal.output  # validates both first
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
