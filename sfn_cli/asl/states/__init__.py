"""The eight state types, one file each: fields, loading and behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.states.choice_state import ChoiceState
from sfn_cli.asl.states.fail_state import FailState
from sfn_cli.asl.states.map_state import MapState
from sfn_cli.asl.states.parallel_state import ParallelState
from sfn_cli.asl.states.pass_state import PassState
from sfn_cli.asl.states.succeed_state import SucceedState
from sfn_cli.asl.states.task_state import TaskState
from sfn_cli.asl.states.wait_state import WaitState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.states.state import State

STATE_TYPES: Mapping[str, type[State]] = {
    "Task": TaskState,
    "Wait": WaitState,
    "Pass": PassState,
    "Succeed": SucceedState,
    "Fail": FailState,
    "Choice": ChoiceState,
    "Parallel": ParallelState,
    "Map": MapState,
}
"""The state types, in the order in which AWS's validation lists them."""
