"""A running `sfn console` for tests: its pages by HTTP, and the operations that fill it."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import contextmanager
from html import unescape
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from sfn_cli.views.console.forms import FORM_TOKEN
from tests.processes import ROLE, SFN, TIMEOUT_SECONDS, environment_of, stop_workers, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_FORM = "application/x-www-form-urlencoded"
_FORM_TOKEN = re.compile(f'name="{FORM_TOKEN}" value="([0-9a-f]+)"')


class ConsoleAnswer(NamedTuple):
    """A response; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> Any:
        return json.loads(self.text)

    @property
    def words(self) -> str:
        """The text of a page without its markup."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.text)).split())

    def text_in(self, name: str) -> str:
        """Returns what the text area with this name has, as a browser reads it."""
        found = re.search(f'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', self.text, re.DOTALL)
        assert found is not None, f"the page has no text area {name}"
        return unescape(found[1])


class OpenedConsole:
    """A console, and its cookie, which `get` and `post` send as the browser of its user does."""

    def __init__(self, home: Path, address: str, pid: int = 0) -> None:
        """`address` is the one that sfn prints, with the token; `pid` is the server's process."""
        self.home = home
        self.pid = pid
        self.url, _, rest = address.partition("/console/")
        self.token = rest.rpartition("token=")[2]
        self.host = urlsplit(self.url).netloc
        self.cookie = ""
        answer = self.request("GET", f"/console/?token={self.token}")
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]

    def request(
        self,
        method: str,
        address: str,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ConsoleAnswer:
        """Sends a request with these headers only. `address` is a path with its query."""
        connection = HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, address, body, dict(headers or {}))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return ConsoleAnswer(response.status, names, response.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def get(self, address: str, **headers: str) -> ConsoleAnswer:
        """Returns a page, or its data."""
        return self.request("GET", address, headers={"Cookie": self.cookie, **headers})

    def data(self, address: str) -> Any:
        """Returns the data of a page; `address` has no .json."""
        path, mark, query = address.partition("?")
        answer = self.get(f"{path}.json{mark}{query}")
        assert answer.status == 200, answer.text
        return answer.data

    def post(self, address: str, form: Mapping[str, str], **headers: str) -> ConsoleAnswer:
        """Sends a form as it is: see `submit`."""
        own = {"Cookie": self.cookie, "Origin": self.url, "Content-Type": _FORM}
        return self.request("POST", address, urlencode(form), {**own, **headers})

    def submit(self, action: str, page: str, **fields: str) -> ConsoleAnswer:
        """Sends a form of a page, which must have one with this action.

        Returns the page to which the browser is sent then, or the one that refuses the action.
        """
        shown = self.get(page)
        assert shown.status == 200, shown.text
        assert f'action="{action.replace("&", "&amp;")}"' in shown.text, f"{page} has no form for {action}"
        answer = self.post(action, {FORM_TOKEN: self.form_token_of(shown), **fields})
        if answer.status != 303:
            return answer
        return self.get(answer.headers["location"].partition("#")[0])

    def link(self, address: str) -> str:
        """Returns the URL of a page, with the token: a browser that opens it may change things."""
        mark = "&" if "?" in address else "?"
        return f"{self.url}{address}{mark}token={self.token}"

    def form_token_of(self, page: ConsoleAnswer) -> str:
        found = _FORM_TOKEN.search(page.text)
        assert found is not None, "the page has no form"
        return found[1]

    def handles_on(self, address: str) -> list[str]:
        """Returns the handles of the tasks that a page has forms for."""
        return re.findall(r'name="handle" value="([0-9a-f]+)"', self.get(address).text)

    def execution_of(self, answer: ConsoleAnswer) -> str:
        """Returns the ARN of the execution to whose page an action sends the browser."""
        assert answer.status == 303, answer.text
        data = self.data(answer.headers["location"].partition("?")[0])
        return str(data["executionArn"])

    def call(self, operation: str, /, **members: Any) -> dict[str, Any]:
        """Calls an operation of Step Functions, through the same server."""
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AWSStepFunctions.{operation}",
        }
        answer = self.request("POST", "/", json.dumps(members), headers)
        assert answer.status == 200, answer.text
        called: dict[str, Any] = answer.data
        return called

    def create(self, name: str, definition: object, type: str = "STANDARD") -> str:
        """Returns the ARN of a new state machine."""
        text = json.dumps(definition)
        created = self.call("CreateStateMachine", name=name, roleArn=ROLE, definition=text, type=type)
        return str(created["stateMachineArn"])

    def start(self, machine: str, input: object = None, **more: Any) -> str:
        """Returns the ARN of a new execution of the machine with this ARN."""
        text = json.dumps({} if input is None else input)
        return str(self.call("StartExecution", stateMachineArn=machine, input=text, **more)["executionArn"])

    def status(self, execution: str) -> str:
        return str(self.call("DescribeExecution", executionArn=execution)["status"])

    def end_of(self, execution: str) -> str:
        """Returns the status of an execution, once it has ended."""
        return str(until(lambda: _ended(self.status(execution)), f"the end of {execution}"))

    def reached(self, execution: str, event: str) -> None:
        """Waits until the history has an event of this type."""
        until(lambda: event in self.event_types(execution), f"{event} in {execution}")

    def event_types(self, execution: str) -> list[str]:
        history = self.call("GetExecutionHistory", executionArn=execution, maxResults=1000)
        return [event["type"] for event in history["events"]]

    def token_of(self, execution: str) -> str:
        """Returns the token of the task that an execution waits for, of its input's field `token`."""

        def scheduled() -> str | None:
            for event in self.call("GetExecutionHistory", executionArn=execution)["events"]:
                if event["type"] == "TaskScheduled":
                    found = re.search(
                        r'"token": ?"([^"]+)"', event["taskScheduledEventDetails"]["parameters"]
                    )
                    return found[1] if found else None
            return None

        return str(until(scheduled, f"the token of {execution}"))


def _ended(status: str) -> str | None:
    return None if status in ("RUNNING", "PENDING_REDRIVE") else status


@contextmanager
def opened_console(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[OpenedConsole]:
    """Yields the console of a home; it and the home's workers are stopped afterwards."""
    process = subprocess.Popen(
        [SFN, "console", "--port", "0", "--no-browser", *arguments],
        env=environment_of(home, environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line.startswith("Console: http"), line + process.stderr.read()
        yield OpenedConsole(home, line.split()[1], process.pid)
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        stop_workers(home)
    assert "Traceback" not in errors, errors
