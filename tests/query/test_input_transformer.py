"""The input of targets: parts of events, and templates with variables."""

from __future__ import annotations

import json

import pytest

from sfn_cli.query.input_transformer import RuleFacts, input_template_problem, target_input

RULE = RuleFacts("arn:aws:events:us-east-1:123456789012:rule/big", "big", "2026-11-27T10:30:00Z")
EVENT = {
    "id": "e-1",
    "source": "orders",
    "detail": {"id": 17, "name": 'O"K', "tags": ["a", "b"], "who": {"n": "x"}, "paid": True, "none": None},
}


def transformed(template: str, **paths: str) -> str:
    paths = {name: f"$.{path}" for name, path in paths.items()}
    return target_input(
        {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}, EVENT, RULE
    )


@pytest.mark.parametrize(
    "template, paths, text",
    [
        ('{"order": <id>}', {"id": "detail.id"}, '{"order":17}'),
        ('{"order": "<id>"}', {"id": "detail.id"}, '{"order":"17"}'),
        ('{"name": <name>}', {"name": "detail.name"}, r'{"name":"O\"K"}'),
        ('{"name": "is <name>"}', {"name": "detail.name"}, r'{"name":"is O\"K"}'),
        ('{"tags": <tags>, "who": <who>}', {"tags": "detail.tags", "who": "detail.who"},
         '{"tags":["a","b"],"who":{"n":"x"}}'),
        ('"Of <who>, <tags>"', {"tags": "detail.tags", "who": "detail.who"}, '"Of {n:x}, [a,b]"'),
        ('[<paid>, <none>, <gone>]', {"paid": "detail.paid", "none": "detail.none", "gone": "detail.gone"},
         '[true,null,""]'),
        ('"first: <first>"', {"first": "detail.tags[0]"}, '"first: a"'),
        ('{"rule": <aws.events.rule-name>, "arn": "<aws.events.rule-arn>"}', {},
         f'{{"rule":"big","arn":"{RULE.arn}"}}'),
        ("<aws.events.event>", {}, '{"id":"e-1","source":"orders"}'),
        ("<aws.events.event.json>", {}, json.dumps(EVENT, separators=(",", ":"))),
        ('{"at": <aws.events.event.ingestion-time>}', {}, '{"at":"2026-11-27T10:30:00Z"}'),
        ('"line <id>"\n"line 2"', {"id": "detail.id"}, '"line 17"\n"line 2"'),
        ("<id>", {"id": "detail.id"}, "17"),
    ],
)  # fmt: skip
def test_templates(template, paths, text):
    """Variables are JSON outside quotes, and text within."""
    assert transformed(template, **paths) == text


@pytest.mark.parametrize(
    "target, text",
    [
        ({}, json.dumps(EVENT, separators=(",", ":"))),
        ({"Input": '{"fixed": 1}'}, '{"fixed": 1}'),
        ({"InputPath": "$.detail.who"}, '{"n":"x"}'),
        ({"InputPath": "$.detail.gone"}, "null"),
        ({"InputPath": "$"}, json.dumps(EVENT, separators=(",", ":"))),
    ],
)
def test_other_inputs(target, text):
    """A fixed text, or a part of the event."""
    assert target_input(target, EVENT, RULE) == text


@pytest.mark.parametrize(
    "template, paths, problem",
    [
        ('{"a": <b>}', {"b": "$.b"}, None),
        ('"one <b>"\n"two"', {"b": "$.b"}, None),
        ('{"a": <aws.events.rule-arn>}', {}, None),
        ('{"a": <c>}', {"b": "$.b"}, "InputTemplate: the placeholder <c> is not defined."),
        ('{"a": <b>', {"b": "$.b"}, "InputTemplate is not valid JSON"),
        ("plain <b>", {"b": "$.b"}, "InputTemplate is not valid JSON"),
        ("<b>", {"b": "b"}, "InputPathsMap: b is not a valid JSONPath."),
        ("<aws.b>", {"aws.b": "$.b"}, "The variable name aws.b is reserved."),
    ],
)
def test_problems_of_templates(template, paths, problem):
    """PutTargets refuses a template that cannot become JSON or lines of text."""
    found = input_template_problem({"InputTemplate": template, "InputPathsMap": paths})
    assert found == problem or (problem is not None and found.startswith(problem))
