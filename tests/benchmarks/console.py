"""The console's pages in a browser against the same bytes from a static server, in the same run.

First paint is what Chromium reports (first-contentful-paint), from the start of the navigation. The
static server is Python's, in a process of its own, with the page, its stylesheet and its scripts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sfn_cli.views.console.addresses import execution_address
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.table import Result, in_turn
from tests.browser import CHROMIUM, chromium
from tests.console.opened_console import opened_console
from tests.recorded_stores import store_recordings
from tests.views.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.console.opened_console import OpenedConsole

_RECORDINGS = ("order-declined", "payment-undone")
_STATES = 1_000
_STATIC = ("console.css", "console.js", "execution.js", "icon.svg")
_LIVE_PAGES = 10
_IDLE_SECONDS = 10.0
_RUNS = 9

_FIRST_PAINT = """() => new Promise((resolve) => {
  const found = () => performance.getEntriesByName("first-contentful-paint")[0];
  if (found()) resolve(found().startTime);
  else new PerformanceObserver(() => { if (found()) resolve(found().startTime); })
    .observe({ type: "paint", buffered: true });
})"""


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """First paint of executions, also of one with 1,000 states; the server's CPU time for idle live pages."""
    if CHROMIUM is None:
        print("Chromium is not installed: the console is not measured", file=sys.stderr)
        return
    runs = min(runs, _RUNS)
    home = folder / "home"
    store_recordings(home, dict.fromkeys(_RECORDINGS, 1))
    with opened_console(home) as console, chromium() as browser:
        chain = _run_chain(console)
        shown = [(f"execution {name}: first paint", recorded(name)["arn"]) for name in _RECORDINGS]
        for label, arn in (*shown, (f"execution of {_STATES:,} states: first paint", chain)):
            page = execution_address(arn)
            with _static_copy(folder / "static", console, page) as copy:
                painted, static = in_turn(
                    runs,
                    _first_paint(browser, console, console.url + page),
                    _first_paint(browser, console, copy),
                )
            if arn == chain:
                yield Result(label, painted, "ms", "<= 1500")
            else:
                yield Result(label, painted, "ms", "<= 2", static)
        yield _idle_cost(console, browser)


def _run_chain(console: OpenedConsole) -> str:
    """Returns the ARN of an ended execution that has visited 1,000 states."""
    states: dict[str, Any] = {
        f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(_STATES - 1)
    }
    states[f"S{_STATES - 1}"] = {"Type": "Succeed"}
    arn = console.start(console.create("chain", {"StartAt": "S0", "States": states}))
    console.end_of(arn)
    return arn


def _first_paint(browser: Browser, console: OpenedConsole, url: str) -> Callable[[], float]:
    """Returns the function that opens the page in a new window: milliseconds until its first paint."""
    name, _, value = console.cookie.partition("=")

    def measured() -> float:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        try:
            context.add_cookies([{"name": name, "value": value, "url": f"{console.url}/console"}])
            page = context.new_page()
            page.goto(url, wait_until="commit")
            return float(page.evaluate(_FIRST_PAINT))
        finally:
            context.close()

    return measured


@contextmanager
def _static_copy(folder: Path, console: OpenedConsole, address: str) -> Iterator[str]:
    """Yields the URL of a copy of a page, from a server that only reads files."""
    files = folder / "console" / "static"
    files.mkdir(parents=True, exist_ok=True)
    for name in _STATIC:
        (files / name).write_text(console.get(f"/console/static/{name}").text, encoding="utf-8")
    (folder / "page.html").write_text(console.get(address).text, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        port = process.stdout.readline().split(" port ")[1].split()[0]
        yield f"http://127.0.0.1:{port}/page.html"
    finally:
        process.terminate()
        process.communicate()


def _idle_cost(console: OpenedConsole, browser: Browser) -> Result:
    """Measures the server's CPU time while live pages are open and nothing happens, and without them."""
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86_400, "End": True}}}
    execution = console.start(console.create("wait", wait))
    console.reached(execution, "WaitStateEntered")
    without = _cpu_share(console.pid)
    # A window of its own for each: a browser makes at most six connections to a server.
    contexts = [browser.new_context() for _ in range(_LIVE_PAGES)]
    for context in contexts:
        with context.expect_event("request", lambda request: "since=" in request.url):
            context.new_page().goto(console.link(execution_address(execution)))
    time.sleep(4)  # after this, a server looks at the store less often
    live = _cpu_share(console.pid)
    for context in contexts:
        context.close()
    print(f"    without live pages: {without:.2f} % of a core", file=sys.stderr)
    return Result(f"{_LIVE_PAGES} idle live pages: CPU of the server", live, "%", "<= 1")


def _cpu_share(pid: int) -> float:
    """Returns the share of a core that a process takes, in percent."""
    before = cpu_seconds(pid)
    time.sleep(_IDLE_SECONDS)
    return 100 * (cpu_seconds(pid) - before) / _IDLE_SECONDS
