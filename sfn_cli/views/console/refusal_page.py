"""The page for a request that cannot be fulfilled."""

from __future__ import annotations

from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.text.markup import element


def refusal_page(status: int, code: str, message: str, section: str = "machines") -> ConsolePage:
    """Returns a page with the error, as AWS or sfn words it."""
    body = element(
        "section",
        {"class": "refused", "role": "alert"},
        element("h1", {}, "This did not work" if status < 500 else "sfn has failed"),
        element("p", {}, message),
        element("p", {"class": "note"}, code),
    )
    return ConsolePage(
        "Error", body, {"error": {"code": code, "message": message}}, section=section, status=status
    )
