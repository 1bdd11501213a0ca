"""Local Lambda functions, their versions and aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.jsonvalue import Json

LATEST = "$LATEST"
"""The name of a function's current state, as a version; its number is 0."""


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


class LayerVersion(NamedTuple):
    """One version of a layer. `facts` is the response of GetLayerVersion without its Location."""

    name: str
    number: int
    facts: Mapping[str, Json]
    content_dir: str | None
    package_dirs: Sequence[str]
    """Further folders in the form of /opt."""
    deleted: bool


class LayerReference(NamedTuple):
    """The version of a layer that an ARN names."""

    account: str
    name: str
    number: int | None


def layer_reference(text: str) -> LayerReference | None:
    """Parses the ARN of a layer, with or without its version; None if the text is not such an ARN."""
    parts = text.split(":")
    if len(parts) not in (7, 8) or parts[0] != "arn" or parts[2] != "lambda" or parts[5] != "layer":
        return None
    number = parts[7] if len(parts) == 8 else ""
    if number and not (number.isascii() and number.isdigit()):
        return None
    return LayerReference(parts[4], parts[6], int(number) if number else None)


class FunctionRoute(NamedTuple):
    """The target of an alias: the version with this number.

    `weights` maps the numbers of other versions to the share of invocations that they receive.
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

    `weights` maps the numbers of other versions to the share of invocations that they receive.
    """

    name: str
    number: int
    weights: Mapping[str, float]
    description: str
    revision_id: str


CONCURRENCY, EVENT_INVOKE, PERMISSION = "concurrency", "event-invoke", "permission"

EVENT_RETRIES = 2
"""How often an asynchronous invocation that fails is retried, if EVENT_INVOKE does not say."""


class FunctionSetting(NamedTuple):
    """A setting of a function, or of one of its versions or aliases, apart from its configuration."""

    kind: str
    """CONCURRENCY, EVENT_INVOKE or PERMISSION."""
    qualifier: str
    """A version's number, an alias, or $LATEST."""
    name: str
    """The id of a permission's statement; otherwise empty."""
    value: Mapping[str, Json]
    updated_at: int
