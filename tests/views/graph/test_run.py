"""The path of an execution through the graph: statuses, counts, edges, one or all iterations."""

from __future__ import annotations

import pytest

from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.graph import END, START, EdgeKey, GraphRun
from sfn_cli.views.graph.run import graph_run
from tests.views.recorded import NAMES, recorded, source_of


def run_of(name: str, *, at: int | None = None, iteration: dict[str, int] | None = None) -> GraphRun:
    view = fold_execution(source_of(name), at=at)
    return graph_run(view, graph_of(recorded(name)["definition"]), iteration=iteration)


@pytest.mark.parametrize(
    "name, statuses",
    [
        (
            "order-declined",
            {"/Charge": "CAUGHT", "/Prepare[0]/Reserve": "SUCCEEDED", "/NotOrdered": "FAILED"},
        ),
        ("payment-waiting", {"/Approve": "WAITING", "/IsLarge": "SUCCEEDED"}),
        ("aborted", {"/Both": "ABORTED", "/Both[0]/Pack": "ABORTED", "/Both[2]/Invoice": "SUCCEEDED"}),
        ("map-running", {"/EachPage": "RUNNING", "/EachPage[0]/Fetch": "RUNNING"}),
        ("nested-map", {"/EachOrder": "FAILED", "/EachOrder[0]/EachLine[0]/Price": "FAILED"}),
    ],
)
def test_statuses(name: str, statuses: dict[str, str]) -> None:
    """A state has the worst status of its visits; a waiting state is not shown as running."""
    run = run_of(name)
    assert {path: run.nodes[path].status for path in statuses} == statuses


@pytest.mark.parametrize(
    "name, taken",
    [
        (
            "order-declined",
            [
                (START, "/Prepare", "start"),
                ("/Prepare", "/Charge", "next"),
                ("/Charge", "/Release", "catch"),
                ("/Release", "/TellNotOrdered", "next"),
                ("/TellNotOrdered", "/NotOrdered", "next"),
            ],
        ),
        (
            "payment-waiting",
            [
                (START, "/Reserve", "start"),
                ("/Reserve", "/Authorise", "next"),
                ("/Authorise", "/IsLarge", "next"),
                ("/IsLarge", "/Approve", "choice"),
            ],
        ),
        ("parallel", [(START, "/Look", "start"), ("/Look", END, "end")]),
    ],
)
def test_taken_edges(name: str, taken: list[tuple[str, str, str]]) -> None:
    """The edges that were taken, by their kinds: a failed execution does not reach the end."""
    assert run_of(name).taken == {EdgeKey(*edge) for edge in taken}  # type: ignore[arg-type]


def test_one_iteration() -> None:
    """One iteration of a Map can be chosen: then only its states, counts and edges are shown."""
    every = run_of("nested-map")
    chosen = [run_of("nested-map", iteration={"/EachOrder": index}) for index in range(3)]
    inside = "/EachOrder[0]/HasLines"
    assert every.nodes[inside].visits == sum(
        one.nodes[inside].visits for one in chosen if inside in one.nodes
    )
    choices = {edge.target for edge in every.taken if edge.kind == "choice"}
    assert all(sum(edge.kind == "choice" for edge in one.taken) == 1 for one in chosen)
    assert {edge.target for one in chosen for edge in one.taken if edge.kind == "choice"} == choices
    assert every.nodes["/EachOrder"] == chosen[0].nodes["/EachOrder"]  # the Map's own status is the same


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix(name: str) -> None:
    """After any event, the picture shows only edges and states that the definition has."""
    definition = graph_of(recorded(name)["definition"])
    source = source_of(name)
    ids = [event.id for event in source.history]
    for at in ids[:: max(1, len(ids) // 40)]:
        run = graph_run(fold_execution(source, at=at), definition)
        assert {edge.target for edge in run.taken} - {END} <= run.nodes.keys()
