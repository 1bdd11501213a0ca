"""Properties as requests: names, numbers as strings, tags, and members without a match."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.integrations.aws.shapes import OwnShape
from sfn_cli.stacks.resources.fitting import fit_request
from sfn_cli.stacks.resources.properties import property_tags

TEXT = {"type": "string"}
TAG = {"type": "structure", "members": {"key": TEXT, "value": TEXT}}
SHAPE = OwnShape(
    {
        "type": "structure",
        "members": {
            "name": TEXT,
            "count": {"type": "integer"},
            "rate": {"type": "double"},
            "open": {"type": "boolean"},
            "names": {"type": "list", "member": TEXT},
            "tags": {"type": "list", "member": TAG},
            "labels": {"type": "map", "key": TEXT, "value": TEXT},
            "inner": {"type": "structure", "members": {"size": {"type": "long"}}},
        },
    }
)


@pytest.mark.parametrize(
    "properties, request_",
    [
        ({"Name": "a", "Unknown": 1, "Count": None}, {"name": "a"}),
        ({"Name": 5}, {"name": "5"}),
        ({"Name": True}, {"name": "true"}),
        ({"Name": {"a": [1]}}, {"name": '{"a":[1]}'}),
        ({"Count": "30"}, {"count": 30}),
        ({"Count": 30.0}, {"count": 30}),
        ({"Count": "soon"}, {"count": "soon"}),
        ({"Count": 2.5}, {"count": 2.5}),
        ({"Rate": "0.5"}, {"rate": 0.5}),
        ({"Open": "true"}, {"open": True}),
        ({"Open": "False"}, {"open": False}),
        ({"Open": "maybe"}, {"open": "maybe"}),
        ({"Names": "one"}, {"names": ["one"]}),
        ({"Names": ["one", None, 2]}, {"names": ["one", "2"]}),
        ({"Inner": {"Size": "7", "Colour": "red"}}, {"inner": {"size": 7}}),
        ({"Inner": "text"}, {"inner": "text"}),
        ({"Tags": [{"Key": "a", "Value": 1}]}, {"tags": [{"key": "a", "value": "1"}]}),
        ({"Tags": {"a": 1}}, {"tags": [{"key": "a", "value": "1"}]}),
        ({"Labels": {"a": 1}}, {"labels": {"a": "1"}}),
        ({"Labels": [{"Key": "a", "Value": "b"}]}, {"labels": {"a": "b"}}),
    ],
)
def test_fit_request(properties: dict[str, Any], request_: dict[str, Any]) -> None:
    """A value is converted to its member's type if possible; otherwise the operation rejects it."""
    assert fit_request(SHAPE, properties) == request_


@pytest.mark.parametrize(
    "tags, by_key",
    [(None, {}), ([{"Key": "a", "Value": True}, {"Value": "no key"}], {"a": "true"}), ({"a": 1}, {"a": "1"})],
)
def test_property_tags(tags: Any, by_key: dict[str, str]) -> None:
    """Tags are a list or a map."""
    assert property_tags(tags) == by_key
