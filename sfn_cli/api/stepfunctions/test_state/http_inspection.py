"""What TestState shows of the HTTP request that a task makes, and of the response to it.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class HttpInspection:
    """Filled by who makes the request; both in the shape of InspectionData's members, None while
    nothing was sent.

    Without `reveal_secrets` the request lacks what a connection adds to it.
    """

    reveal_secrets: bool
    request: dict[str, str] | None = None
    response: dict[str, str] | None = None
