"""`sfn show EXECUTION --html FILE`: the execution in one file, to open in a browser or to attach."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.screen import write_document
from sfn_cli.cli.show.forms.failure_text import explained_failure
from sfn_cli.cli.show.forms.visit_logs import logs_of_attempts
from sfn_cli.input_files import shown_path

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.shown_execution import ShownExecution


def write_report(backend: Backend, shown: ShownExecution, path: Path) -> None:
    """Writes the report to the file, or to stdout for "-". Raises CommandFailedError."""
    page = _report_page(backend, shown)
    if str(path) == "-":
        write_document(page, sys.stdout)
        return
    try:
        path.write_text(page, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CommandFailedError(f"Cannot write {shown_path(path)}: {error.strerror or error}") from None
    sys.stderr.write(f"Wrote {shown_path(path)}\n")


def _report_page(backend: Backend, shown: ShownExecution) -> str:
    from sfn_cli.views.execution.dataflow import dataflow
    from sfn_cli.views.report.chosen_visits import report_visits
    from sfn_cli.views.report.report import render_report
    from sfn_cli.views.report.report_input import ReportInput

    visits = report_visits(shown.view)
    return render_report(
        ReportInput(
            shown.view,
            shown.now,
            shown.pending,
            dataflow(shown.source, [visit.entered_id for visit in visits]),
            logs_of_attempts(backend, shown, visits),
            explained_failure(backend, shown.view),
            backend.endpoint_option,
        )
    )
