"""A report has a limited amount of data, and short texts are not truncated."""

from __future__ import annotations

import re

import pytest

from sfn_cli.views.report.payloads import MOST_CHARACTERS, ShownPayloads


@pytest.mark.parametrize(
    "lengths",
    [
        [10, 20, 30],
        [MOST_CHARACTERS],
        [3 * MOST_CHARACTERS, 5, 7],
        [1_000_000, 1_000_000, 1_000_000, 100],
        [3_000] * 2_000,
    ],
)
def test_limit(lengths: list[int]) -> None:
    """Texts are truncated only if the total is too long, the longest ones first."""
    payloads = ShownPayloads("x" * length for length in lengths)
    limit = payloads.limit
    if sum(lengths) <= MOST_CHARACTERS:
        assert limit is None
    else:
        assert limit is not None
        assert (
            MOST_CHARACTERS - len(lengths) * 2
            < sum(min(length, limit) for length in lengths)
            <= MOST_CHARACTERS
        )


def test_cut_text_says_so() -> None:
    """A truncated text ends with the number of missing characters; others are unchanged."""
    payloads = ShownPayloads(["x" * (MOST_CHARACTERS + 1000), '{"a":1}'])
    assert "1,007 more characters" in payloads.text_block("x" * (MOST_CHARACTERS + 1000))
    assert payloads.json_block('{"a":1}') == '<pre tabindex="0">{&quot;a&quot;: 1}</pre>'
    assert payloads.cut == 1


@pytest.mark.parametrize("text", ["[" * 900 + "]" * 900, "not JSON", "[1, 2", "NaN"])
def test_any_text(text: str) -> None:
    """Text that is not JSON, or is nested very deeply, is shown unchanged."""
    shown = ShownPayloads([text]).json_block(text)
    assert re.sub(r"\s", "", shown.removeprefix('<pre tabindex="0">').removesuffix("</pre>")) == text.replace(
        " ", ""
    )
