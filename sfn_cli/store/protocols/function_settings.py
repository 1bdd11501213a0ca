"""Settings of functions apart from their configuration: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sfn_cli.store.records.functions import FunctionSetting


class FunctionSettings(Protocol):
    """Settings of functions, which are given by name. They are deleted with their function."""

    def put(self, function: str, setting: FunctionSetting) -> bool:
        """Stores a setting in place of an earlier one. Returns whether there is such a function."""

    def find(self, function: str, kind: str, qualifier: str, name: str = "") -> FunctionSetting | None: ...
    def all(self, function: str, kind: str, qualifier: str | None = None) -> list[FunctionSetting]:
        """Returns the function's settings of a kind, by qualifier and name."""

    def delete(self, function: str, kind: str, qualifier: str, name: str = "") -> bool: ...
