"""`sfn logs tail`: function names, functions that have not been called yet, and short lines."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.processes import (
    SFN,
    TIMEOUT_SECONDS,
    at_terminal,
    create_function,
    environment_of,
    serving,
    sfn,
    sfn_json,
    stop_workers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MISSING = "An error occurred (ResourceNotFoundException) when calling the FilterLogEvents operation"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A function that has been called, and one that has not."""
    folder = tmp_path_factory.mktemp("tails")
    code = folder / "code"
    code.mkdir()
    (code / "app.py").write_text("def handler(event, context):\n    print('called with', event)\n")
    for name in ("Bank", "Later"):
        create_function(folder / "home", name, code)
    _invoke(folder / "home", "Bank")
    yield folder / "home"
    stop_workers(folder / "home")


def _invoke(home: Path, function: str, *options: str) -> None:
    out = str(home.parent / "out.json")
    sfn_json(home, "lambda", "invoke", "--function-name", function, "--payload", "7",
             "--cli-binary-format", "raw-in-base64-out", *options, out)  # fmt: skip


@pytest.mark.parametrize("group", ["Bank", "/aws/lambda/Bank"])
def test_a_function_by_its_name(home: Path, group: str) -> None:
    """A name that is not a log group's is a function's."""
    assert "called with 7" in sfn(home, "logs", "tail", group).stdout


def test_formats(home: Path) -> None:
    """At a terminal, lines are short; elsewhere they name the stream, as in aws."""
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
    _, shown = at_terminal(home, "logs", "tail", "Bank")
    assert re.search(rf"^{stamp} called with 7\r$", shown, re.MULTILINE)
    assert re.search(
        rf"^{stamp}\.\d{{6}}\+00:00 \S+ called with 7$", sfn(home, "logs", "tail", "Bank").stdout, re.M
    )
    _, detailed = at_terminal(home, "logs", "tail", "Bank", "--format", "detailed")
    assert re.search(rf"^{stamp}\.\d{{6}}\+00:00 ", detailed, re.MULTILINE)


def test_a_function_that_has_not_been_called(home: Path) -> None:
    """A script gets AWS's error; at a terminal, the error says how to wait for the first call."""
    done = sfn(home, "logs", "tail", "Later")
    assert (done.returncode, done.stdout) == (254, "")
    assert done.stderr.strip().endswith("The specified log group does not exist.")
    code, shown = at_terminal(home, "logs", "tail", "Later")
    assert (code, MISSING in shown) == (254, True)
    assert "The function has not been called yet. To wait for /aws/lambda/Later: --follow" in shown


@pytest.mark.parametrize(
    "group, advice",
    [
        ("Bnak", 'No function or log group named "Bnak". Did you mean "Bank"? List them with: '),
        ("/aws/lambda/Bonk", 'Did you mean "/aws/lambda/Bank"?'),
        ("/xyz", 'No function or log group named "/xyz". List them with: sfn lambda list-functions, '),
    ],
)
@pytest.mark.parametrize("options", [(), ("--follow",)])
def test_an_unknown_name(home: Path, group: str, advice: str, options: tuple[str, ...]) -> None:
    """A name that is neither a log group's nor a function's is an error, with --follow too."""
    done = sfn(home, "logs", "tail", group, *options)
    assert (done.returncode, MISSING in done.stderr) == (254, True)
    code, shown = at_terminal(home, "logs", "tail", group, *options)
    assert code == 254
    assert advice in shown


def test_follow_waits_for_the_first_call(home: Path, tmp_path: Path) -> None:
    """--follow waits for a function's first call, and shows its lines."""
    create_function(home, "New", home.parent / "code")
    _first_line_of(home, "New", ())


@pytest.mark.slow
def test_follow_at_an_endpoint(home: Path) -> None:
    """Function names and --follow work at an endpoint, too."""
    create_function(home, "Remote", home.parent / "code")
    with serving(home) as url:
        _first_line_of(home, "Remote", ("--endpoint-url", url, "--no-sign-request"))


def _first_line_of(home: Path, function: str, options: tuple[str, ...]) -> None:
    command = [SFN, "logs", "tail", function, "--follow", "--format", "short", *options]
    with subprocess.Popen(
        command, env=environment_of(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tail:
        try:
            _invoke(home, function)
            assert tail.stdout is not None
            lines = iter(tail.stdout.readline, "")
            assert any("called with 7" in line for line in lines)
        finally:
            tail.terminate()
            tail.wait(TIMEOUT_SECONDS)
