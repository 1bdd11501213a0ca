"""Pagination tokens."""

from __future__ import annotations

import pytest

from sfn_cli.api.protocol import paging
from sfn_cli.errors import ApiError

NOW = 1_700_000_000_000
DAY = 24 * 60 * 60 * 1000


def test_token_returns_its_key() -> None:
    """A token returns its key, for the same request and for one day."""
    token = paging.page_token("list of a", "7:x", NOW)
    assert paging.last_page_key({"nextToken": token}, "list of a", NOW + DAY, str) == "7:x"


@pytest.mark.parametrize(
    "token, scope, now",
    [
        (paging.page_token("list of a", "7", NOW), "list of b", NOW),
        (paging.page_token("list of a", "7", NOW), "list of a", NOW + DAY + 1),
        (paging.page_token("list of a", "seven", NOW), "list of a", NOW),
        ("nonsense", "list of a", NOW),
        ("\ud800", "list of a", NOW),
        ("", "list of a", NOW),
    ],
)
def test_other_tokens_are_invalid(token: str, scope: str, now: int) -> None:
    """Another request's token, an old one and an invented one get one error (recorded)."""
    with pytest.raises(ApiError) as refused:
        paging.last_page_key({"nextToken": token}, scope, now, int)
    assert (refused.value.code, refused.value.message) == ("InvalidToken", "Invalid Token: 'Invalid token'")
