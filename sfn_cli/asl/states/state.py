"""The interface that all states share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from sfn_cli.asl.dataflow import Flow, flow
from sfn_cli.asl.moves import Exit, Move
from sfn_cli.asl.retry import Catcher, Retrier

if TYPE_CHECKING:
    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.asl.visit import Visit
    from sfn_cli.jsonvalue import Payload

LoadMachine = Callable[[Mapping[str, Any]], "CompiledMachine"]
"""Loads a sub-machine (a branch, an item processor) in the query language of the whole machine."""


class State:
    """A state of a machine; immutable once it is loaded.

    `enter` is called after the state was entered, `complete` after its work is done (a task's
    result, the outputs of its children, an elapsed sleep: no result). Both are pure: the same visit
    returns the same Move. They raise StatesError when the state fails.
    """

    type: ClassVar[str]
    counts_retries: ClassVar[bool] = False  # whether `$$.State.RetryCount` exists

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        self.name = name
        self.next: str | None = fields.get("Next")
        self.language = language
        self.flow: Flow = flow(fields, language)
        self.retry: Sequence[Retrier] = [Retrier.load(entry) for entry in fields.get("Retry", ())]
        self.catch: Sequence[Catcher] = [
            Catcher.load(entry, language, n) for n, entry in enumerate(fields.get("Catch", ()))
        ]

    def enter(self, visit: Visit) -> Move:
        raise NotImplementedError

    def complete(self, visit: Visit, result: Payload | None) -> Move:
        """Returns the move after the work; by default, exits with the state's output to Next."""
        return Exit(self.flow.output(visit, result), self.flow.assign(visit, result), self.next)
