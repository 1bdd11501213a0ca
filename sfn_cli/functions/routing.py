"""The version that an invocation runs: from its qualifier, or from the alias's routing.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.store.records.functions import LATEST

if TYPE_CHECKING:
    from sfn_cli.store.protocols.functions import Functions
    from sfn_cli.store.records.functions import FunctionRoute


def routed_version(functions: Functions, name: str, qualifier: str | None) -> int | None:
    """Returns the number of the version to run now (0 for $LATEST); it may not exist.

    None if there is no such alias.
    """
    if qualifier is None or qualifier == LATEST:
        return 0
    number = arn.version_number_of_arn(qualifier)
    if number is not None:
        return number
    route = functions.route(name, qualifier)
    return None if route is None else _draw_route(route)


def _draw_route(route: FunctionRoute) -> int:
    """Draws a version by weight; each invocation draws separately."""
    if route.weights:
        draw = random.random()
        for number, weight in route.weights.items():
            if draw < weight:
                return int(number)
            draw -= weight
    return route.number
