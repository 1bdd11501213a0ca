"""A server in a process of its own, and how it refuses the calls of boto3."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


class Served:
    """A server process and its port; `open_files` limits its files and sockets."""

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
        """Returns a boto3 client that leaves the checks to the server.

        `verify` is a file of certificates that it trusts.
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
        """Returns the server's output on stderr so far."""
        return self._errors.read_text()

    def stop(self) -> int:
        """Ends the server as a service manager would; its exit code."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.process.returncode


def refused(function: Any, **request: Any) -> tuple[str, str, int]:
    """The code, the message and the HTTP status with which a call is refused."""
    with pytest.raises(ClientError) as error:
        function(**request)
    response: Any = error.value.response
    return (
        response["Error"]["Code"],
        response["Error"]["Message"],
        response["ResponseMetadata"]["HTTPStatusCode"],
    )
