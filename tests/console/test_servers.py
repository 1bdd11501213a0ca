"""The consoles of `sfn serve` and `sfn console` by their options."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.forms import FORM_TOKEN
from tests.console.machines import WAIT
from tests.console.opened_console import OpenedConsole, opened_console
from tests.processes import (
    SFN,
    TIMEOUT_SECONDS,
    environment_of,
    sfn,
    stop_workers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "0123456789abcdef_-ABC"
ARN = "arn:aws:states:us-east-1:123456789012"


@contextmanager
def serving(home: Path, *arguments: str, lines: int = 2) -> Iterator[list[str]]:
    """Yields the first lines that a server prints; all of them, once it has ended."""
    process = subprocess.Popen(
        [SFN, *arguments, "--port", "0"],
        env=environment_of(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    printed: list[str] = []
    try:
        assert process.stdout is not None
        for _ in range(lines):
            printed.append(process.stdout.readline())
        yield printed
    finally:
        process.terminate()
        printed += process.communicate(timeout=TIMEOUT_SECONDS)[0].splitlines()
        stop_workers(home)


def test_read_only(home: Path) -> None:
    """Nothing can be changed: the forms are not on the pages, and not accepted."""
    with opened_console(home, "--read-only") as console:
        execution = console.start(console.create("wait", WAIT))
        page, again = execution_address(execution), execution_address(execution, "again")
        for address in (page, again):
            text = console.get(address).text
            assert FORM_TOKEN not in text
            assert "read only" in text
        for token in ("", "0" * 64):
            refused = console.post(execution_address(execution, "stop"), {FORM_TOKEN: token})
            assert refused.status == 403
            assert "This console is read only." in refused.text
        assert console.status(execution) == "RUNNING"


@pytest.fixture
def credentials(tmp_path: Path) -> str:
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = me\naws_secret_access_key = secret\n")
    return str(file)


def test_no_console_under_credentials(home: Path, credentials: str) -> None:
    """A program that cannot sign requests reads nothing, on this machine either."""
    with serving(home, "serve", "--credentials", credentials, lines=1) as lines:
        console = OpenedConsole(home, f"{url_in(lines)}/console/?token={TOKEN}")
        answer = console.get("/console/")
        assert answer.status == 403
        assert "MissingAuthenticationToken" in answer.text
        assert console.cookie == ""
    assert not any("onsole" in line for line in lines)


@pytest.mark.parametrize("as_file", [False, True])
def test_console_under_credentials(home: Path, tmp_path: Path, credentials: str, as_file: bool) -> None:
    """With --console-token, a browser that has it reads and changes; others do not even read."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    token = f"file://{file}" if as_file else TOKEN
    with serving(home, "serve", "--credentials", credentials, "--console-token", token) as lines:
        (address,) = (line.split()[1] for line in lines if line.startswith("Console: "))
        assert address.endswith(f"/console/?token={TOKEN}")
        console = OpenedConsole(home, address)
        assert console.request("GET", "/console/").status == 403
        assert console.request("GET", "/console/tasks.json").status == 403
        assert console.request("GET", "/console/static/console.js").status == 403
        assert console.get("/console/tasks.json").data == {"tasks": []}


@pytest.mark.parametrize("token", ["short", "with a space in it!", "ü" * 20, ""])
def test_a_token_that_can_be_guessed(home: Path, token: str) -> None:
    done = sfn(home, "serve", "--port", "0", "--console-token", token)
    assert done.returncode == 252
    assert "--console-token must have 16 to 200 characters" in done.stderr


def test_two_servers_of_one_home(home: Path) -> None:
    """Each has a token and a cookie of its own; the cookie of one does not open the other."""
    with opened_console(home) as one, opened_console(home) as other:
        machine = one.create("wait", WAIT)
        execution = other.start(machine)
        stop = execution_address(execution, "stop")
        token = other.form_token_of(other.get(execution_address(execution, "again")))
        port = other.host.partition(":")[2]
        value = one.cookie.partition("=")[2]
        forged = f"sfn-console-{port}={value}; {one.cookie}"
        assert other.post(stop, {FORM_TOKEN: token}, Cookie=forged).status == 403
        assert other.request("GET", f"/console/?token={one.token}").status == 403
        assert other.post(stop, {FORM_TOKEN: token}).status == 303


def test_listening_everywhere(home: Path) -> None:
    """By another address of this machine, the cookie is needed; an unknown name is refused."""
    with serving(home, "serve", "--host", "0.0.0.0") as lines:
        (address,) = (line.split()[1] for line in lines if line.startswith("Console: "))
        console = OpenedConsole(home, address)
        assert console.request("GET", "/console/").status == 200
        assert console.request("GET", "/console/", headers={"Host": "evil.example"}).status == 403
        assert console.get("/console/", Host="192.0.2.1").status == 200


@pytest.mark.parametrize(
    "name, page",
    [
        ("a'ü", "a%27%C3%BC"),
        ("a'ü/last", "a%27%C3%BC/executions/last"),
        (f"{ARN}:stateMachine:a'ü", "a%27%C3%BC"),
        (f"{ARN}:stateMachine:a'ü:3", "a%27%C3%BC"),
        (f"{ARN}:execution:a'ü:one", "a%27%C3%BC/executions/one"),
        (f"{ARN}:execution:a'ü/Each:one", "a%27%C3%BC/executions/Each%2Fone"),
        (f"{ARN}:express:a'ü:one:1-2", "a%27%C3%BC/executions/one:1-2"),
    ],
)
def test_the_command_opens_a_page(home: Path, name: str, page: str) -> None:
    """`sfn console NAME` prints the address of the page; the token is dropped from it."""
    page = f"/console/machines/{page}"
    with serving(home, "console", name, "--no-browser", lines=1) as lines:
        address = lines[0].split()[1]
        console = OpenedConsole(home, address)
        assert address == f"{console.url}{page}?token={console.token}"
        assert console.request("GET", f"{page}?token={console.token}").headers["location"] == page


def url_in(lines: list[str]) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
    assert found is not None
    return found[0]
