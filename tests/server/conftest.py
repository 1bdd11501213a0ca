"""Fixtures: a server in a process of its own, over an empty store."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator


class Served:
    """A server process and its port; with `open_files`, it may have no more files and sockets open."""

    started: ClassVar[list[Served]] = []

    def __init__(self, home: str, *more: str, open_files: int | None = None) -> None:
        command = [sys.executable, "-m", "tests.server.serving", home, *more]
        if open_files is not None:
            command = [
                "sh",
                "-c",
                f'ulimit -Sn {open_files // 4}; ulimit -Hn {open_files}; exec "$0" "$@"',
                *command,
            ]
        self._errors = Path(f"{home}.stderr")
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        self.started.append(self)
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        found = re.search(r"(https?)://127\.0\.0\.1:(\d+) ", self.line)
        assert found is not None, self.line + self.printed()
        self.scheme, self.port = found[1], int(found[2])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def client(self, service: str, verify: str | None = None) -> Any:
        """A boto3 client that leaves the checks to the server; `verify` is a file of certificates
        that it trusts.
        """
        return boto3.client(
            service,
            endpoint_url=self.url,
            verify=verify,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(
                inject_host_prefix=False, parameter_validation=False, retries={"total_max_attempts": 1}
            ),
        )

    def printed(self) -> str:
        """What the server has printed on stderr so far."""
        return self._errors.read_text()

    def stop(self) -> int:
        """Ends the server as a service manager would; its exit code."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture(autouse=True)
def no_server_left() -> Iterator[None]:
    """Ends the servers of a test that failed before it stopped them."""
    before = len(Served.started)
    yield
    for served in Served.started[before:]:
        if served.process.poll() is None:
            served.process.kill()
            served.process.communicate(timeout=30)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(str(tmp_path_factory.mktemp("home")))
    yield served
    served.stop()
