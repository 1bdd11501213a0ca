"""Local Lambda functions, their versions and aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json

LATEST = "$LATEST"
"""The version for a function's current state; its number is 0."""


class Code(NamedTuple):
    """Where a function's code comes from: a folder that is used in place, or a zip."""

    folder: str | None = None
    zip: bytes | None = None


class Function(NamedTuple):
    """One function at one version.

    `configuration` has Lambda's FunctionConfiguration form, plus Tags.
    """

    id: int
    name: str
    number: int
    arn: str
    configuration: Mapping[str, Json]
    code_dir: str | None
    revision: int
    updated_at: int

    @property
    def version(self) -> str:
        return function_version_name(self.number)


class FunctionRoute(NamedTuple):
    """Where an alias leads: to the version with this number.

    `weights` are the parts of the invocations that other versions (by number) take.
    """

    number: int
    weights: Mapping[str, float]


class Reference(NamedTuple):
    """The function that a request refers to; the qualifier names a version or an alias."""

    name: str
    qualifier: str | None


def function_reference(text: str) -> Reference:
    """Parses "NAME", "ACCOUNT:function:NAME" or a function's ARN, with or without ":QUALIFIER".

    Region and account are ignored: a store has one function of a name, and definitions that name
    functions of a real account should run here unchanged.
    """
    parts = text.split(":")
    if "function" in parts[:-1]:
        parts = parts[parts.index("function") + 1 :]
    return Reference(parts[0], ":".join(parts[1:]) or None)


def function_version_name(number: int) -> str:
    return str(number) if number else LATEST


class FunctionAlias(NamedTuple):
    """An alias. `number` is the version's (0 for $LATEST).

    `weights` maps the numbers of other versions to the part of the invocations that they take.
    """

    name: str
    number: int
    weights: Mapping[str, float]
    description: str
    revision_id: str
