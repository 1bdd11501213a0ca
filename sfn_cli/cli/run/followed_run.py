"""An execution that a command has started: shown until its end, then its output."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.output import write_output
from sfn_cli.cli.watch import watch
from sfn_cli.cli.watch.followed_execution import follow_execution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.cli.terminal import Terminal


def follow_run(
    backend: Backend, execution_arn: str, services: Sequence[str], *, with_events: bool
) -> ExitCode:
    """Shows the execution until its end, then the output.

    Raises CommandFailedError when the execution did not succeed.
    """
    from sfn_cli.api.views.execution_sources import execution_source

    followed = follow_execution(backend, execution_source(backend.service, execution_arn))
    try:
        watch.show_followed(followed, sys.stderr, backend.terminal, with_events=with_events)
    except KeyboardInterrupt:
        without = f" without {', '.join(services)}" if services else ""
        watch.report_how_to_stop(backend, execution_arn, without)
        raise
    watch.check_end(backend, followed.view)
    write_run_output(followed.view.output, backend.terminal)
    return ExitCode.SUCCESS


def write_run_output(text: str | None, terminal: Terminal) -> None:
    """Writes the output of an execution (JSON text) to stdout."""
    output: Any = json_text.loads_json(text or "null")
    query = terminal.query
    if query is not None:
        output = query(output)
    if terminal.output == "json":
        print(json.dumps(output, indent=4, ensure_ascii=False))
    else:
        write_output(output, terminal.output, "output", sys.stdout, color=terminal.color)
