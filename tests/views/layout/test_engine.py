"""The effect of each field and option of the engine, which silently ignores unknown ones."""

from __future__ import annotations

from sfn_cli.views.layout.engine import EngineEdge, lay_out

BOX = (100.0, 40.0)


def test_rows_and_boxes_have_their_gaps() -> None:
    edges = [EngineEdge("A", "B", 8), EngineEdge("A", "C", 4)]
    laid_out = lay_out({"A": BOX, "B": BOX, "C": (60.0, 20.0)}, edges)
    a, b, c = (laid_out.boxes[name] for name in "ABC")
    assert (b.y - (a.y + a.height), c.x - (b.x + b.width)) == (40, 32)
    assert (laid_out.width, laid_out.height) == (192, 120)
    assert (a.width, c.width, c.height) == (100, 60, 20)


def test_the_heavier_edge_is_straight() -> None:
    boxes = {"A": BOX, "B": BOX, "C": BOX}
    for heavy, other in ("BC", "CB"):
        edges = [EngineEdge("A", heavy, 8), EngineEdge("A", other, 1)]
        laid_out = lay_out(boxes, edges)
        assert laid_out.boxes["A"].x == laid_out.boxes[heavy].x != laid_out.boxes[other].x


def test_the_start_is_in_the_first_row_whatever_leads_to_it() -> None:
    edges = [EngineEdge("Other", "Start", 1), EngineEdge("Start", "Next", 1)]
    laid_out = lay_out({"Start": BOX, "Next": BOX, "Other": BOX}, edges, "Start")
    assert laid_out.boxes["Start"].y == 0


def test_a_loop_goes_back_to_what_comes_first_in_reading_order() -> None:
    for order in ("ABC", "BCA"):
        ways = zip(order, order[1:] + order[0], strict=True)
        boxes = lay_out(dict.fromkeys(order, BOX), [EngineEdge(*way, 8) for way in ways]).boxes
        first, second, third = (boxes[name].y for name in order)
        assert first < second < third


def test_labels_have_room_beside_boxes_and_within_the_bounds() -> None:
    for target in "AB":
        edges = [EngineEdge("A", "B", 8), EngineEdge("A", target, 4, 150.0, 30.0)]
        laid_out = lay_out({"A": BOX, "B": BOX}, edges)
        centre = laid_out.routes[1].label
        assert centre is not None
        assert laid_out.routes[0].label is None
        left, right, top, bottom = centre.x - 75, centre.x + 75, centre.y - 15, centre.y + 15
        assert (left >= 0, right <= laid_out.width, top >= 0, bottom <= laid_out.height) == (True,) * 4
        for box in laid_out.boxes.values():
            is_beside = right <= box.x or left >= box.x + box.width
            assert is_beside or bottom <= box.y or top >= box.y + box.height


def test_nothing_has_no_size() -> None:
    assert lay_out({}, []) == ({}, (), 0, 0)
