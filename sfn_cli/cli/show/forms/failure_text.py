"""The box about a failure, with what the store adds to it: log lines, paths of code on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.failure.explain import Failure
    from sfn_cli.views.text.styled_line import StyledLine


def explained_failure(backend: Backend, view: ExecutionView) -> Failure | None:
    """Returns why the execution did not succeed, with details from the store."""
    from sfn_cli.views.failure.explain import explain_failure

    failure = explain_failure(view)
    return None if failure is None else complete_failure_here(backend, view, failure)


def complete_failure_here(backend: Backend, view: ExecutionView, failure: Failure) -> Failure:
    """Returns the failure with details from the store; that of a file or an endpoint has none."""
    if backend.is_remote or view.source.arn is None:
        return failure
    from sfn_cli.api.views.failure_details import complete_failure

    return complete_failure(backend.service, view, failure, os.getcwd())


def failure_text(failure: Failure | None, width: int) -> list[StyledLine]:
    if failure is None:
        return []
    from sfn_cli.views.failure.panel import failure_lines

    return failure_lines(failure, width=width)
