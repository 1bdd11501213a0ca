"""JSON over HTTP with an API key, for the three services; responses are stored by Idempotency-Key.

A request that is repeated (a worker may die before it has the response) gets the first response, and
nothing is done again. A response that the service is busy (503) is not stored.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlsplit

API_KEY = "open-sesame"
"""The key that the connection in resources.json sends."""


class Refusal(Exception):
    """An error response: Refusal(status, message)."""


class Undoable:
    """The actions done so far, by the key of their request, by which each can be undone once."""

    def __init__(self):
        self.done, self.undone = {}, set()

    def do(self, key, what):
        """Refuses a request that arrives after it has been undone, because its client had given up."""
        if key in self.undone:
            raise Refusal(409, "this request has been undone already")
        self.done[key] = what

    def undo(self, key):
        """Returns the action; None if there is nothing to undo, which is not an error."""
        self.undone.add(key)
        return self.done.pop(key, None)


def serve(routes):
    """Serves the routes until the process is stopped.

    `routes` is {(method, first part of the path): function(rest of the path, body or query, key)}.
    """
    lock, responses = Lock(), {}

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                status, answer, note = self.answered(body)
            print(f"{self.command} {self.path} {status} {answer}{note}")
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = answer

        def answered(self, body):
            parts = urlsplit(self.path)
            _, first, *rest = parts.path.split("/")
            key = self.headers.get("Idempotency-Key")
            known = self.command, parts.path, key
            if self.headers.get("X-Api-Key") != API_KEY:
                return 401, {"error": "the API key is wrong"}, ""
            if (self.command, first) not in routes:
                return 404, {"error": "not found"}, ""
            if key and known in responses:
                return *responses[known], " (as before)"
            given = (
                json.loads(body)
                if body
                else {name: values[0] for name, values in parse_qs(parts.query).items()}
            )
            try:
                answer = 200, routes[self.command, first]("/".join(rest), given, key)
            except Refusal as refusal:
                answer = refusal.args[0], {"error": refusal.args[1]}
            if key and answer[0] != 503:
                responses[known] = answer
            return *answer, ""

        def log_message(self, *args):
            """answer() prints each request."""

    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
