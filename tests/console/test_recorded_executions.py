"""The execution of every example, and some others, in a browser: light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.views.console.addresses import execution_address
from tests.console.accessibility import accessibility_faults
from tests.console.browsing import Browsing, check_page
from tests.console.opened_console import opened_console
from tests.recorded_stores import store_recordings
from tests.thoroughness import THOROUGH
from tests.views.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.console.opened_console import OpenedConsole

EXAMPLES = ("hello-world", "lambda", "migration", "order", "parallel", "payment", "signup", "video")
DARK = ("payment", "map-running")
"""Those that are also looked at in dark colours: together they have every mark of a status."""
OTHERS = ("aborted", "map-running", "nested-map", "payment-waiting")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedConsole]:
    """The console of a store with the recordings."""
    home = tmp_path_factory.mktemp("recorded") / "home"
    store_recordings(home, {name: 1 + at for at, name in enumerate((*EXAMPLES, *OTHERS))})
    with opened_console(home) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*EXAMPLES, *OTHERS] if THOROUGH else ["order", "migration", "aborted", *DARK]
)
def test_opens(browsing: Browsing, name: str) -> None:
    """Without a request elsewhere, an error of a script or a fault that axe finds."""
    execution = recorded(name)
    page = browsing.open(execution_address(execution["arn"]))
    check_page(page)
    if THOROUGH or name in DARK:
        page.emulate_media(color_scheme="dark")
        assert accessibility_faults(page) == []
