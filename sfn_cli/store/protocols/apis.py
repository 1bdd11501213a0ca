"""APIs and function URLs: the interface of every store.

For conventions and errors, see the package's docstring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.store.records.apis.function_urls import FunctionUrl
    from sfn_cli.store.records.apis.parts import ApiPart

ApiVersion = tuple[int, int]


class ApiParts(Protocol):
    """The parts of APIs."""

    def save(self, part: ApiPart) -> None:
        """Stores a part, in place of the one with its kind and id."""

    def delete(self, api: str, kind: str, id: str) -> bool: ...
    def delete_api(self, api: str) -> None:
        """Deletes all parts of an API."""

    def of_api(self, api: str) -> list[ApiPart]:
        """Returns the parts of an API, oldest first."""

    def of_kind(self, kind: str) -> list[ApiPart]:
        """Returns the parts of a kind in all APIs, oldest first."""

    def any_served(self) -> bool:
        """Whether there is an API or a function URL, other than those of stopped stacks."""

    def version(self, api: str) -> ApiVersion:
        """Returns a value that differs after every change of the API's parts."""


class FunctionUrls(Protocol):
    """The URLs of functions. A qualifier is "" for the function itself."""

    def create(self, new: FunctionUrl) -> bool: ...
    def find(self, function_name: str, qualifier: str) -> FunctionUrl | None: ...
    def by_id(self, id: str) -> FunctionUrl | None: ...
    def page(self, function_name: str, after: str, limit: int) -> list[FunctionUrl]:
        """Returns URLs of a function by qualifier, from the one after `after`."""

    def change(
        self, function_name: str, qualifier: str, change: Callable[[FunctionUrl], FunctionUrl]
    ) -> FunctionUrl | None:
        """Returns the URL after the change; None if there is none."""

    def delete(self, function_name: str, qualifier: str) -> bool: ...
