"""Waiting for what arrives in the queues and streams of the local AWS services.

A poller that waits here calls a queue or a stream only when it has something new, and an idle one
costs nothing. Arrivals are hints: after a restart of the services, or if `await_arrivals` raises
ArrivalsError, anything may have arrived.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

from sfn_cli.errors import SfnError
from sfn_cli.integrations.aws.embedded_aws import MADE_UP, embedded_aws_access_key

if TYPE_CHECKING:
    from sfn_cli.settings import Settings

WAIT_SECONDS = 20.0
"""How long to wait for an arrival, in one request."""

_ANSWER_SECONDS = 10.0
"""How long an answer may take in addition to the wait."""


class ArrivalsError(SfnError):
    """The endpoint cannot say what arrives: it does not answer, or it is not sfn's own."""


class ArrivalPosition(NamedTuple):
    """What a client has seen: a run of the local services, and the number of an arrival in it."""

    run: str = ""
    number: int = 0


class Arrivals(NamedTuple):
    """What has arrived, and the position from which to wait for more."""

    position: ArrivalPosition
    sources: frozenset[str] | None
    """The ARNs of queues and streams with new messages or records; None: any may have some."""


def await_arrivals(
    settings: Settings, endpoint: str, position: ArrivalPosition | None = None, seconds: float = WAIT_SECONDS
) -> Arrivals:
    """Waits until something arrives after `position`, for up to `seconds`.

    None is the position of a client that has seen nothing.

    `endpoint` is that of the local AWS services. Returns at once, with the current position, for one
    of another run. Blocks: call it in a thread. Raises ArrivalsError.
    """
    import http.client

    if position is None:
        position = ArrivalPosition()
    place = urlsplit(endpoint)
    query = urlencode(
        {
            "run": position.run,
            "after": position.number,
            "seconds": seconds,
            "AWSAccessKeyId": embedded_aws_access_key(settings.home, endpoint) or MADE_UP,
        }
    )
    connection = http.client.HTTPConnection(
        place.hostname or "", place.port, timeout=seconds + _ANSWER_SECONDS
    )
    try:
        connection.request("GET", f"/_sfn/arrivals?{query}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ArrivalsError(f"{endpoint} does not report arrivals: {answer.status}")
        found = json.loads(body)
        sources = found["sources"]
        return Arrivals(
            ArrivalPosition(str(found["run"]), int(found["number"])),
            None if sources is None else frozenset(sources),
        )
    except (OSError, http.client.HTTPException, LookupError, TypeError, ValueError) as error:
        raise ArrivalsError(f"{endpoint} does not report arrivals: {error!r}") from error
    finally:
        connection.close()
