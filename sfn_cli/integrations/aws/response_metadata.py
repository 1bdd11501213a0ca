"""The AWS SDK's metadata of a response, as in the results of Step Functions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json


def sdk_response_metadata(request_id: str, headers: Mapping[str, str], status: int = 200) -> dict[str, Json]:
    """Returns SdkHttpMetadata and SdkResponseMetadata."""
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": dict(headers),
            "HttpStatusCode": status,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }


def response_metadata_date(at: int) -> str:
    """Formats a time (ms) as in HTTP's Date header."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at // 1000))
