"""The offsets of the parts of a JSON text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from sfn_cli.json_locations import json_line_and_column, json_places
from sfn_cli.json_pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

names = st.text(alphabet='ab"\\/~é[]{}:,\n ', max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
)


def _parts(value: Any, location: str = "") -> Iterator[tuple[str, Any]]:
    yield location or "/", value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _parts(inner, f"{location}/{pointer(name)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _parts(inner, f"{location}[{index}]")


@given(values, st.sampled_from([None, 2]))
def test_every_part_is_found(value: Any, indent: int | None) -> None:
    """The offset of a part is where its text begins; the offset of a key is where its name begins."""
    text = json.dumps(value, indent=indent)
    parts = list(_parts(value))
    found = json_places(text, [location for location, _ in parts])
    at: dict[str, list[Any]] = {}
    for location, part in parts:
        at.setdefault(location, []).append(part)
    read = json.JSONDecoder()
    for location, given_parts in at.items():
        place = found[location]
        # A name may look like an index: then several parts share a location.
        assert read.raw_decode(text, place.value)[0] in given_parts
        if place.key is not None:
            assert read.raw_decode(text, place.key)[0] in [
                name for _, part in parts if isinstance(part, dict) for name in part
            ]


def test_lines_and_columns() -> None:
    """Lines and columns are counted from one."""
    text = '{\n  "a": [1,\n 2]}'
    found = json_places(text, ["/", "/a", "/a[1]", "/b"])
    assert {location: json_line_and_column(text, place.value) for location, place in found.items()} == {
        "/": (1, 1),
        "/a": (2, 8),
        "/a[1]": (3, 2),
    }
    assert [place.key for place in found.values()] == [None, 4, None]
