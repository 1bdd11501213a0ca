"""ItemBatcher: combines several items of a DISTRIBUTED Map into the input of one child execution.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
A child's input is {"BatchInput": …, "Items": […]}, without BatchInput if the state has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import quotas
from sfn_cli.asl.quantity import Quantity
from sfn_cli.asl.visit_template import visit_template
from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import dumps_payload, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sfn_cli.asl.visit import Visit
    from sfn_cli.jsonvalue import Payload


class Batch(NamedTuple):
    """The input of one child execution (JSON text), and the number of its items."""

    input: str
    items: int


class Batching(NamedTuple):
    """The limits of a batch, in items and in bytes, and the text at the start of each batch."""

    max_items: int | None
    max_bytes: int
    head: str

    def batches(self, inputs: Iterable[Payload]) -> Iterator[Batch]:
        """Yields the inputs in order, as many per batch as the limits allow.

        Raises StatesError for an input that is too large.
        """
        texts: list[str] = []
        size = empty = len(self.head.encode()) + len("]}")
        for input in inputs:
            text = input.text
            length = text_bytes(text) + 1
            if texts and (size + length > self.max_bytes or len(texts) == self.max_items):
                yield self._batch(texts)
                texts, size = [], empty
            if empty + length > quotas.PAYLOAD_BYTES:
                # (ours)
                raise StatesError(
                    "States.DataLimitExceeded", f"A batch of one item exceeds {quotas.PAYLOAD_BYTES} bytes."
                )
            texts.append(text)
            size += length
        if texts:
            yield self._batch(texts)

    def _batch(self, texts: list[str]) -> Batch:
        return Batch(f"{self.head}{','.join(texts)}]}}", len(texts))


class ItemBatcher:
    """The ItemBatcher of one Map state."""

    __slots__ = ("_batch_input", "_max_bytes", "_max_items")

    def __init__(self, fields: Mapping[str, Any], language: str) -> None:
        self._batch_input = (
            visit_template(fields, language, "ItemBatcher", "BatchInput") if "BatchInput" in fields else None
        )
        self._max_items = Quantity.load(fields, "MaxItemsPerBatch", language)
        self._max_bytes = Quantity.load(fields, "MaxInputBytesPerBatch", language)

    def evaluate(self, visit: Visit) -> Batching:
        """Returns the batching at this visit. 0 means no limit, as for MaxItems. Raises StatesError."""
        max_items = self._max_items.evaluate(visit) if self._max_items is not None else None
        max_bytes = self._max_bytes.evaluate(visit) if self._max_bytes is not None else None
        for name, limit in (("MaxItemsPerBatch", max_items), ("MaxInputBytesPerBatch", max_bytes)):
            if limit is not None and limit < 0:
                raise StatesError("States.Runtime", f"field {name} must be positive")
        batch_input = (
            "" if self._batch_input is None else f'"BatchInput":{dumps_payload(self._batch_input(visit))},'
        )
        return Batching(
            max_items or None,
            min(max_bytes or quotas.PAYLOAD_BYTES, quotas.PAYLOAD_BYTES),
            f'{{{batch_input}"Items":[',
        )
