"""One visit to a state: the data that the state can read while it is entered or completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.trace import NO_TRACE, Trace
from sfn_cli.query.limits import UNLIMITED, TimeBudget
from sfn_cli.query.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.jsonvalue import Json, Payload


class Visit:
    """A state's input, the variables that it can read, and the time and seed of the visit.

    `now` is the time of the frame's last event instead of the wall clock, so that a replay has the same
    time. `entered_at` is the time of StateEntered or of a later redrive, from which a Wait counts.
    `budget` limits the time of the state's expressions. `trace` records the steps of the dataflow.
    `variable_bytes` is at least the size of all variables.
    """

    __slots__ = (
        "budget",
        "context",
        "entered_at",
        "input",
        "now",
        "seed",
        "trace",
        "variable_bytes",
        "variables",
    )

    def __init__(
        self,
        input: Payload,
        variables: Mapping[str, Json],
        context: Callable[[], dict[str, Any]],
        now: int,
        entered_at: int,
        seed: str,
        budget: TimeBudget = UNLIMITED,
        trace: Trace = NO_TRACE,
        variable_bytes: int = 0,
    ) -> None:
        self.input = input
        self.variables = variables
        self.context = context
        self.now = now
        self.entered_at = entered_at
        self.seed = seed
        self.budget = budget
        self.trace = trace
        self.variable_bytes = variable_bytes

    def with_budget(self, budget: TimeBudget) -> Visit:
        """Returns the same visit with another budget."""
        return Visit(
            self.input,
            self.variables,
            self.context,
            self.now,
            self.entered_at,
            self.seed,
            budget,
            self.trace,
            self.variable_bytes,
        )

    def path_scope(self, data: Json) -> Scope:
        """Returns the scope of a JSONPath or an intrinsic function, in which `$` is `data`."""
        return Scope(
            data,
            context=self.context,
            variables=self.variables,
            now=self.now,
            seed=self.seed,
            budget=self.budget,
        )

    def jsonata_scope(self, **states: Json) -> Scope:
        """Returns the scope of a JSONata expression.

        `$states` has `input` and the given members (result, errorOutput).
        """
        value = self.input.value
        return Scope(
            value,
            context=self.context,
            variables=self.variables,
            states={"input": value, **states},
            now=self.now,
            seed=self.seed,
            budget=self.budget,
        )
