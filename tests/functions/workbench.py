"""A pool with its own store and a clock that can be set ahead, and functions of a few lines."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import selectors
import sys
import textwrap
import time
import zipfile
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.functions.pool import Pool
from sfn_cli.settings import Settings
from sfn_cli.store.records.functions import Code
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.functions.functions import SqliteFunctions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sfn_cli.functions.invocation import Invocation
    from sfn_cli.functions.outcome import Outcome

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ROLE = "arn:aws:iam::123456789012:role/r"
ECHO = {"app.py": "def handler(event, context):\n    print('hello')\n    return event\n"}
BUDGET_SECONDS = 20
GLANCE_SECONDS = 0.05


class Workbench:
    """The base of tests of functions."""

    def __init__(self, folder: Path, **pool: Any) -> None:
        self.folder = folder
        self.settings = Settings(folder / "home", "us-east-1", "123456789012")
        self.database = Database(self.settings.home)
        self.functions = SqliteFunctions(self.database)
        self.selector = selectors.DefaultSelector()
        self.ahead = 0
        self.log: list[str] = []
        self.report: list[str] = []
        """The reported lines."""
        self.logged: list[tuple[str, str, int, str]] = []
        self.pool = Pool(
            self.functions,
            self.settings,
            self.selector,
            self.clock,
            self._log_line,
            monotonic=self.clock,
            **pool,
        )

    def close(self) -> None:
        self.pool.close()
        self.selector.close()
        self.database.close()

    def clock(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead

    def _log_line(self, group: str, stream: str, at: int, message: str) -> None:
        self.log.append(message.rstrip("\n"))
        self.logged.append((group, stream, at, message))

    # Functions

    def function(self, source: str, name: str = "fn", **configuration: Any) -> Path:
        """Creates a function with its code in a folder. Returns the folder."""
        folder = self.folder / name
        folder.mkdir()
        self.write(folder / "app.py", source)
        self.create(name, Code(folder=str(folder)), configuration)
        return folder

    def zipped(self, files: Mapping[Any, str], name: str = "fn", **configuration: Any) -> None:
        self.create(name, Code(zip=zip_of(files)), configuration)

    def create(self, name: str, code: Code, configuration: Mapping[str, Any]) -> None:
        facts = {"Runtime": RUNTIME, "Handler": "app.handler", **hash_of(code), **configuration}
        assert self.functions.create(
            name, arn.function_arn("us-east-1", "123456789012", name), facts, code, self.clock()
        )

    def update(self, name: str = "fn", code: Code | None = None, **configuration: Any) -> None:
        facts = {**(hash_of(code) if code else {}), **configuration}
        assert self.functions.update(
            name, lambda function: {**function.configuration, **facts}, self.clock(), code
        )

    def write(self, path: Path, source: str) -> None:
        path.write_text(textwrap.dedent(source))

    # Invocations

    def begin(self, event: Any = None, name: str = "fn", **options: Any) -> tuple[Invocation, list[Outcome]]:
        """Starts an invocation. Returns it with the list to which its outcome will be added."""
        outcomes: list[Outcome] = []
        return self.pool.invoke(name, json.dumps(event), outcomes.append, **options), outcomes

    def invoke(self, event: Any = None, name: str = "fn", **options: Any) -> Outcome:
        _, outcomes = self.begin(event, name, **options)
        self.until(lambda: bool(outcomes))
        return outcomes[0]

    def answer(self, event: Any = None, name: str = "fn") -> Any:
        outcome = self.invoke(event, name)
        assert outcome.kind == "succeeded", outcome
        return json.loads(outcome.payload)

    def until(self, happened: Callable[[], bool]) -> None:
        """Runs the pool until `happened` returns true."""
        deadline = time.monotonic() + BUDGET_SECONDS
        while not happened():
            assert time.monotonic() < deadline, self.log
            wake_at = self.pool.wake_at
            timeout = (
                GLANCE_SECONDS
                if wake_at is None
                else min(GLANCE_SECONDS, max(0, wake_at - self.clock()) / 1000)
            )
            for key, _ in self.selector.select(timeout):
                key.data()
            self.pool.tick(self.clock())

    def until_logged(self, line: str) -> None:
        self.until(lambda: line in self.log)


def zip_of(files: Mapping[Any, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, textwrap.dedent(text))
    return content.getvalue()


def hash_of(code: Code) -> dict[str, str]:
    return {"CodeSha256": base64.b64encode(hashlib.sha256(code.zip or b"").digest()).decode()}


def await_death(pid: int) -> bool:
    """Waits for the end of a process, which need not be a child. Returns whether it ended."""
    deadline = time.monotonic() + BUDGET_SECONDS
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return True
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(descriptor, selectors.EVENT_READ)
                return bool(selector.select(BUDGET_SECONDS))
        finally:
            os.close(descriptor)
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
    return False
