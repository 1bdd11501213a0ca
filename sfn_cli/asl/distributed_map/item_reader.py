"""ItemReader: reads the items of a DISTRIBUTED Map from S3.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.asl.quantity import Quantity
from sfn_cli.asl.visit_template import visit_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit
    from sfn_cli.jsonvalue import Json


class Reading(NamedTuple):
    """A dataset to read.

    It has S3's action ("getObject", "listObjectsV2"), its arguments, and ReaderConfig; None means no limit.
    """

    action: str
    arguments: Mapping[str, Json]
    config: Mapping[str, Json]
    max_items: int | None


class ItemReader:
    """The ItemReader of one Map state."""

    __slots__ = ("_action", "_arguments", "_config", "_max_items")

    def __init__(self, fields: Mapping[str, Any], language: str) -> None:
        self._action: str = fields["Resource"].rpartition(":")[2]
        self._arguments = visit_template(fields, language, "ItemReader")
        self._config: Mapping[str, Any] = fields.get("ReaderConfig", {})
        self._max_items = Quantity.load(self._config, "MaxItems", language)

    @property
    def items_pointer(self) -> str | None:
        """The place of the items within a JSON document."""
        return self._config.get("ItemsPointer")

    def evaluate(self, visit: Visit) -> Reading:
        """Returns the reading at this visit. Raises StatesError."""
        arguments = self._arguments(visit)
        limit = self._max_items.evaluate(visit) if self._max_items is not None else 0
        return Reading(
            self._action, arguments if isinstance(arguments, dict) else {}, self._config, limit or None
        )
