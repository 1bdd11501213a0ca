"""Names of Map Runs, and of the machines of their children.

A Map's Label is part of both. For a Map without a Label, AWS generates one, the same for all its runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.query.scope import Scope

if TYPE_CHECKING:
    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame


def map_run_arn(execution: Execution, frame: Frame, plan: MapRunPlan) -> str:
    """Returns the ARN of the Map Run that the frame's state starts next."""
    head, _, machine = execution.state_machine_arn.partition(":stateMachine:")
    label = map_run_label(execution.state_machine_arn, frame.stay.state.name, plan.label)
    return f"{head}:mapRun:{machine}/{label}:{Scope(seed=f'{execution.seed}/{frame.last}/mapRun').uuid()}"


def map_run_label(state_machine_arn: str, state: str, label: str | None) -> str:
    """Returns the Label of the machine's Map state with this name, or a generated one."""
    return label or Scope(seed=f"{state_machine_arn}/{state}").uuid()


def map_run_machine_arn(map_run_arn: str) -> str:
    """Returns the ARN of the machine that the children of a Map Run run.

    It is the state machine's ARN with the Map's label.
    """
    return map_run_arn.replace(":mapRun:", ":stateMachine:", 1).rpartition(":")[0]
