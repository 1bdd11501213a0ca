"""The graphs of the examples in each textual form, as golden files."""

from __future__ import annotations

import pytest

from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.dot import dot_of
from sfn_cli.views.graph.graph import END, START, EdgeKey, GraphRun, NodeRun
from sfn_cli.views.graph.mermaid import mermaid_of
from sfn_cli.views.graph.text import graph_lines
from sfn_cli.views.text.styled_line import Span, line_width, plain_line
from tests.golden import assert_golden
from tests.views.definitions import chain_definition, example_definitions

EXAMPLES = example_definitions()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_as_mermaid(name: str) -> None:
    assert_golden(__file__, f"{name}.mermaid", mermaid_of(graph_of(EXAMPLES[name])))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_for_graphviz(name: str) -> None:
    assert_golden(__file__, f"{name}.dot", dot_of(graph_of(EXAMPLES[name]), name))


@pytest.mark.parametrize("width", [100, 56])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_as_text(name: str, width: int) -> None:
    lines = graph_lines(graph_of(EXAMPLES[name]), name, width=width)
    assert max(map(line_width, lines)) <= width
    assert_golden(__file__, f"{name}.text.{width}", "\n".join(map(plain_line, lines)))


def test_characters_with_a_meaning_are_escaped() -> None:
    name = 'a:b;c#d{e}f%g"h<i>j\\k -->\n[*] end note\x1b'
    definition = {
        "StartAt": name,
        "States": {name: {"Type": "Choice", "Choices": [{"Condition": f"{{% {name} %}}", "Next": "end"}]}},
    }
    level = graph_of(definition | {"States": definition["States"] | {"end": {"Type": "Succeed"}}})
    escaped = "a#58;b#59;c#35;d#123;e#125;f#37;g#34;h#60;i#62;j#92;k --#62; [*] end note#27;"
    assert mermaid_of(level).splitlines() == [
        "stateDiagram-v2",
        f"    s1: {escaped} · Choice",
        "    s2: end · Succeed",
        "    [*] --> s1",
        f"    s1 --> s2: {escaped}",
    ]
    assert 's1 [label="a:b;c#d{e}f%g\\"h<i>j\\\\k --> [*] end note\\\\u001b\\nChoice"]' in dot_of(level, "x")


RUN = GraphRun(
    {
        "/S0": NodeRun("SUCCEEDED", failures=2, is_retried=True),
        "/S1": NodeRun("WAITING", visits=3),
    },
    frozenset({EdgeKey(START, "/S0", "start"), EdgeKey("/S0", "/S1", "next")}),
)


def test_a_run_marks_states_and_the_ways_that_were_taken() -> None:
    level = graph_of(chain_definition(3))
    assert mermaid_of(level, run=RUN).splitlines()[1:4] == [
        "    S0: ✓ S0 · sqs#58;sendMessage · ↻ 2",
        "    S1: ◔ S1 · sqs#58;sendMessage · × 3",
        "    S2: ○ S2 · sqs#58;sendMessage",
    ]
    dot = dot_of(level, "x", run=RUN)
    assert 'S0 -> S1 [penwidth="2.6"]' in dot
    assert "S1 -> S2\n" in dot
    lines = graph_lines(level, "x", width=80, run=RUN)
    assert [plain_line(line) for line in lines[1:]] == [
        "✓ S0  Task  sqs:sendMessage · ↻ 2  → S1",
        "◔ S1  Task  sqs:sendMessage · × 3  → S2",
        "○ S2  Task  sqs:sendMessage        → End",
    ]
    assert [(line[0], line[-1]) for line in lines[1:3]] == [
        (Span("✓ S0", "succeeded"), Span("→ S1", "bold")),
        (Span("◔ S1", "waiting"), Span("→ S2", "dim")),
    ]


def test_what_happened_inside_a_distributed_map_is_elsewhere() -> None:
    each = {"Type": "Map", "ItemProcessor": chain_definition(1), "End": True}
    level = graph_of({"StartAt": "Each", "States": {"Each": each}})
    taken = frozenset({EdgeKey(START, "/Each", "start"), EdgeKey("/Each", END, "end")})
    run = GraphRun({"/Each": NodeRun("SUCCEEDED", counts="3 of 3")}, taken, frozenset({"/Each"}))
    assert [plain_line(line) for line in graph_lines(level, "x", width=80, run=run)][1:] == [
        "✓ Each  Map   3 of 3  → End",
        "─   S0  Task  sqs:sendMessage",
    ]
