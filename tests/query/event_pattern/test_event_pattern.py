"""Event patterns, the events that they match, and AWS's errors for malformed patterns."""

from __future__ import annotations

import json

import pytest

from sfn_cli.query.event_pattern import EventPatternError, event_pattern

EVENT = {
    "source": "orders",
    "detail-type": "Order Placed",
    "resources": ["arn:aws:s3:::in", "arn:aws:s3:::out"],
    "detail": {
        "total": 120.0,
        "count": 0,
        "paid": True,
        "coupon": None,
        "name": "Order-17.json",
        "path": "a/b/*/c",
        "ip": "10.0.7.8",
        "ip6": "2001:db8::1",
        "tags": [],
        "matrix": [[1, 2], [3]],
        "customer": {"id": "i-1", "country": "DE"},
        "lines": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2, "gift": True}],
    },
}


def detail(**pattern: object) -> dict[str, object]:
    return {"detail": {name.replace("_", "-"): value for name, value in pattern.items()}}


@pytest.mark.parametrize(
    "pattern, matches",
    [
        # values
        ({"source": ["orders"]}, True),
        ({"source": ["payments", "orders"]}, True),
        ({"source": ["order"]}, False),
        ({"source": ["orders"], "detail-type": ["Order Shipped"]}, False),
        ({"detail-type": ["Order Placed"], "gone": ["x"]}, False),
        (detail(total=[120]), True),
        (detail(total=["120"]), False),
        (detail(count=[0]), True),
        (detail(count=[False]), False),
        (detail(paid=[True]), True),
        (detail(paid=[1]), False),
        (detail(paid=["true"]), False),
        (detail(coupon=[None]), True),
        (detail(gone=[None]), False),
        ({"source": [{"exactly": "orders"}]}, True),
        # text
        (detail(name=[{"prefix": "Order-"}]), True),
        (detail(name=[{"prefix": "order-"}]), False),
        (detail(name=[{"prefix": {"equals-ignore-case": "order-"}}]), True),
        (detail(name=[{"suffix": ".json"}]), True),
        (detail(name=[{"suffix": ".JSON"}]), False),
        (detail(name=[{"suffix": {"equals-ignore-case": ".JSON"}}]), True),
        (detail(name=[{"equals-ignore-case": "ORDER-17.JSON"}]), True),
        (detail(total=[{"prefix": "1"}]), False),
        (detail(name=[{"prefix": ""}]), True),
        (detail(name=[{"wildcard": "Order-*.json"}]), True),
        (detail(name=[{"wildcard": "*"}]), True),
        (detail(name=[{"wildcard": "*17*"}]), True),
        (detail(name=[{"wildcard": "*7*1*"}]), False),
        (detail(name=[{"wildcard": "Order-17.json*json"}]), False),
        (detail(path=[{"wildcard": r"a/b/\*/*"}]), True),
        (detail(name=[{"wildcard": r"Order-\*"}]), False),
        # numbers and addresses
        (detail(total=[{"numeric": [">", 100]}]), True),
        (detail(total=[{"numeric": [">", 120]}]), False),
        (detail(total=[{"numeric": [">=", 120, "<", 200]}]), True),
        (detail(total=[{"numeric": [">", 0, "<=", 5]}]), False),
        (detail(total=[{"numeric": ["=", 1.2e2]}]), True),
        (detail(paid=[{"numeric": [">", 0]}]), False),
        (detail(name=[{"numeric": [">", 0]}]), False),
        (detail(ip=[{"cidr": "10.0.0.0/16"}]), True),
        (detail(ip=[{"cidr": "10.1.0.0/16"}]), False),
        (detail(ip6=[{"cidr": "2001:db8::/32"}]), True),
        (detail(name=[{"cidr": "10.0.0.0/8"}]), False),
        # anything-but
        (detail(name=[{"anything-but": "x"}]), True),
        ({"source": [{"anything-but": ["orders", "payments"]}]}, False),
        (detail(total=[{"anything-but": [120, 130]}]), False),
        (detail(total=[{"anything-but": 121}]), True),
        (detail(gone=[{"anything-but": "x"}]), False),
        (detail(name=[{"anything-but": {"prefix": "Order"}}]), False),
        (detail(name=[{"anything-but": {"prefix": ["Pay", "Ship"]}}]), True),
        (detail(name=[{"anything-but": {"suffix": ".csv"}}]), True),
        (detail(name=[{"anything-but": {"equals-ignore-case": ["order-17.json"]}}]), False),
        (detail(name=[{"anything-but": {"wildcard": "*.json"}}]), False),
        ({"resources": [{"anything-but": "arn:aws:s3:::in"}]}, True),  # one element is enough
        # exists
        (detail(name=[{"exists": True}]), True),
        (detail(coupon=[{"exists": True}]), True),
        (detail(gone=[{"exists": True}]), False),
        (detail(gone=[{"exists": False}]), True),
        (detail(name=[{"exists": False}]), False),
        (detail(customer=[{"exists": True}]), False),  # only leaves exist
        (detail(tags=[{"exists": False}]), True),
        (detail(gone={"deep": [{"exists": False}]}), True),
        (detail(name=[{"exists": False}, "Order-17.json"]), True),
        (detail(gone=["x", {"exists": False}]), True),
        # arrays
        ({"resources": ["arn:aws:s3:::out"]}, True),
        ({"resources": [{"prefix": "arn:aws:sqs"}]}, False),
        (detail(matrix=[3]), True),
        (detail(lines={"sku": ["b"]}), True),
        (detail(lines={"sku": ["a"], "n": [1]}), True),
        (detail(lines={"sku": ["a"], "n": [2]}), False),  # not of the same element
        (detail(lines={"gift": [{"exists": False}]}), False),  # one of the elements has it
        (detail(lines={"sku": ["a"], "colour": [{"exists": False}]}), True),
        (detail(tags=["x"]), False),
        # $or
        ({"$or": [{"source": ["x"]}, {"detail-type": ["Order Placed"]}]}, True),
        ({"$or": [{"source": ["x"]}, {"detail-type": ["x"]}]}, False),
        ({"source": ["x"], "$or": [{"source": ["orders"]}, {"detail-type": ["x"]}]}, False),
        ({"detail": {"paid": [True], "$or": [{"count": [1]}, {"customer": {"country": ["DE"]}}]}}, True),
        ({"detail": {"lines": {"n": [2], "$or": [{"sku": ["a"]}, {"gift": [False]}]}}}, False),
        ({"detail": {"$or": [{"$or": [{"count": [1]}, {"count": [0]}]}, {"paid": [False]}]}}, True),
    ],
)
def test_event_pattern(pattern, matches):
    """A pattern matches an event as Event Ruler does."""
    compiled = event_pattern(json.dumps(pattern))
    assert compiled.matches(EVENT) is matches
    assert event_pattern(pattern) is event_pattern(pattern)


