"""Lambda functions, their versions, aliases and events: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.functions import Code, Function, FunctionAlias, FunctionRoute, LayerVersion


class Functions(Protocol):
    """Lambda functions at all their versions; 0 is $LATEST."""

    def create(self, name: str, arn: str, configuration: Mapping[str, Json], code: Code, at: int) -> bool: ...
    def find(self, name: str, number: int = 0) -> Function | None: ...
    def revision(self, name: str, number: int = 0) -> tuple[int, int] | None:
        """Returns (id, revision). The revision changes with code and configuration. Cheap."""

    def reserved_concurrency(self, name: str) -> int | None:
        """Returns how many invocations of a function may run at a time, if that is limited. Cheap."""

    def route(self, name: str, alias: str) -> FunctionRoute | None: ...
    def zip(self, function: Function) -> bytes | None:
        """Returns the zip with its code; None if its code is a folder."""

    @property
    def layers(self) -> Layers: ...

    def zip_hashes(self, name: str) -> set[str]:
        """Returns the CodeSha256 of every zip of the function and its versions."""

    def package_dirs(self) -> set[str]:
        """Returns the package folders that are used by any function, at any version, or layer."""

    def page(
        self, after: tuple[str, int], limit: int, *, of: str | None = None, all_versions: bool = False
    ) -> list[Function]:
        """Returns functions by name and number; only those named `of`, if given."""

    def update(
        self, name: str, change: Callable[[Function], Mapping[str, Json]], at: int, code: Code | None = None
    ) -> Function | None:
        """Replaces the configuration with `change`'s result, and the code with `code` if given.

        Returns the updated function; None if it does not exist.
        """

    def change_tags(self, name: str, change: Callable[[dict[str, Json]], Mapping[str, Json]]) -> bool: ...
    def delete(self, name: str) -> bool:
        """Deletes the function with its versions and aliases."""


class FunctionVersions(Protocol):
    def publish(
        self, function: Function, configuration: Mapping[str, Json], digest: str, zip: bytes | None, at: int
    ) -> Function | None:
        """Returns the version with this digest: the latest version, or a new one.

        None if the function has changed since it was read.
        """

    def delete(self, name: str, number: int) -> list[str] | None:
        """Deletes a version unless aliases point to it, and returns the names of those aliases.

        None if there is no such version.
        """


class Layers(Protocol):
    def publish(
        self, name: str, facts: Callable[[int], Mapping[str, Json]], code: Code, package_dirs: Sequence[str]
    ) -> LayerVersion:
        """Stores a new version. `facts` takes its number and returns what `LayerVersion.facts` is."""

    def find(self, name: str, number: int) -> LayerVersion | None:
        """Returns a version, even one that was deleted."""

    def newest(self, after: str, limit: int) -> list[LayerVersion]:
        """Returns the newest version of each layer, by name."""

    def versions(self, name: str, below: int, limit: int) -> list[LayerVersion]:
        """Returns the versions of a layer with a number below `below`, newest first."""

    def zip(self, layer: LayerVersion) -> bytes | None:
        """Returns the zip with its content; None if the content is a folder."""

    def delete(self, name: str, number: int) -> None: ...


class FunctionAliases(Protocol):
    """Aliases of a function, which is given by name."""

    def create(self, function: str, alias: FunctionAlias) -> bool: ...
    def find(self, function: str, name: str) -> FunctionAlias | None: ...
    def page(
        self, function: str, after: str, limit: int, *, number: int | None = None
    ) -> list[FunctionAlias]: ...
    def update(
        self, function: str, name: str, change: Callable[[FunctionAlias], FunctionAlias]
    ) -> FunctionAlias | None: ...
    def delete(self, function: str, name: str) -> None: ...


class FunctionEvents(Protocol):
    """Invocations of the type Event, stored until their function has handled them."""

    def add(
        self, request_id: str, function_ref: str, payload: str, client_context: str | None, at: int
    ) -> None: ...
    def any(self) -> bool: ...
