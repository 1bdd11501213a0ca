"""Words for visits of states, as users type them."""

from __future__ import annotations

import pytest

from sfn_cli.views.execution.find_visits import find_visits
from sfn_cli.views.execution.fold import fold_execution
from tests.views.outline.histories import History, pass_chain
from tests.views.recorded import source_of


@pytest.mark.parametrize(
    "word, visits, chosen",
    [
        ("ReadOrders", 1, "/ReadOrders"),
        ("Price", 4, "/EachOrder[0]/EachLine[0]/Price"),
        ("Price@1", 4, "/EachOrder[0]/EachLine[0]/Price"),
        ("EachOrder[2]/Price", 2, "/EachOrder[0]/EachLine[0]/Price"),
        ("EachOrder[2]/EachLine/Price[1]", 1, "/EachOrder[0]/EachLine[0]/Price"),
        ("/EachOrder/EachLine[1]/Price", 2, "/EachOrder[0]/EachLine[0]/Price"),
        ("EachOrder[2]", 1, "/EachOrder[0]/EachLine"),
        ("Price[7]", 0, None),
        ("EachLine/EachOrder", 0, None),
        ("Nothing", 0, None),
        ("", 0, None),
    ],
)
def test_words(word: str, visits: int, chosen: str | None) -> None:
    view = fold_execution(source_of("nested-map"))
    found = find_visits(view, word)
    assert len(found.visits) == visits
    assert (found.visits[found.chosen].path if found.chosen is not None else None) == chosen


def test_without_a_number_a_failed_visit_comes_first() -> None:
    found = find_visits(fold_execution(source_of("nested-map")), "Price")
    assert found.chosen is not None
    assert found.visits[found.chosen].status == "FAILED"


def test_without_a_number_the_last_of_equals_is_chosen() -> None:
    view = pass_chain(["A", "A", "A"]).view()
    assert find_visits(view, "A").chosen == 2
    assert find_visits(view, "A@2").chosen == 1
    assert find_visits(view, "A@4") == find_visits(view, "A")._replace(chosen=None)


@pytest.mark.parametrize("name", ["Pay/now", "Pay@2", "Pay[3]", "[5]", "@", "/"])
def test_names_may_look_like_places(name: str) -> None:
    history = History()
    history.add("PassStateEntered", 1, name=name)
    assert find_visits(history.view(), name).chosen == 0
