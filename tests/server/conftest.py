"""Fixtures: a server in a process of its own, over an empty store."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator


class Served:
    """A server process and its port."""

    def __init__(self, home: str, *more: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "tests.server.serving", home, *more], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        found = re.search(r":(\d+) ", self.line)
        assert found is not None, self.line
        self.port = int(found[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        """A boto3 client that leaves the checks to the server."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(inject_host_prefix=False, parameter_validation=False, retries={"total_max_attempts": 1}),
        )

    def stop(self) -> int:
        """Ends the server as a service manager would; its exit code."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(str(tmp_path_factory.mktemp("home")))
    yield served
    served.stop()
