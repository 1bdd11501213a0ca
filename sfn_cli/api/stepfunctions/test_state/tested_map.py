"""A tested Map: the items that its iterations would get, and how many may fail.

A tested Map runs no children, so it is not entered: its limits, its items and their inputs are
evaluated in turn, and each result is a step of the trace.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.stepfunctions.test_state.request_checks import request_refusal
from sfn_cli.asl.dataflow import JsonPathFlow
from sfn_cli.asl.distributed_map.iterated_item import IteratedItem, iterated_items
from sfn_cli.errors import ApiError, StatesError
from sfn_cli.json_pointer import resolve_pointer
from sfn_cli.jsonvalue import Json, Payload, dumps, loads

if TYPE_CHECKING:
    from sfn_cli.asl.states.map_state import MapState
    from sfn_cli.asl.visit import Visit


class TestedMap(NamedTuple):
    """The number of iterations (batches, with an ItemBatcher), and how many may fail, or None."""

    iterations: int
    tolerated_count: float | None
    tolerated_percentage: float | None

    def check_failures(self, failures: int) -> None:
        """Raises ApiError for more failures than iterations."""
        if failures > self.iterations:
            raise ApiError(
                "ValidationException",
                "Map iteration failure count must be less than or equal to the number of Map iterations",
            )

    def check_tolerance(self, failures: int) -> None:
        """Raises StatesError for more failures than the Map tolerates."""
        # Observed: without a tolerated number of failures, their count does not fail the Map.
        count, percentage = self.tolerated_count, self.tolerated_percentage
        if (count is not None and failures > count) or (
            percentage is not None and failures * 100 > percentage * self.iterations
        ):
            raise StatesError(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            )

    def check_result(self, result: Json) -> None:
        """Raises ApiError for a mocked array with another length than the array of inputs."""
        if isinstance(result, list) and len(result) != self.iterations:
            raise request_refusal("Input array does not equal the mocked result array's size")


def tested_map(state: MapState, seen: Visit, read: list[IteratedItem] | None) -> TestedMap:
    """Returns the Map over the items that ItemReader has `read`, or else those in its input.

    Raises StatesError.
    """
    note = seen.trace.note
    if read is not None and isinstance(state.flow, JsonPathFlow):
        state.flow.effective_input(seen)  # for the trace
    items = state.find_items(seen) if read is None else read
    inputs = state.inputs(seen, items)
    if state.selects:
        note("afterItemSelector", Payload([item.value for item in inputs]))
    # Observed: a Map without an array of items does not show its maxConcurrency.
    note("maxConcurrency", Payload(state.concurrency(seen)))
    batches = state.batches(seen, inputs)
    if batches is not None:
        note("afterItemBatcher", Payload([_shown_batch(batch) for batch in batches]))
    count = percentage = None
    if state.tolerated_count is not None:
        count = state.tolerated_count.evaluate(seen)
        note("toleratedFailureCount", Payload(count))
    if state.tolerated_percentage is not None:
        percentage = state.tolerated_percentage.evaluate(seen)
        note("toleratedFailurePercentage", Payload(percentage))
    return TestedMap(len(items if batches is None else batches), count, percentage)


def _shown_batch(batch: Json) -> Json:
    """Returns a batch with each item as JSON text. Observed: AWS shows batches in this form."""
    return {**batch, "Items": [dumps(item) for item in batch["Items"]]}


def items_of_tested_map(data: str, state: MapState, seen: Visit) -> list[IteratedItem]:
    """Returns the items in mapItemReaderData, at ItemsPointer. Raises ApiError."""
    try:
        items = loads(data)
    except (RecursionError, ValueError):
        items = None
    if state.items_pointer is not None:
        with suppress(LookupError):
            items = resolve_pointer(items, state.items_pointer)
    if not isinstance(items, (list, dict)):
        raise request_refusal(
            "mapItemReaderData must be a JSON array or object (sfn does not support other formats)."
        )  # (ours)
    found = list(iterated_items(items))
    if state.items_pointer is not None:
        seen.trace.note("afterItemsPointer", Payload([item.input for item in found]))
    return found
