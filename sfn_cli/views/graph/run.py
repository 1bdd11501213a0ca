"""What an execution did on the graph of its definition."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sfn_cli.views.execution.pending import display_status, pending_of
from sfn_cli.views.graph.graph import END, START, EdgeKey, GraphRun, NodeRun
from sfn_cli.views.statuses import WORST_FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit, Thread
    from sfn_cli.views.graph.graph import GraphLevel
