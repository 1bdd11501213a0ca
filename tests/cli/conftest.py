"""A separate home for each test, and commands that run in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sfn_cli.cli import main
from tests.cli import stub

if TYPE_CHECKING:
    from pathlib import Path


class Result(NamedTuple):
    exit: int
    stdout: str
    stderr: str


Sfn = Callable[..., Result]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The environment of the recorded transcripts; the store and the home belong to the test."""
    for name in (
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_PAGER",
        "AWS_DEFAULT_OUTPUT",
        "AWS_ENDPOINT_URL",
        "SFN_ACCOUNT_ID",
        "NO_COLOR",
        "COLUMNS",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "SFN_HOME": str(tmp_path / "store"),
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TZ": "UTC",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def sfn(capfd: pytest.CaptureFixture[str]) -> Sfn:
    """Runs one command: `sfn("start-execution", "--name", "x")`."""

    def run(*argv: str) -> Result:
        capfd.readouterr()
        code = main(argv)
        return Result(code, *capfd.readouterr())

    return run


@pytest.fixture(scope="session")
def endpoint() -> Iterator[stub.Stub]:
    with stub.running() as running:
        yield running
