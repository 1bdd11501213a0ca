"""Versions of state machines (numbered revisions), and aliases.

An alias points to one or two versions, by weight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from sfn_cli.store.records.stepfunctions.revisions import Revision


class QuotaReached(SfnError):
    """The machine has reached its quota of versions or aliases; nothing was changed."""


class Version(NamedTuple):
    number: int
    description: str
    created_at: int
    revision: Revision
    id: int


class Listed(NamedTuple):
    """A version's number, or an alias's name, as it is listed."""

    key: int | str
    created_at: int


Weights = tuple[tuple[int, int], ...]
"""A routing configuration: pairs of version number and weight in percent, in the caller's order."""


class AliasRoute(NamedTuple):
    """A version that an alias points to, and how many of 100 executions it gets."""

    version: Version
    weight: int


class Alias(NamedTuple):
    name: str
    description: str
    created_at: int
    updated_at: int
    id: int
    routes: tuple[AliasRoute, ...]

    @property
    def weights(self) -> Weights:
        return tuple((route.version.number, route.weight) for route in self.routes)
