"""Views of executions in a real store, as commands see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.execution_sources import execution_source
from sfn_cli.app import build_app
from sfn_cli.settings import Settings
from sfn_cli.views.execution.fold import fold_execution

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.views.execution.execution_view import ExecutionView


def stored_view(home: Path, arn: str) -> ExecutionView:
    """Returns the view of an execution, with its source."""
    service = build_app(Settings.from_environment({"SFN_HOME": str(home)}))
    try:
        return fold_execution(execution_source(service, arn))
    finally:
        service.close()


def wall_ms(view: ExecutionView) -> int:
    """Returns how long an ended execution took by the wall clock."""
    assert view.ended_at is not None
    return view.wall_ms(view.started_at, view.ended_at)
