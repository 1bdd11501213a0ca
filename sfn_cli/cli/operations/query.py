"""--query: a JMESPath expression over the response.

A plain path of names ("executionArn", "tracingConfiguration.enabled"), by far the commonest, is
followed here; the library is imported for everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.errors import UsageError

Query = Callable[[Any], Any]

_PLAIN_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def compile_query(expression: str) -> Query:
    """Returns a function that selects part of a response. Raises UsageError for bad syntax."""
    if _PLAIN_PATH.fullmatch(expression):
        names = expression.split(".")
        return lambda value: _follow_query_names(value, names)

    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        compiled = jmespath.compile(expression)
    except (JMESPathError, ValueError) as error:
        raise UsageError(f"Bad value for --query {expression}: {error}") from None
    except RecursionError:
        raise UsageError("Bad value for --query: the expression is nested too deeply") from None

    def search(value: Any) -> Any:
        try:
            return compiled.search(value)
        except JMESPathError as error:
            raise CommandFailedError(str(error)) from None
        except RecursionError:
            raise UsageError("Bad value for --query: the expression is nested too deeply") from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # jmespath leaves some checks to Python: a slice's step of 0, incomparable values.
            raise CommandFailedError(f"Bad value for --query: {error}") from None

    return search


def _follow_query_names(value: Any, names: list[str]) -> Any:
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
