"""The lengths of log groups' and streams' names, which have an error of their own.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_CHARACTERS = 512


def check_log_names(request: Mapping[str, Any]) -> None:
    """Raises ApiError if the name of a group or a stream is too long (recorded in February 2026)."""
    for member in ("logGroupName", "logStreamName"):
        name = request.get(member)
        if isinstance(name, str) and len(name) > _MAX_CHARACTERS:
            raise ApiError(
                "InvalidParameterException",
                "Invalid LogGroup or LogStream, both must have length less than or equal to "
                f"{_MAX_CHARACTERS}.",
            )
