"""Who may read the console, and who may change anything with it.

    read      the user of this machine who started the server (the kernel names the other end of a
              loopback connection), and any browser with the cookie
    change    a browser with the cookie, by forms that carry the form token, from the console's own pages

The cookie is given for the token of this start, which is in the address that sfn prints and opens. The
address is replaced by one without the token at once, so that it can be copied and shown.

Rule 1: Browsers send cookies to every port of a host, also to a server of another user. So where the
kernel names another user at the other end, the cookie is not enough, unless the server is for others too.
Rule 2: The same server serves pages that are not the console's: those of local APIs and of function URLs.
They have its origin, so neither Origin nor the cookie keeps their scripts out. A script's request needs
the page key, which only the console's pages have: they can be neither framed, nor read by a page that
opened them, nor taken over by a service worker (server/application.py).
Rule 3: What a proxy forwards is not a request of this user, even if this user runs the proxy.
"""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import loopback
from sfn_cli.errors import ApiError
from sfn_cli.host_check import is_allowed_host
from sfn_cli.views.console.addresses import CONSOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN = "token"
"""The field of the query that has the token of this start."""

PAGE_KEY = "key"
"""The field of the query that has the page key in an EventSource's request, which has no headers."""

PAGE_KEY_HEADER = "x-sfn-page"

_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CONSOLE_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    # With no-referrer, browsers send "Origin: null" with the console's own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The headers of every response of the console."""


class ConsoleOptions(NamedTuple):
    """How a server's console is opened.

    `token` is that of this start. `needs_token`: reading needs the cookie, too. `is_read_only`: nothing
    can be changed.
    """

    token: str
    needs_token: bool = False
    is_read_only: bool = False

    def opening_url(self, url: str, host: str) -> str:
        """Returns the address that opens the console of a server at `url`, which listens on `host`."""
        scheme, _, address = url.partition("://")
        if host in ("", "0.0.0.0", "::"):
            address = f"127.0.0.1:{address.rpartition(':')[2]}"
        return f"{scheme}://{address}{CONSOLE}/?{TOKEN}={self.token}"


def new_console_token() -> str:
    return secrets.token_urlsafe(24)


class ConsoleAccess:
    """Checks the requests to one server's console."""

    def __init__(self, options: ConsoleOptions, listening_host: str, scheme: str) -> None:
        self._options = options
        self._listening_host = listening_host
        self._scheme = scheme
        self._cookie_value = self._derived("cookie")
        self._form_token = self._derived("form")
        self.page_key = self._derived("page")

    @property
    def is_read_only(self) -> bool:
        return self._options.is_read_only

    def check_client(
        self, headers: Mapping[str, str], client: tuple[str, int] | None, server: tuple[str, int] | None
    ) -> None:
        """Raises ApiError for a request of another web page, or of another user of this machine.

        `client` and `server` are the addresses of the two ends of its connection.
        """
        if not is_allowed_host(headers, self._listening_host, scheme=self._scheme):
            raise _refused("The console answers requests to its own name, from its own pages, only.")
        site, mode = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-mode", "navigate")
        if site not in ("none", "same-origin") and mode != "navigate":
            raise _refused("The console answers no requests of other web pages.")
        if not self._options.needs_token and _user_of(client, server) not in (None, os.geteuid()):
            raise _refused("The console answers the user who started it, and no other user of this machine.")

    def check_reader(
        self, headers: Mapping[str, str], client: tuple[str, int] | None, server: tuple[str, int] | None
    ) -> None:
        """Raises ApiError for a request that must not be answered."""
        self.check_client(headers, client, server)
        if self.has_cookie(headers, server):
            return
        is_forwarded = any(name in headers for name in _FORWARDED)
        if self._options.needs_token or is_forwarded or _user_of(client, server) != os.geteuid():
            raise _refused("Open the console with the address that sfn printed when it started.")

    def check_script(self, headers: Mapping[str, str], key: str) -> None:
        """Raises ApiError for a script's request that does not come from a page of the console.

        `key` is that of the query.
        """
        is_by_script = headers.get("sec-fetch-mode", "navigate") != "navigate"
        if is_by_script and not _is_same(headers.get(PAGE_KEY_HEADER, key), self.page_key):
            raise _refused("This page is not of the console, or of an earlier start of it. Load it again.")

    def has_cookie(self, headers: Mapping[str, str], server: tuple[str, int] | None) -> bool:
        """Whether the browser has been given this start's cookie."""
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(_cookie_name(server))
        except CookieError:
            return False
        return cookie is not None and _is_same(cookie.value, self._cookie_value)

    def form_token(self, headers: Mapping[str, str], server: tuple[str, int] | None) -> str | None:
        """Returns the token for the forms of a page; None for a reader who may not change anything."""
        return self._form_token if not self.is_read_only and self.has_cookie(headers, server) else None

    def check_change(
        self, headers: Mapping[str, str], server: tuple[str, int] | None, form_token: str
    ) -> None:
        """Raises ApiError for a change that this browser, or this page, may not make."""
        if self.is_read_only:
            raise _refused("This console is read only.")
        if not self.has_cookie(headers, server):
            raise _refused(
                "To change anything, open the console with the address that sfn printed when it started."
            )
        if headers.get("origin") is None and headers.get("sec-fetch-site") != "same-origin":
            raise _refused("Changes are accepted from the console's own pages only.")
        if not _is_same(form_token, self._form_token):
            raise _refused("This page is of an earlier start of the server. Load it again.")

    def cookie_for(self, token: str, server: tuple[str, int] | None) -> str:
        """Returns the Set-Cookie header for a request with the token. Raises ApiError for another token."""
        if not _is_same(token, self._options.token):
            raise _refused("The token in the address is not that of this start of the server.")
        secure = "; Secure" if self._scheme == "https" else ""
        return (
            f"{_cookie_name(server)}={self._cookie_value}; Path={CONSOLE}; HttpOnly; SameSite=Strict{secure}"
        )

    def _derived(self, purpose: str) -> str:
        return hmac.new(self._options.token.encode(), purpose.encode(), sha256).hexdigest()


def _cookie_name(server: tuple[str, int] | None) -> str:
    """Returns the cookie's name; it has the port, because browsers share cookies between ports."""
    return f"sfn-console-{server[1] if server else 0}"


def _user_of(client: tuple[str, int] | None, server: tuple[str, int] | None) -> int | None:
    """Returns the user at the other end of a loopback connection; None if that is not known."""
    return None if client is None or server is None else loopback.loopback_user_of(client, server)


def _is_same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _refused(message: str) -> ApiError:
    return ApiError("AccessDeniedException", message, status=403)
