"""CloudWatch's filter patterns, and the messages that they match."""

from __future__ import annotations

import json

import pytest

from sfn_cli.query.filter_pattern import InvalidPattern, compile_pattern

ERROR, WARN = "[ERROR 400] BAD REQUEST", "[WARN] low disk"
EVENT = json.dumps(
    {
        "type": "TaskFailed",
        "status": 503,
        "took": 1.5,
        "ok": False,
        "fine": True,
        "none": None,
        "user": {"id": "i-17", "tags": ["a", "b"]},
        "steps": [{"n": 1}, {"n": 2}],
        "odd-name.x": "y",
    }
)
LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
COLUMNS = "[ip, id, user, timestamp, request"


@pytest.mark.parametrize(
    "pattern, message, matches",
    [
        # terms
        ("ERROR", ERROR, True),
        ("error", ERROR, False),
        ("ERROR REQUEST", ERROR, True),
        ("ERROR disk", ERROR, False),
        ('"BAD REQUEST"', ERROR, True),
        ('"REQUEST BAD"', ERROR, False),
        ('"[ERROR 400]"', ERROR, True),
        (r'"say \"hi\""', 'say "hi"', True),
        ("?ERROR ?WARN", WARN, True),
        ("?ERROR ?FATAL", WARN, False),
        ("ERROR -BAD", ERROR, False),
        ("-BAD", WARN, True),
        ('ERROR -"low disk"', ERROR, True),
        ("disk ?ERROR", WARN, True),  # ?TERM is ignored if there are other terms
        # regular expressions
        ("%ERR[A-Z]+ 4\\d\\d%", ERROR, True),
        ("%^WARN%", WARN, False),
        # JSON
        ('{ $.type = "TaskFailed" }', EVENT, True),
        ("{ $.type = TaskFailed }", EVENT, True),
        ('{ $.type = "Task*" }', EVENT, True),
        ('{ $.type = "task*" }', EVENT, False),
        ("{ $.type != Task* }", EVENT, False),
        ("{ $.type = %^Task(Failed|X)$% }", EVENT, None),
        ("{ $.type = %^Task[EF]% }", EVENT, True),
        ("{ $.status = 503 }", EVENT, True),
        ("{ $.status = 5.03e2 }", EVENT, True),
        ("{ $.status = 5* }", EVENT, True),
        ("{ $.status >= 500 && $.status < 600 }", EVENT, True),
        ("{ $.took > 1.5 }", EVENT, False),
        ("{ $.type > 1 }", EVENT, False),
        ("{ $.gone = 1 }", EVENT, False),
        ("{ $.gone != 1 }", EVENT, False),
        ("{ $.gone NOT EXISTS }", EVENT, True),
        ("{ $.none EXISTS }", EVENT, True),
        ("{ $.none IS NULL }", EVENT, True),
        ("{ $.gone IS NULL }", EVENT, False),
        ("{ $.fine IS TRUE && $.ok IS FALSE }", EVENT, True),
        ("{ $.ok = false }", EVENT, True),
        ("{ $.user.id = i-17 }", EVENT, True),
        ("{ $.user.tags[1] = b }", EVENT, True),
        ("{ $.user.tags[*] = b }", EVENT, True),
        ("{ $.user.tags = b }", EVENT, False),
        ("{ $.steps[*].n = 2 }", EVENT, True),
        ("{ $.steps[0].n = 2 }", EVENT, False),
        ("{ $['odd-name.x'] = y }", EVENT, True),
        ("{ $.a = 1 || $.status = 503 && $.ok IS TRUE }", EVENT, False),
        ("{ ($.a = 1 || $.status = 503) && $.ok IS FALSE }", EVENT, True),
        ("{ $.[0] = 1 }", EVENT, None),
        ("{ $.status = 503 }", "status 503", False),
        # columns
        (f"{COLUMNS}, status, bytes]", LINE, True),
        (f"{COLUMNS}, status]", LINE, False),
        (f"{COLUMNS} = *.html*, status = 4*, bytes > 1000]", LINE, True),
        (f"{COLUMNS}, status = 404 || status = 410, bytes]", LINE, True),
        (f"{COLUMNS}, status != 404 && status != 410, bytes]", LINE, False),
        (f"{COLUMNS}, (status = 404 || status = 410) && bytes > 2000, bytes]", LINE, False),
        ("[..., status = %4\\d\\d%, bytes]", LINE, True),
        ('[ip, ..., request = "GET *", status, bytes]', LINE, True),
        ("[ip = 127.0.0.2, ...]", LINE, False),
        ("[..., request = POST*, status, bytes]", LINE, False),
        ("[,, user = frank, ...]", LINE, True),
    ],
)
def test_patterns(pattern: str, message: str, matches: bool | None) -> None:
    """A pattern matches a message (True), does not (False), or is invalid (None)."""
    if matches is None:
        with pytest.raises(InvalidPattern):
            compile_pattern(pattern)
    else:
        assert compile_pattern(pattern)(message) is matches


@pytest.mark.parametrize(
    "pattern, message",
    [
        ("a.b", 'Invalid character(s) in term "a.b": put it in double quotes.'),
        ("{ $.a }", "=, !=, >, >=, <, <=, IS or EXISTS expected at column 7 of { $.a }"),
        ("{ $.a = }", "A value expected at column 9 of { $.a = }"),
        ("{ a = 1 }", "A selector ($.field) expected at column 3 of { a = 1 }"),
        ("{ $.a = 1", "} expected at column 10 of { $.a = 1"),
        ("{ $.a > b }", "> needs a number, not b"),
        ("[a, b", "] or , expected at column 6 of [a, b"),
        ("[..., a, ...]", "... may be used only once: [..., a, ...]"),
        ("%a(b)%", "Invalid regular expression %a(b)%"),
        ("%a[b%", "Invalid regular expression %a[b%: unterminated character set at position 3"),
    ],
)
def test_errors(pattern: str, message: str) -> None:
    """Errors name the problem and its place."""
    with pytest.raises(InvalidPattern) as refused:
        compile_pattern(pattern)
    assert str(refused.value) == message
