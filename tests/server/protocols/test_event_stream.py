"""The body of a response with events, as botocore reads it."""

from __future__ import annotations

from botocore.eventstream import EventStreamBuffer

from sfn_cli.api.model import load_model
from sfn_cli.server.protocols.rest_json import rest_json_response


def test_messages() -> None:
    """A message for each event, with checksums: bytes as they are, all else as JSON."""
    events = {
        "PayloadChunk": {"Payload": b"\xff" * 70_000},
        "InvokeComplete": {"ErrorCode": "Unhandled", "ErrorDetails": "é"},
    }
    answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "EventStream": events}
    response = rest_json_response(load_model("lambda", "InvokeWithResponseStream"), answer)
    assert response.headers["Content-Type"] == "application/vnd.amazon.eventstream"
    assert response.headers["X-Amz-Executed-Version"] == "$LATEST"
    buffer = EventStreamBuffer()
    buffer.add_data(response.body)
    sent, complete = buffer
    assert (sent.headers[":event-type"], sent.payload) == ("PayloadChunk", b"\xff" * 70_000)
    assert complete.headers[":event-type"] == "InvokeComplete"
    assert complete.payload == '{"ErrorCode":"Unhandled","ErrorDetails":"é"}'.encode()
