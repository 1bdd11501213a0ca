"""`sfn console`: state machines and executions in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal


@click.command("console")
@click.argument("opened", required=False, metavar="[NAME]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8084,
    show_default=True,
    help="The port. 0 takes a free one.",
)
@click.option("--read-only", is_flag=True, help="The console cannot change anything.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.pass_obj
def console(terminal: Terminal, opened: str | None, port: int, read_only: bool, no_browser: bool) -> ExitCode:
    """Opens the console in the browser, and serves it until you press Ctrl-C.

    It shows state machines and executions live: the graph, the timeline, the data of every state. You can
    start, stop and redrive executions, answer tasks, and edit definitions.

    NAME opens the page of a state machine, or of an execution: MACHINE/NAME or MACHINE/last.

    Only this user can read the console, and only the address that is printed can change anything. sfn
    serve has the same console.

    \b
    Examples:
      sfn console
      sfn console Pay/last
      sfn console --port 0 --no-browser
    """
    from sfn_cli import app, private_files, server

    private_files.check_private_home(terminal.settings.home)
    path = "" if opened is None else _page_of_name(opened)

    def announce(url: str, console_url: str | None) -> None:
        assert console_url is not None
        beginning, _, token = console_url.partition("?")
        address = f"{beginning}{path}?{token}"
        print(f"Console: {address} (press Ctrl-C to stop)", flush=True)
        if not no_browser:
            import webbrowser

            webbrowser.open(address)

    server.serve(
        app.build_app(terminal.settings),
        "127.0.0.1",
        port,
        forwards=True,
        has_read_only_console=read_only,
        command="console",
        extra="console",
        announce=announce,
    )
    return ExitCode.SUCCESS


def _page_of_name(name: str) -> str:
    """Returns the path of a page below /console/, of a machine's or an execution's name or ARN."""
    from sfn_cli.arn import parse_arn
    from sfn_cli.views.console.addresses import CONSOLE, execution_address, machine_address

    arn = parse_arn(name)
    if arn is not None and arn.resource_type in ("execution", "express"):
        address = execution_address(name)
    else:
        name = name if arn is None else arn.resource_id.partition(":")[0]
        machine, _, execution = name.partition("/")
        address = machine_address(machine, *(("executions", execution) if execution else ()))
    return address.removeprefix(f"{CONSOLE}/")
