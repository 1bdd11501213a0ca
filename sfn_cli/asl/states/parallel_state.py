"""Parallel: runs its branches concurrently. ASL: https://states-language.net/#parallel-state"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.moves import Fork, Move
from sfn_cli.asl.states.state import LoadMachine, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit


class ParallelState(State):
    type = "Parallel"
    counts_retries = True

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        super().__init__(name, fields, language, load_machine)
        self._branches = [load_machine(branch) for branch in fields["Branches"]]

    def enter(self, visit: Visit) -> Move:
        arguments = self.flow.arguments(visit)
        return Fork(self._branches, None, [arguments] * len(self._branches), 0)
