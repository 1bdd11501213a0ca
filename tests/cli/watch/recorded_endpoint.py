"""An endpoint with one recorded execution, whose history grows while it is followed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from tests.views.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDENTIALS = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
}


class RecordedEndpoint:
    """Responds as AWS does. `shown` is how many events it has so far."""

    def __init__(self, name: str, url: str) -> None:
        self._execution = recorded(name)
        self.url = url
        self.arn: str = self._execution["arn"]
        self.events: list[dict[str, Any]] = [_at_the_wire(event) for event in self._execution["events"]]
        self.shown = len(self.events)

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation == "DescribeExecution":
            machine, name = self._execution["stateMachineArn"], self.arn.rpartition(":")[2]
            dates = {"startDate": self.events[0]["timestamp"]}
            return {
                "executionArn": self.arn,
                "stateMachineArn": machine,
                "name": name,
                "status": "RUNNING",
                **dates,
            }
        if operation == "DescribeStateMachineForExecution":
            return {"definition": json.dumps(self._execution["definition"])}
        if operation == "GetExecutionHistory":
            events = self.events[: self.shown]
            if request.get("reverseOrder"):
                events = events[::-1]
            return {"events": events[: request.get("maxResults", len(events))]}
        assert operation == "ListMapRuns", operation
        return {"mapRuns": []}


def _at_the_wire(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "timestamp": datetime.fromisoformat(event["timestamp"]).timestamp()}


@contextmanager
def recorded_endpoint(name: str) -> Iterator[RecordedEndpoint]:
    """Serves the recorded execution of this name on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            body = json.dumps(endpoint.answer(operation, request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint = RecordedEndpoint(name, f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
