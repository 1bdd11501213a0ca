"""Incomplete histories: pending states and the dataflow are still shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.jsonvalue import Payload
from sfn_cli.views.execution.dataflow import dataflow
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import display_status, pending_of
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.interpreter.events import HistoryEvent

MOST = 15


def damaged(history: Sequence[HistoryEvent]) -> Iterator[list[HistoryEvent]]:
    """Yields the history without one event, without its start, and with truncated texts."""
    for n in range(0, len(history), max(1, len(history) // MOST)):
        yield [*history[:n], *history[n + 1 :]]
        yield list(history[n:])
        event = history[n]
        if event.payload is not None:
            cut = event._replace(payload=Payload(text=event.payload.text[:-1]))
            yield [*history[:n], cut, *history[n + 1 :]]
            yield [*history[:n], event._replace(payload=None), *history[n + 1 :]]


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_history(name: str) -> None:
    """A damaged history does not make the command that shows it fail."""
    whole = source_of(name)
    for history in damaged(whole.history[:200]):
        for definition in (whole.definition, None, "{", "[]", '{"States": {"A": 1}}'):
            source = whole._replace(history=history, definition=definition)
            view = fold_execution(source)
            pending = pending_of(view)
            for visit in view.visits():
                display_status(visit, pending)
            if definition == whole.definition or len(history) < 5:
                dataflow(source)
