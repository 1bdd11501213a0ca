"""CloudWatch Logs filter patterns: compiles a pattern to a test of a log event's message.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

    ERROR "exact phrase" -unwanted      terms, all of them            ?ERROR ?WARN    one of them
    %AUTH[A-Z]+%                        a regular expression
    { $.status = 5* && $.id EXISTS }    a JSON message
    [ip, user, ..., status=4*, bytes]   a message of columns
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.query.filter_pattern.matching import InvalidPattern

if TYPE_CHECKING:
    from sfn_cli.query.filter_pattern.matching import Matches

__all__ = ["InvalidPattern", "compile_pattern"]


def compile_pattern(pattern: str) -> Matches:
    """Returns a function that returns whether a message matches the non-empty pattern.

    Raises InvalidPattern. So does the returned function, if a regular expression takes too long.
    """
    text = pattern.strip()
    if text.startswith("{"):
        from sfn_cli.query.filter_pattern.json_fields import compile_json

        return compile_json(text)
    if text.startswith("["):
        from sfn_cli.query.filter_pattern.columns import compile_columns

        return compile_columns(text)
    from sfn_cli.query.filter_pattern.terms import compile_terms

    return compile_terms(text)
