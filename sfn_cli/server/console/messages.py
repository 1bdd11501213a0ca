"""The requests that pages and actions of the console get, and what they return instead of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.addresses import JSON_ENDING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ConsoleRequest(NamedTuple):
    """A request to the console, decoded.

    `names` are the variable segments of its path, by the names in `routes.py`. `query` and `form` have
    the last value of each field. `form_token` is for the forms of a page; None for a reader who may not
    change anything, to whom no form is shown.
    """

    names: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    form_token: str | None
    address: str
    """The path and the query, without what only the framework uses."""
    is_followed: bool = False
    """Whether this is a look for changes of a page that is open: only the parts are needed."""

    @property
    def is_data(self) -> bool:
        """Whether the page's data (.json) is requested, not the page."""
        return self.address.partition("?")[0].endswith(JSON_ENDING)

    def number(self, name: str, default: int, least: int = 0) -> int:
        """Returns a number of the query, or the default for anything else."""
        text = self.query.get(name, "")
        return max(least, int(text)) if text.isascii() and text.isdecimal() and len(text) < 16 else default


class ConsoleFile(NamedTuple):
    """A response that is not a page, such as a picture. A `name` makes the browser save it."""

    content_type: str
    body: bytes
    name: str | None = None


class ConsoleRedirect(NamedTuple):
    """Sends the browser to another page. `note` is shown there once."""

    address: str
    note: str = ""
