"""`sfn doctor`: checks that everything stored is intact."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal


@click.command("doctor")
@click.pass_obj
def doctor(terminal: Terminal) -> ExitCode:
    """Checks the integrity of the store: the database file, and a replay of every history.

    It changes nothing, and executions can run at the same time. It reports damage, and executions that
    are suspended because of an error in sfn, with the traceback. Findings go to stderr, and the exit code
    is then 255.

    \b
    Example:
      sfn doctor
    """
    from sfn_cli import private_files
    from sfn_cli.api.doctor import examine_store
    from sfn_cli.cli.operations.backend import Backend

    gc.enable()  # commands run without it, but a replayed execution holds cycles
    with Backend(terminal) as backend:
        examined = examine_store(backend.service.store, _show_doctor_finding)
    for note in private_files.private_home_notes(terminal.settings.home):
        print(f"note: {note}", file=sys.stderr)
    problems = "1 problem" if examined.findings == 1 else f"{examined.findings or 'no'} problems"
    executions = f"{examined.executions} execution{'' if examined.executions == 1 else 's'}"
    events = f"{examined.events} event{'' if examined.events == 1 else 's'}"
    print(f"{executions}, {events}: {problems} found")
    return ExitCode.SUCCESS if not examined.findings else ExitCode.FAILURE


def _show_doctor_finding(finding: str) -> None:
    print(finding, file=sys.stderr, flush=True)
