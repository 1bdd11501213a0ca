"""Velocity templates: references, directives, Java's methods, and API Gateway's rules."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.server.apis.mapping.velocity import VelocityError, render_velocity

VALUES: dict[str, Any] = {
    "order": {"id": 7, "items": [{"name": "bread"}, {"name": "milk"}], "paid": True, "note": None, "size": 9},
    "name": "O'Neil",
    "list": "a,b,,",
    "no": False,
}


@pytest.mark.parametrize(
    "template, text",
    [
        ("$order.id ${order.id} $!order.id", "7 7 7"),
        ("$order.paid|$order.note|$missing|$missing.deep", "true|||"),
        ("$order.items", "[{name=bread}, {name=milk}]"),
        ("$order.items[1].name $order.items.get(0).name $order.items[9]", "milk bread "),
        ("$order.size $order.items.size()", "9 2"),  # a member, and a method
        ("$name.length() $name.substring(2) $name.indexOf('e') $name.toUpperCase()", "6 Neil 3 O'NEIL"),
        ("""$name.replaceAll("'", "") $name.replaceAll("(N)(e)", "$2$1")""", "ONeil O'eNil"),
        (r"""$name.replaceAll("\\'","x")""", "O'Neil"),  # a regular expression: backslash, quote
        ("$list.split(',').size() $list.contains('b') $name.matches('O.*')", "2 true true"),
        (
            "#foreach($i in $order.items)$foreach.index:$i.name#if($foreach.hasNext), #end#end",
            "0:bread, 1:milk",
        ),
        ("#foreach($e in $order.items.get(0).entrySet())$e.key=$e.value#end", "name=bread"),
        ("#foreach($v in $order.items.get(0))$v#end", "bread"),
        ("#foreach($v in $order.items.get(0).keySet())$v#end", "name"),
        ("#foreach($n in [1..1500])x#end", "x" * 1000),
        ("#set($a = $order.id + 1)#set($b = 'n' + $a)$a $b", "8 n8"),
        ('#set($m = {"k": [1, 2]})$m.k[0] $m.containsKey("z")', "1 false"),
        ("#set($order.total = 3)$order.total", "3"),
        ("#if($no)a#elseif($order.id == 7 && !$missing)b#{else}c#end", "b"),
        ("#if($missing > 3)a#{else}b#end", "b"),
        ("#macro(hi $who)Hi $who.#end#hi('you')", "Hi you."),
        ("costs $5, \\$name and #tag", "costs $5, $name and #tag"),
        ("## a comment\nline #* and another *#end", "line end"),
        ("$name.__class__ $order.__init__ $name.upper", "  "),
    ],
)
def test_rendered(template: str, text: str) -> None:
    """What a template makes of these values."""
    assert render_velocity(template, VALUES) == text


@pytest.mark.parametrize(
    "template, message",
    [
        ("ok\n$name.nope()", r"there is no method nope\(\) at line 2"),
        ("$name.substring('x')", "at line 1"),
        ("#if($order.id", r"expected"),
        ("#foreach($x in $order.items)", "expected"),
        ("#include('/etc/passwd')", "at line 1"),
        ("$name.matches('(a+')", "at line 1"),
    ],
)
def test_failed(template: str, message: str) -> None:
    """A template that fails: where, and why."""
    with pytest.raises(VelocityError, match=message):
        render_velocity(template, VALUES)


def test_deep_nesting() -> None:
    """A template that is nested too deeply is refused."""
    with pytest.raises(VelocityError):
        render_velocity("#if($no)" * 20_000 + "#end" * 20_000, VALUES)
