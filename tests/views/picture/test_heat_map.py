"""A heat map has a square for each item, and one path for each status."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from sfn_cli.views.picture.heat_map import draw_heat_map, heat_map_rules
from sfn_cli.views.statuses import LOOKS, Status


@pytest.mark.parametrize(
    "statuses",
    [
        ["SUCCEEDED"],
        ["SUCCEEDED", "FAILED", "RUNNING", "NOT_VISITED"],
        ["SUCCEEDED"] * 150 + ["WAITING"] * 151,
        ["FAILED", "ABORTED"] * 5000,
    ],
)
def test_squares(statuses: list[Status]) -> None:
    """Each item is drawn once, inside the picture, in the colour of its status."""
    svg = ElementTree.fromstring(draw_heat_map(statuses, "12 of 60").replace("<svg ", '<svg xmlns="x" ', 1))
    paths = {path.get("class"): str(path.get("d")) for path in svg.iter("{x}path")}
    assert len(list(svg.iter("{x}path"))) == len(set(statuses))
    for status in set(statuses):
        assert paths[LOOKS[status].colour].count("M") == statuses.count(status)
        assert f".heat-map .{LOOKS[status].colour}{{" in heat_map_rules()
    width, height = float(str(svg.get("width"))), float(str(svg.get("height")))
    for d in paths.values():
        for x, y, side in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", d):
            assert float(x) + float(side) <= width and float(y) + float(side) <= height
    assert svg.get("aria-label") == svg.findtext("{x}title") == "12 of 60"


def test_failed_squares_are_larger() -> None:
    """Failed items are visible without colours, and are drawn over their neighbours."""
    svg = draw_heat_map(["FAILED", "SUCCEEDED"], "")
    sides = dict(re.findall(r'class="(\w+)" d="M[\d.]+ [\d.]+h([\d.]+)', svg))
    assert float(sides["failed"]) > float(sides["succeeded"])
    assert list(sides) == ["succeeded", "failed"]
