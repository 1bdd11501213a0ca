"""`sfn doctor`: is what the store holds whole?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exits import Exit

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal


@click.command("doctor", short_help="Checks that everything stored is whole.")
@click.pass_obj
def doctor(terminal: Terminal) -> Exit:
    """Checks the database file and replays every history. It changes nothing.

    \b
    Example:
      sfn doctor
    """
    from sfn_cli import private_files
    from sfn_cli.api.doctor import examine
    from sfn_cli.store.sqlite.database import Database

    database = Database(terminal.settings.home)
    try:
        examined = examine(database)
    finally:
        database.close()
    for finding in examined.findings:
        print(finding, file=sys.stderr)
    verdict = "all whole" if not examined.findings else f"{len(examined.findings)} findings"
    for note in private_files.home_notes(terminal.settings.home):
        print(f"note: {note}", file=sys.stderr)
    print(f"{examined.executions} executions, {examined.events} events: {verdict}")
    return Exit.SUCCESS if not examined.findings else Exit.FAILURE
