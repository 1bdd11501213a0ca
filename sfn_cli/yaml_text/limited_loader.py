"""Reads users' YAML, with limits on its depth and on the expanded size of its aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from sfn_cli import jsonvalue
from sfn_cli.yaml_text.limits import (
    MAX_CHARACTERS,
    MAX_DIGITS,
    InvalidYamlError,
    LimitedComposer,
    yaml_error_at,
)

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


def loads_yaml(text: str) -> Json:
    """Parses YAML to its safe types. Raises InvalidYamlError."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidYamlError(f"the text is longer than {MAX_CHARACTERS:,} characters")
    jsonvalue.raise_recursion_limit()
    try:
        return LimitedLoader(text).get_single_data()
    except InvalidYamlError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise yaml_error_of_parser(error) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError):
        # PyYAML does not check tagged values: `!!timestamp x`, `!!bool x`.
        raise InvalidYamlError("a value does not have the type of its tag") from None


class LimitedLoader(LimitedComposer, yaml.SafeLoader):
    """PyYAML's safe loader, which raises InvalidYamlError if a limit is exceeded."""

    def __init__(self, text: str) -> None:
        yaml.SafeLoader.__init__(self, text)
        LimitedComposer.__init__(self)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        # Python limits only the digits of decimal numbers, and reading `1:1:1…` (base 60) takes
        # quadratic time.
        if len(node.value) <= MAX_DIGITS:
            number: int = super().construct_yaml_int(node)
            if abs(number) < 10**MAX_DIGITS:
                return number
        raise yaml_error_at(node, f"the number has more than {MAX_DIGITS:,} digits")


LimitedLoader.add_constructor("tag:yaml.org,2002:int", LimitedLoader.construct_yaml_int)


def yaml_error_of_parser(error: Exception) -> InvalidYamlError:
    """Converts an error of PyYAML, whose message has several lines."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    if mark is None:
        return InvalidYamlError(problem, text=str(error))
    return InvalidYamlError(problem, mark.line + 1, mark.column + 1, text=str(error))
