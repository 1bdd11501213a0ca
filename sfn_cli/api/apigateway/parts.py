"""The parts of one API, by their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.store.records.apis.parts import ApiPart


class PartsByKind:
    """An API and the resources that belong to it."""

    def __init__(self, api: ApiPart, parts: Sequence[ApiPart]) -> None:
        self._api = api
        self._by_kind: dict[str, dict[str, Mapping[str, Any]]] = {}
        for part in parts:
            noun = part.kind.rpartition("::")[2]
            self._by_kind.setdefault(noun, {})[part.id] = part.properties

    def _parts(self, noun: str) -> dict[str, Mapping[str, Any]]:
        """Returns the properties of the parts of this kind, such as `Stage`, by id."""
        return self._by_kind.get(noun, {})