@pytest.mark.parametrize(
    "text, reason, place",
    [
        ("[]", "Filter is not an object", (1, 2)),
        ("{}", "Empty objects are not allowed", (1, 3)),
        ('{"source": ["aws.health"], "detail": {}}', "Empty objects are not allowed", (1, 40)),
        ('{"a": []}', "Empty arrays are not allowed", (1, 9)),
        (
            '{"source":["test.event-pattern"],"detail":{"lenderId":"LenderA"}}',
            '"lenderId" must be an object or an array',
            (1, 56),
        ),
        (
            '{\n  "a": 5\n}',
            '"a" must be an object or an array',
            (2, 9),
        ),
        ('{"a": [["b"]]}', "Match value must be String, number, true, false, or null", (1, 9)),
        ('{"a": [{"prefx": "b"}]}', "Unrecognized match type prefx", (1, 19)),
        ('{"a": [{}]}', "Match expression name not found", (1, 10)),
        ('{"a": [{"prefix": 1}]}', "prefix match pattern must be a string", (1, 20)),
        ('{"a": [{"prefix": {"x": "b"}}]}', "Unsupported prefix pattern: x", (1, 26)),
        ('{"a": [{"prefix": "b", "suffix": "c"}]}', "Only one key allowed in match expression", (1, 35)),
        ('{"a": [{"exists": "yes"}]}', "exists match pattern must be either true or false.", (1, 20)),
        ('{"a": [{"numeric": 5}]}', "Value of numeric must be an array.", (1, 21)),
        ('{"a": [{"numeric": ["!", 5]}]}', "Unrecognized numeric range operator: !", (1, 27)),
        ('{"a": [{"numeric": ["<", "5"]}]}', "Value of < must be numeric", (1, 27)),
        ('{"a": [{"numeric": ["=", "5"]}]}', "Value of equals must be numeric", (1, 27)),
        ('{"a": [{"numeric": ["<", 5, ">", 1]}]}', "Too many elements in numeric expression", (1, 30)),
        ('{"a": [{"numeric": [">", 1, ">", 5]}]}', "Bad numeric range operator: >", (1, 32)),
        (
            '{"a": [{"anything-but": ["b", 1]}]}',
            "Inside anything but list, either all values are number or string, mixed type is not supported",
            (1, 33),
        ),
        ('{"a": [{"anything-but": {"cidr": "b"}}]}', "Unsupported anything-but pattern: cidr", (1, 35)),
        ('{"a": [{"wildcard": "a**b"}]}', "Consecutive wildcard characters at pos 2", (1, 27)),
        ('{"a": [{"wildcard": "a\\\\b"}]}', "Invalid escape character at pos 2", (1, 27)),
        ('{"$or": [{"a": ["b"]}]}', "There must have at least 2 Objects in $or relationship.", (1, 23)),
        (
            '{"$or": [{"prefix": ["b"]}, {"a": ["b"]}]}',
            "prefix is Ruler reserved fieldName which cannot be used inside $or.",
            (1, 22),
        ),
        ('{"a": ["b"', "Unexpected end-of-input", (1, 11)),
        ("{'a': 1}", "Unexpected character (''' (code 39))", (1, 3)),
    ],
)
def test_malformed_event_pattern(text, reason, place):
    """A malformed pattern is reported in AWS's words, with the place where AWS's parser stopped."""
    with pytest.raises(EventPatternError) as caught:
        event_pattern(text)
    line, column = place
    assert str(caught.value) == f'{reason}\n at [Source: (String)"{text}"; line: {line}, column: {column}]'


def test_wildcards_take_linear_time():
    """A pattern of many wildcards is matched without going back."""
    pattern = event_pattern({"a": [{"wildcard": "*".join("a" * 200)}]})
    assert not pattern.matches({"a": "a" * 100_000 + "b"})


@pytest.mark.parametrize("depth", [900, 100_000])
def test_nesting_is_limited(depth):
    """A pattern that is nested too deep is an error, not a crash."""
    with pytest.raises(EventPatternError):
        event_pattern('{"a":' * depth + "1" + "}" * depth)
