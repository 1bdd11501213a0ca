"""Map: runs its processor once for each item. ASL: https://states-language.net/#map-state

Items come from ItemsPath in the effective input (JSONPath) or from Items (JSONata), by default from the
whole input: the elements of an array, or in DISTRIBUTED mode the entries of an object. (AWS documents
objects for both modes, and refuses them in an inline Map: recorded by LocalStack in November 2024,
by stackd in September 2026.) ItemSelector (formerly Parameters) transforms each item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONATA, JsonPathFlow
from sfn_cli.asl.distributed_map.iterated_item import STATE_DATA, IteratedItem, iterated_items
from sfn_cli.asl.distributed_map.map_run import MapRunFields, MapRunPlan
from sfn_cli.asl.moves import Distribute, Fork, Move
from sfn_cli.asl.quantity import Quantity
from sfn_cli.asl.states.state import LoadMachine, State
from sfn_cli.asl.visit import Visit
from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, Payload, dumps_payload
from sfn_cli.query.jsonata.expression import evaluate_expression_text, is_expression
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path
from sfn_cli.query.jsonpath.reference_path import missing_reference
from sfn_cli.query.payload_template import Template, compile_jsonata_template, compile_jsonpath_template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INLINE_CONCURRENCY = 40
"""The maximum number of concurrent iterations of an inline Map. (AWS's quota)"""


class MapState(State):
    type = "Map"
    counts_retries = True

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        # Parameters is an older name of ItemSelector, not part of the state's dataflow.
        super().__init__(
            name, {key: value for key, value in fields.items() if key != "Parameters"}, language, load_machine
        )
        processor = fields["ItemProcessor"] if "ItemProcessor" in fields else fields["Iterator"]
        self._processor = load_machine(processor)
        config = processor.get("ProcessorConfig", {})
        distributed = config.get("Mode") == "DISTRIBUTED"
        execution_type = config.get("ExecutionType", "STANDARD")
        self._distribution = (
            MapRunFields(fields, language, self._processor, execution_type) if distributed else None
        )
        self._items_path = compile_path(fields["ItemsPath"]) if "ItemsPath" in fields else None
        self._items: Json = fields.get("Items")
        self._items_template = (
            compile_jsonata_template(self._items, "Items")
            if language == JSONATA and "Items" in fields and not is_expression(self._items)
            else None
        )
        self._selector = _item_selector(fields, language)
        self._max_concurrency = Quantity.load(fields, "MaxConcurrency", language)
        self.tolerated_count = Quantity.load(fields, "ToleratedFailureCount", language)
        self.tolerated_percentage = Quantity.load(
            fields, "ToleratedFailurePercentage", language, kind="float"
        )

    def enter(self, visit: Visit) -> Move:
        limit = self.concurrency(visit)
        if self._distribution is not None:
            return Distribute(None if self._distribution.reads else self.find_items(visit), limit)
        values = self._find_values(visit)
        assert isinstance(values, list)
        inputs = (
            [Payload(value) for value in values]
            if self._selector is None
            else self.inputs(visit, [IteratedItem(value) for value in values])
        )
        return Fork([self._processor], values, inputs, min(limit or INLINE_CONCURRENCY, INLINE_CONCURRENCY))

    @property
    def selects(self) -> bool:
        """Whether an ItemSelector transforms each item."""
        return self._selector is not None

    @property
    def items_pointer(self) -> str | None:
        """ItemReader's ItemsPointer, or None."""
        return self._distribution.items_pointer if self._distribution is not None else None

    def plan(self, visit: Visit, distribute: Distribute) -> MapRunPlan:
        """Returns the plan of this visit's Map Run. Raises StatesError."""
        assert self._distribution is not None
        return self._distribution.plan(
            visit, distribute, lambda index, item, budget: self._input(visit.with_budget(budget), index, item)
        )

    def concurrency(self, visit: Visit) -> int:
        """Returns MaxConcurrency; 0 means no limit."""
        if self._max_concurrency is None:
            return 0
        limit: int = self._max_concurrency.evaluate(visit)
        if limit < 0:
            # (ours, modelled on ToleratedFailureCount)
            raise StatesError("States.Runtime", "MaxConcurrency cannot be negative.")
        return limit

    def find_items(self, visit: Visit) -> list[IteratedItem]:
        """Returns the items in the state's input. Raises StatesError."""
        source = None if self._distribution is None else STATE_DATA
        return list(iterated_items(self._find_values(visit), source))

    def _find_values(self, visit: Visit) -> list[Json] | dict[str, Json]:
        if self.language == JSONATA:
            return self._jsonata_items(visit)
        assert isinstance(self.flow, JsonPathFlow)
        effective = self.flow.effective_input(visit).value
        try:
            value = (
                effective
                if self._items_path is None
                else self._items_path.evaluate(visit.path_scope(effective))
            )
        except PathNotFound as missing:
            raise missing_reference(missing) from None
        if not self._is_iterable(value):
            path = self._items_path.text if self._items_path is not None else "$"
            # Observed: a path into the Context Object is shown without its first "$".
            path = path[1:] if path.startswith("$$") else path
            raise StatesError(
                "States.Runtime",
                f'Reference path "{path}" must point to array.',
                is_whole_cause=True,  # observed on AWS in 2026
            )
        visit.trace.note("afterItemsPath", Payload(value))
        assert isinstance(value, (list, dict))
        return value

    def _is_iterable(self, value: Json) -> bool:
        return isinstance(value, list) or (self._distribution is not None and isinstance(value, dict))

    def _jsonata_items(self, visit: Visit) -> list[Json] | dict[str, Json]:
        if self._items is None:
            value = visit.input.value
            if not self._is_iterable(value):
                raise StatesError(
                    "States.QueryEvaluationError",
                    f"Map state input must be an array but was: {dumps_payload(value)}",
                )
        elif self._items_template is not None:
            value = self._items_template.evaluate(visit.jsonata_scope())
        else:
            also = None if self._distribution is None else "object"
            value = evaluate_expression_text(self._items, "Items", visit.jsonata_scope(), "array", also)
        assert isinstance(value, (list, dict))
        return value

    def inputs(self, visit: Visit, items: Sequence[IteratedItem]) -> list[Payload]:
        """Returns each iteration's input: its item, or ItemSelector's value for the item."""
        return [self._input(visit, index, item) for index, item in enumerate(items)]

    def batches(self, visit: Visit, inputs: list[Payload]) -> list[Json] | None:
        """Returns the batched inputs of child executions, or None without an ItemBatcher."""
        return self._distribution.batch_inputs(visit, inputs) if self._distribution is not None else None

    def _input(self, visit: Visit, index: int, item: IteratedItem) -> Payload:
        selector = self._selector
        if selector is None:
            return Payload(item.input)
        seen = _map_visit_at_item(visit, index, item)
        if self.language == JSONATA:
            return Payload(selector.evaluate(seen.jsonata_scope()))
        assert isinstance(self.flow, JsonPathFlow)
        return Payload(selector.evaluate(seen.path_scope(self.flow.effective_input(visit).value)))


def _map_visit_at_item(visit: Visit, index: int, item: IteratedItem) -> Visit:
    """Returns the Map's visit for ItemSelector and one item, which is `$$.Map.Item`."""
    if visit.budget.is_over():
        raise StatesError("States.Runtime", "The ItemSelector takes too long for all items.")

    def context() -> dict[str, Any]:
        return {**visit.context(), "Map": {"Item": item.context(index)}}

    return Visit(
        visit.input,
        visit.variables,
        context,
        visit.now,
        visit.entered_at,
        f"{visit.seed}/{index}",
        visit.budget,
    )


def _item_selector(fields: Mapping[str, Any], language: str) -> Template | None:
    if language == JSONATA:
        return (
            compile_jsonata_template(fields["ItemSelector"], "ItemSelector")
            if "ItemSelector" in fields
            else None
        )
    name = "ItemSelector" if "ItemSelector" in fields else "Parameters"
    return compile_jsonpath_template(fields[name], name) if name in fields else None
