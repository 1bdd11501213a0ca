"""Takes over histories in memory, as `sfn start-execution --from` does in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.state_machine import load_machine
from sfn_cli.interpreter.events import execution_started_event
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.takeover.origin import Origin, origins_of_prefix, with_origins
from sfn_cli.interpreter.takeover.prefix import take_over_prefix, taken_over_events
from sfn_cli.jsonvalue import dumps
from tests.interpreter.manual_driver import EXECUTION_ARN, MACHINE_ARN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.interpreter.events import HistoryEvent

ROLE = "arn:aws:iam::123456789012:role/any"
SEED = "secret"


def entries(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """Returns the events that enter a state."""
    return [event for event in history if event.type.endswith("StateEntered")]


def taken_over(
    definition: Any,
    history: Sequence[HistoryEvent],
    entry: HistoryEvent,
    *,
    arn: str = EXECUTION_ARN,
    seed: str = SEED,
    started_at: int,
    input: Any = None,
) -> list[HistoryEvent]:
    """Returns the first events of an execution that continues from the entry of a state.

    `arn` is the old execution's; `input` replaces the input of the state. Raises PrefixError.
    """
    interpreter = Interpreter(arn, MACHINE_ARN, load_machine(dumps(definition)), seed)
    decided = take_over_prefix(interpreter, history, entry.id)
    if input is not None:
        decided = decided._replace(payload=input)
    state = str((entry.details or {})["name"])
    whole = Origin(arn, MACHINE_ARN, ROLE, seed, history[0].at, entry.id, state)
    origins = origins_of_prefix(history[0].details, whole, is_edited=input is not None)
    assert history[0].payload is not None
    started = execution_started_event(history[0].payload, ROLE, started_at)
    started = started._replace(details=with_origins(started.details, origins))
    return [started, *taken_over_events(history, decided, started_at)]
