"""Succeed: ends its machine or branch successfully.

ASL: https://states-language.net/#succeed-state
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.states.state import State

if TYPE_CHECKING:
    from sfn_cli.asl.moves import Move
    from sfn_cli.asl.visit import Visit


class SucceedState(State):
    type = "Succeed"

    def enter(self, visit: Visit) -> Move:
        return self.complete(visit, self.flow.own_result(visit))
