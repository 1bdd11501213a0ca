"""Names of Map Runs, and of what their children run.

A Map's Label is a part of both; one without is given a label by AWS, the same for all its runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.query.scope import Scope

if TYPE_CHECKING:
    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame


def map_run_arn(execution: Execution, frame: Frame, plan: MapRunPlan) -> str:
    """The ARN of the Map Run that the frame's state starts after its last event."""
    head, _, machine = execution.state_machine_arn.partition(":stateMachine:")
    label = label_of(execution.state_machine_arn, frame.stay.state.name, plan.label)
    return f"{head}:mapRun:{machine}/{label}:{Scope(seed=f'{execution.seed}/{frame.last}/mapRun').uuid()}"


def label_of(state_machine_arn: str, state: str, label: str | None) -> str:
    """The Label of the machine's Map state with this name, or the one that it is given where it has none."""
    return label or Scope(seed=f"{state_machine_arn}/{state}").uuid()


def labelled_machine_arn(map_run_arn: str) -> str:
    """The ARN of what the children of a Map Run run: the state machine's, with the Map's label."""
    return map_run_arn.replace(":mapRun:", ":stateMachine:", 1).rpartition(":")[0]
