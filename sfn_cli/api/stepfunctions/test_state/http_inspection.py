"""TestState's record of the HTTP request that a task sends, and of its response.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class HttpInspection:
    """A request and its response, in the shape of InspectionData's members.

    The sender fills them in; both are None until a request was sent. Without `reveal_secrets`, the
    request does not contain the additions of a connection.
    """

    reveal_secrets: bool
    request: dict[str, str] | None = None
    response: dict[str, str] | None = None
