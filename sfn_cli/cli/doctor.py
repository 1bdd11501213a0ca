"""`sfn doctor`: checks that everything stored is intact."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal


@click.command("doctor", short_help="Checks the integrity of everything stored.")
@click.pass_obj
def doctor(terminal: Terminal) -> ExitCode:
    """Checks the database file and replays every history. It changes nothing.

    Executions may run meanwhile: the check reads one snapshot of the store. Findings go to stderr:
    damage, and executions that are suspended because sfn failed on them, with the traceback. With any
    finding, the exit code is 255.

    \b
    Example:
      sfn doctor
    """
    from sfn_cli import app, private_files
    from sfn_cli.api.doctor import examine_store

    gc.enable()  # commands run without it, but a replayed execution holds cycles
    service = app.build_app(terminal.settings)
    try:
        examined = examine_store(service.store, _show_doctor_finding)
    finally:
        service.close()
    for note in private_files.private_home_notes(terminal.settings.home):
        print(f"note: {note}", file=sys.stderr)
    problems = "no problems" if not examined.findings else f"{examined.findings} problem(s)"
    print(f"{examined.executions} executions, {examined.events} events: {problems} found")
    return ExitCode.SUCCESS if not examined.findings else ExitCode.FAILURE


def _show_doctor_finding(finding: str) -> None:
    print(finding, file=sys.stderr, flush=True)
