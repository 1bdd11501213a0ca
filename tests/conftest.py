"""The home of a test; and missing tools fail a run in CI and skip tests elsewhere.

With CI=true, as CI services set it, the whole run is refused when one of these tools is missing.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from sfn_cli import jsonvalue
from tests.conformance.recordings import RECORDINGS
from tests.conformance.workflows import WORKFLOWS
from tests.processes import stop_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOOLS = ("zsh", "fish", "node", "chromium")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty home; nothing of it runs after the test."""
    place = tmp_path / "home"
    yield place
    stop_home(place)


def missing() -> list[str]:
    """Returns the tools that tests need and this machine does not have, each with a remedy."""
    tools = [f"{tool} is not installed" for tool in TOOLS if shutil.which(tool) is None]
    if not RECORDINGS.is_dir():
        tools.append(f"there are no recordings of AWS in {RECORDINGS} (SFN_CONFORMANCE names another folder)")
    if not WORKFLOWS.is_dir():
        tools.append(
            f"there are no templates of real projects in {WORKFLOWS} (SFN_WORKFLOWS names another folder)"
        )
    return tools


def pytest_configure(config: pytest.Config) -> None:
    # Whether a test passes does not depend on how busy the machine is.
    too_slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile(
        "busy", hypothesis.settings(), deadline=None, suppress_health_check=too_slow
    )
    hypothesis.settings.load_profile("busy")
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        # The tests start thousands of commands: each would compile the package. Nothing is written beside
        # the sources all the same.
        os.environ["PYTHONPYCACHEPREFIX"] = str(config.rootpath / ".pytest_cache" / "bytecode")
    # hypothesis warns if the recursion limit changes during a test. The JSONata engine sets it when it is
    # imported, and sfn raises it to its own limit when it first needs that.
    import_module("sfn_cli.query.jsonata.engine")
    sys.setrecursionlimit(1000)
    jsonvalue.raise_recursion_limit()
    in_a_worker_of_xdist = hasattr(config, "workerinput")
    if os.environ.get("CI") == "true" and not in_a_worker_of_xdist and (reasons := missing()):
        raise pytest.UsageError("CI=true, and tests would be skipped: " + "; ".join(reasons))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell starts what runs in the background; the commands that tests interrupt would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Lets an idle process take tests from another, with -n.

    End-to-end tests are in one sequence, and would otherwise run in one process alone.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)
