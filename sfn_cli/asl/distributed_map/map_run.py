"""The Map Run of a Map in DISTRIBUTED mode: its fields, evaluated into a plan.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.asl.distributed_map.item_batcher import Batch, ItemBatcher
from sfn_cli.asl.distributed_map.item_reader import ItemReader
from sfn_cli.asl.distributed_map.result_writer import UNWRITTEN, ResultWriter
from sfn_cli.asl.quantity import Quantity
from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sfn_cli.asl.distributed_map.item_batcher import Batching
    from sfn_cli.asl.distributed_map.item_reader import Reading
    from sfn_cli.asl.distributed_map.iterated_item import IteratedItem
    from sfn_cli.asl.distributed_map.result_writer import Writing
    from sfn_cli.asl.moves import Distribute
    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.asl.visit import Visit
    from sfn_cli.jsonvalue import Json, Payload
    from sfn_cli.query.limits import TimeBudget

CONCURRENCY = 10_000
"""The maximum number of concurrent child executions of a Map Run. (AWS's quota)"""


class FailureTolerance(NamedTuple):
    """The tolerated number of failed items, and their tolerated percentage."""

    failures: int
    percentage: float

    def is_exceeded(self, failed: int, total: int | None) -> bool:
        """Whether this many failed items of a total (None: not counted yet) fail the Map Run.

        Observed: a limit of 0 counts as no limit; if both are 0, the first failure exceeds the
        tolerance.
        """
        if failed == 0:
            return False
        by_count = bool(self.failures or not self.percentage) and failed > self.failures
        by_percentage = bool(self.percentage and total) and failed * 100 > self.percentage * (total or 0)
        return by_count or by_percentage


class MapRunPlan(NamedTuple):
    """The plan of one Map Run: the children's machine, the items, and the handling of results.

    `label` is the Map's Label, or None; `processor` the definition (JSON text) of the child executions,
    whose type is "STANDARD" or "EXPRESS"; `items` are the items in the state's input, or None if
    `reading` describes a dataset. `select` returns the input that ItemSelector creates for the item
    with this index.
    """

    label: str | None
    processor: str
    execution_type: str
    max_concurrency: int
    tolerance: FailureTolerance
    items: Sequence[IteratedItem] | None
    reading: Reading | None
    select: Callable[[int, IteratedItem, TimeBudget], Payload]
    batching: Batching | None
    writing: Writing

    def batches(self, items: Iterable[IteratedItem], first_index: int, budget: TimeBudget) -> Iterator[Batch]:
        """Yields the inputs of child executions for these items, the first of which has this index.

        Raises StatesError.
        """
        inputs = (self.select(first_index + n, item, budget) for n, item in enumerate(items))
        if self.batching is None:
            return (Batch(input.text, 1) for input in inputs)
        return self.batching.batches(inputs)


class MapRunFields:
    """The fields of a Map state that only DISTRIBUTED mode has."""

    __slots__ = (
        "_batcher", "_execution_type", "_label", "_processor", "_reader", "_tolerated_count",
        "_tolerated_percentage", "_writer",
    )  # fmt: skip

    def __init__(
        self, fields: Mapping[str, Any], language: str, processor: CompiledMachine, execution_type: str
    ) -> None:
        self._label: str | None = fields.get("Label")
        self._processor = processor
        self._execution_type = execution_type
        self._reader = ItemReader(fields["ItemReader"], language) if "ItemReader" in fields else None
        self._batcher = ItemBatcher(fields["ItemBatcher"], language) if "ItemBatcher" in fields else None
        self._writer = ResultWriter(fields["ResultWriter"], language) if "ResultWriter" in fields else None
        self._tolerated_count = Quantity.load(fields, "ToleratedFailureCount", language)
        self._tolerated_percentage = Quantity.load(
            fields, "ToleratedFailurePercentage", language, kind="float"
        )

    @property
    def reads(self) -> bool:
        """Whether the items come from outside the state's input.

        Observed: ItemsPath is then ignored.
        """
        return self._reader is not None

    @property
    def items_pointer(self) -> str | None:
        """The place of the items in the document that the reader reads; None for the whole document."""
        return self._reader.items_pointer if self._reader is not None else None

    def batch_inputs(self, visit: Visit, inputs: Sequence[Payload]) -> list[Json] | None:
        """Returns the batched inputs of child executions, or None without an ItemBatcher."""
        if self._batcher is None:
            return None
        return [loads(batch.input) for batch in self._batcher.evaluate(visit).batches(inputs)]

    def plan(
        self, visit: Visit, distribute: Distribute, select: Callable[[int, IteratedItem, TimeBudget], Payload]
    ) -> MapRunPlan:
        """Returns the Map Run of this visit. Raises StatesError."""
        return MapRunPlan(
            label=self._label,
            processor=self._processor.definition,
            execution_type=self._execution_type,
            max_concurrency=distribute.max_concurrency,
            tolerance=self._tolerance(visit),
            items=distribute.items,
            reading=self._reader.evaluate(visit) if self._reader is not None else None,
            select=select,
            batching=self._batcher.evaluate(visit) if self._batcher is not None else None,
            writing=self._writer.evaluate(visit) if self._writer is not None else UNWRITTEN,
        )

    def _tolerance(self, visit: Visit) -> FailureTolerance:
        count = self._tolerated_count.evaluate(visit) if self._tolerated_count is not None else 0
        percentage = (
            self._tolerated_percentage.evaluate(visit) if self._tolerated_percentage is not None else 0
        )
        if count < 0:
            raise StatesError("States.Runtime", "ToleratedFailureCount cannot be negative.")
        if not 0 <= percentage <= 100:
            raise StatesError("States.Runtime", "ToleratedFailurePercentage must be between 0 and 100.")
        return FailureTolerance(count, float(percentage))
