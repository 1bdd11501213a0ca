"""Pages of a console in a real browser, which say when something is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from tests.console.accessibility import accessibility_faults

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

    from tests.console.opened_console import OpenedConsole

WAIT_MILLISECONDS = 20_000


class Browsing:
    """A user's browser, which has opened the address that sfn printed.

    `faults` are the requests to anything but the server, what the page's policy blocked, failed
    requests, and errors of scripts. A test that expects one removes it from the list.
    """

    def __init__(self, browser: Browser, console: OpenedConsole) -> None:
        self._browser = browser
        self._console = console
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        from playwright.sync_api import expect

        expect.set_options(timeout=WAIT_MILLISECONDS)

    def open(
        self,
        address: str = "/console/",
        *,
        scheme: Literal["light", "dark"] = "light",
        with_script: bool = True,
        width: int = 1280,
        height: int = 900,
        with_token: bool = True,
    ) -> Page:
        """Opens a page in a new window, whose cookies are its own.

        `address` is a path with its query. Without the token, the browser is a reader's.
        """
        context = self._browser.new_context(
            color_scheme=scheme, java_script_enabled=with_script, viewport={"width": width, "height": height}
        )
        self._contexts.append(context)
        context.set_default_timeout(WAIT_MILLISECONDS)
        context.on("request", self._check_request)
        context.on("console", self._check_message)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        page = context.new_page()
        url = self._console.link(address) if with_token else f"{self._console.url}{address}"
        page.goto(url, wait_until="load")
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _check_request(self, request: Request) -> None:
        scheme = urlsplit(request.url).scheme
        if scheme not in ("data", "blob") and not request.url.startswith(f"{self._console.url}/console"):
            self.faults.append(f"requested {request.url}")

    def _check_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")


def check_page(page: Page) -> None:
    """Checks what every page must have: a title, one <h1>, no sideways scrolling, accessibility."""
    assert page.title().endswith("– sfn")
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    faults = accessibility_faults(page)
    assert not faults, "\n".join(faults)
