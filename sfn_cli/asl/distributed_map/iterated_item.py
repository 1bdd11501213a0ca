"""One item of a Map: an element of an array, or a name and value of an object.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
The input of an object's item is {"Key": name, "Value": value}; `$$.Map.Item` has both apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfn_cli.jsonvalue import Json

STATE_DATA = "STATE_DATA"
"""The source of items in the input of a DISTRIBUTED Map."""


class IteratedItem(NamedTuple):
    """One item; `key` is its name in an object, `source` the dataset that it is from.

    An inline Map's items have no source. (Observed, although AWS documents one.)
    """

    value: Json
    key: str | None = None
    source: str | None = None

    @property
    def input(self) -> Json:
        """The input of an iteration without an ItemSelector."""
        return self.value if self.key is None else {"Key": self.key, "Value": self.value}

    def context(self, index: int) -> dict[str, Json]:
        """Returns `$$.Map.Item`."""
        context: dict[str, Json] = {"Index": index}
        if self.key is not None:
            context["Key"] = self.key
        context["Value"] = self.value
        if self.source is not None:
            context["Source"] = self.source
        return context


def iterated_items(
    values: Iterable[Json] | Mapping[str, Json], source: str | None = None
) -> Iterator[IteratedItem]:
    """Yields an item for each element of an array, or for each entry of an object."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield IteratedItem(value, key, source)
    else:
        for value in values:
            yield IteratedItem(value, None, source)
