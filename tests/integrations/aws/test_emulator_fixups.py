"""Corrections of emulators' answers."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from sfn_cli.integrations.aws.emulator_fixups import fix_up_error, send_with_fixups
from sfn_cli.integrations.aws.errors import ServiceError

SESSION = botocore.session.Session()


def operation(service: str, name: str) -> Any:
    return SESSION.get_service_model(service).operation_model(name)


SENT, MALFORMED = {"EventId": "e"}, {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


@pytest.mark.parametrize(
    "details, sent, entries",
    [
        (['{"a": 1}', "{}"], ['{"a": 1}', "{}"], [SENT, SENT]),
        (['{"a": 1}', '"text"', None], ['{"a": 1}', None], [SENT, MALFORMED, SENT]),
        (["[1]", "{broken"], None, [MALFORMED, MALFORMED]),
    ],
)
def test_events(
    details: list[str | None], sent: list[str | None] | None, entries: list[dict[str, str]]
) -> None:
    """An event whose Detail is not an object is refused; the others are sent, in their order."""
    requests: list[Any] = []

    def send(request: Any) -> dict[str, Any]:
        requests.append([entry.get("Detail") for entry in request["Entries"]])
        return {"Entries": [SENT] * len(request["Entries"]), "FailedEntryCount": 0}

    request = {
        "Entries": [
            {"Source": "s"} if detail is None else {"Source": "s", "Detail": detail} for detail in details
        ]
    }
    answer = send_with_fixups(operation("events", "PutEvents"), request, send)
    assert requests == ([] if sent is None else [sent])
    assert (answer["Entries"], answer["FailedEntryCount"]) == (entries, entries.count(MALFORMED))


@pytest.mark.parametrize(
    "request_, message",
    [({"TopicArn": "t"}, "Topic does not exist"), ({"TargetArn": "t"}, "Endpoint does not exist")],
)
def test_a_missing_topic(request_: dict[str, str], message: str) -> None:
    error = ServiceError("NotFound", "Endpoint does not exist", 404, "r", "NotFoundException")
    assert fix_up_error(operation("sns", "Publish"), request_, error).message == message
