"""The console opens in a browser that has its address, and loads nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.console.browsing import check_page

if TYPE_CHECKING:
    from typing import Literal

    from tests.console.browsing import Browsing


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opens(browsing: Browsing, scheme: Literal["light", "dark"]) -> None:
    """The first page, whose address has lost the token."""
    page = browsing.open(scheme=scheme)
    assert page.url.endswith("/console/")
    check_page(page)


def test_sees_a_request_elsewhere(browsing: Browsing) -> None:
    """The page's policy blocks a request to another server, and the test sees that."""
    page = browsing.open()
    with page.expect_console_message():
        page.evaluate("new Image().src = 'http://127.0.0.1:9/x.png'")
    assert "violates the following Content Security Policy" in "".join(browsing.faults)
    browsing.faults.clear()
