"""Secrets are masked everywhere in data; everything else is unchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.interpreter.task_token import task_token
from sfn_cli.views.report.secrets import MASK, mask_json_text, mask_text

TOKEN = task_token("a seed", "a task")
AWS_TOKEN = "AAAAKgAAAAIAAAAA" + "Ab9+/" * 80 + "=="


@pytest.mark.parametrize(
    "value, masked",
    [
        ({"taskToken": "abc"}, {"taskToken": MASK}),
        ({"task_token": "abc", "TaskToken": "d"}, {"task_token": MASK, "TaskToken": MASK}),
        ({"any": TOKEN}, {"any": MASK}),
        ({"any": f"https://host/answer?t={TOKEN}&x=1"}, {"any": f"https://host/answer?t={MASK}&x=1"}),
        ({"any": f"{TOKEN}.place-2"}, {"any": MASK}),
        ([AWS_TOKEN], [MASK]),
        (TOKEN, MASK),
        ({TOKEN: 1}, {MASK: 1}),
        ({"MessageBody": '{"token": "x", "n": 1}'}, {"MessageBody": f'{{"token":"{MASK}","n":1}}'}),
        ({"Headers": {"Authorization": "Bearer x.y.z"}}, {"Headers": {"Authorization": MASK}}),
        ({"note": f"Bearer {'x' * 20}"}, {"note": f"Bearer {MASK}"}),
        ({"password": "p", "PIN": "1"}, {"password": MASK, "PIN": "1"}),
        ({"Secret Access Key": "k", "x-api-key": "t"}, {"Secret Access Key": MASK, "x-api-key": MASK}),
        # Not secrets: references to them, empty ones, similar names, digests.
        ({"token.$": "$$.Task.Token", "token": "{% $states.context.Task.Token %}"}, None),
        ({"token": "", "password": None, "secret": True}, None),
        ({"token": {"id": 1}, "tokens": ["a"], "NextToken": "b"}, None),
        ({"sha256": "0123456789abcdef" * 4}, None),
        ({"text": "a { b", "n": 1.5, "deep": [[{"x": None}]]}, None),
    ],
)  # fmt: skip
def test_masked(value: Any, masked: Any) -> None:
    """A masked payload is otherwise the same JSON."""
    assert json.loads(mask_json_text(json.dumps(value))) == (value if masked is None else masked)


@pytest.mark.parametrize("text", [f"not JSON {TOKEN}", '{"cut": "' + TOKEN, TOKEN, f"[{TOKEN}"])
def test_text_that_is_not_json(text: str) -> None:
    """Tokens are masked in any text, also in truncated JSON."""
    assert TOKEN not in mask_json_text(text)
    assert TOKEN not in mask_text(text)


@pytest.mark.parametrize(
    "text, masked",
    [
        ('run --input \'{"password": "a\\"b", "n": 1}\'', 'run --input \'{"password": "(masked)", "n": 1}\''),
        ("event {'token': 'abc', 'n': 'token'}", f"event {{'token': '{MASK}', 'n': 'token'}}"),
        (r'{"body": "{\"apiKey\":\"k\",\"n\":\"1\"}"', r'{"body": "{\"apiKey\":\"(masked)\",\"n\":\"1\"}"'),
        ("GET /x?access_token=abc&n=1", f"GET /x?access_token={MASK}&n=1"),
        ("a token = 5, password: none given", None),
        ('"token": "$$.Task.Token"', None),
        ('"a":"' + "\\" * 1_000_001, None),  # takes linear time, however long it is
    ],
)  # fmt: skip
def test_named_values_in_text(text: str, masked: str | None) -> None:
    """Values with secret-like names are masked in log lines and commands."""
    assert mask_text(text) == (text if masked is None else masked)


def test_what_has_no_secret_is_the_same_text() -> None:
    """Spaces and the form of numbers are unchanged."""
    text = '{ "n": 1.50, "s": "\\u00e9" }'
    assert mask_json_text(text) is text
