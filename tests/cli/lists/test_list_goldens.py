"""The output of `sfn ls` and `sfn ps` for executions of the examples, failed and waiting ones included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.golden import assert_golden
from tests.processes import sfn, stop_workers
from tests.pseudo_terminals import pseudo_terminal
from tests.recorded_stores import store_recordings
from tests.views.recorded import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMANDS = {
    "ls": ("ls",),
    "ls-order": ("ls", "order"),
    "ls-payment": ("ls", "payment"),
    "ls-Prices-failed": ("ls", "Prices", "--status", "failed"),
    "ls-Pages": ("ls", "Pages"),
    "ls-hello-world": ("ls", "hello-world"),
    "ps": ("ps",),
    "ps-payment": ("ps", "payment"),
}
WIDTHS = {"wide": 120, "narrow": 72, "tiny": 40}
IN_UTC = {"TZ": "UTC"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("lists") / "store"
    store_recordings(home, {name: 3 + number for number, name in enumerate(NAMES) if name != "distributed"})
    yield home
    stop_workers(home)


def _steady(shown: str) -> str:
    """Replaces the number of days until a timestamp in a definition."""
    return re.sub(r"in \d{5} days", "in 00000 days", shown)


@pytest.mark.parametrize("name", COMMANDS)
def test_into_a_pipe(home: Path, name: str) -> None:
    done = sfn(home, *COMMANDS[name], environment=IN_UTC)
    assert (done.returncode, done.stderr) == (0, "")
    assert_golden(__file__, f"{name}.piped", _steady(done.stdout))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_at_a_terminal(home: Path, name: str, width: str) -> None:
    with pseudo_terminal(
        home, *COMMANDS[name], columns=WIDTHS[width], lines=60, environment=IN_UTC
    ) as terminal:
        assert terminal.end() == 0
        assert_golden(__file__, f"{name}.{width}", _steady(terminal.text))
