"""What `sfn watch` leaves on wide and narrow terminals, and what it writes into a pipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.watch.recorded_endpoint import CREDENTIALS, recorded_endpoint
from tests.golden import assert_golden
from tests.processes import sfn
from tests.pseudo_terminals import pseudo_terminal

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ("hello-world", "lambda", "migration", "order", "parallel", "payment", "signup", "video")
WIDTHS = {"wide": 120, "narrow": 72}
EXIT_CODES = {"nested-map": 255}


@pytest.mark.slow  # an endpoint is polled every two seconds
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*EXAMPLES, "nested-map"])
def test_at_a_terminal(name: str, width: str, tmp_path: Path) -> None:
    """When an execution ends, its tree stays; for a failed one, the reason follows."""
    with recorded_endpoint(name) as endpoint:
        endpoint.shown = len(endpoint.events) // 2
        line = ("watch", endpoint.arn, "--endpoint-url", endpoint.url)
        with pseudo_terminal(
            tmp_path, *line, columns=WIDTHS[width], lines=60, environment=CREDENTIALS
        ) as terminal:
            terminal.until(lambda seen: re.search(r"^\S+ \S+  (running|waiting)  ", seen.screen), "its tree")
            endpoint.shown = len(endpoint.events)
            assert terminal.end() == EXIT_CODES.get(name, 0)
            shown = re.sub(r":\d{5}$", ":54321", terminal.text.strip("\n"), flags=re.MULTILINE)  # its port
            assert_golden(__file__, f"{name}.{width}", shown)


@pytest.mark.parametrize("name", [*EXAMPLES, "nested-map"])
def test_into_a_pipe(name: str, tmp_path: Path) -> None:
    """In a pipe, each event is a line."""
    with recorded_endpoint(name) as endpoint:
        line = ("watch", endpoint.arn, "--endpoint-url", endpoint.url)
        done = sfn(tmp_path, *line, environment=CREDENTIALS)
        assert done.returncode == EXIT_CODES.get(name, 0)
        assert_golden(__file__, f"{name}.piped", done.stdout + done.stderr)
