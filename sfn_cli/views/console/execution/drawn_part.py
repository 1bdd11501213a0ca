"""A drawn part of a page, and what of it may change."""

# No `from __future__ import annotations`: see settings/__init__.py.

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.text.markup import Markup


class DrawnPart(NamedTuple):
    """`parts` are as those of a ConsolePage, which the markup contains."""

    markup: "Markup"
    parts: "Mapping[str, Markup]" = MappingProxyType({})
