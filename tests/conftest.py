"""In CI a test that cannot run for want of a tool is a failure: with CI=true, as CI services set it, the
whole run is refused when one of these tools is missing. Elsewhere its tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import signal
from typing import Any

import pytest

from tests.conformance.recordings import RECORDINGS

TOOLS = ("zsh", "fish", "node")


def missing() -> list[str]:
    """What tests need and this machine has not, each with what to do about it."""
    tools = [f"{tool} is not installed" for tool in TOOLS if shutil.which(tool) is None]
    if not RECORDINGS.is_dir():
        tools.append(f"there are no recordings of AWS in {RECORDINGS} (SFN_CONFORMANCE names another folder)")
    return tools


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        # The tests start thousands of commands: each would compile the package. Nothing is written beside
        # the sources all the same.
        os.environ["PYTHONPYCACHEPREFIX"] = str(config.rootpath / ".pytest_cache" / "bytecode")
    in_a_worker_of_xdist = hasattr(config, "workerinput")
    if os.environ.get("CI") == "true" and not in_a_worker_of_xdist and (reasons := missing()):
        raise pytest.UsageError("CI=true, and tests would be skipped: " + "; ".join(reasons))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell starts what runs in the background; the commands that tests interrupt would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With -n, a process that has no tests left takes some of another's: end-to-end tests come in one row,
    and would be the work of one process alone.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)
