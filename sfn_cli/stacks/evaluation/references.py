"""The order in which resources are created: each after the resources that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.intrinsics import get_att_parts, sub_references

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sfn_cli.stacks.stack import Path_, Stack


def resource_references(
    stack: Stack, logical_id: str, condition: Callable[[str, Path_], bool]
) -> dict[str, None]:
    """Returns the names that a resource refers to, in order: resources, parameters and others.

    The branch of Fn::If that is not taken does not count.
    """
    resource = stack.resources[logical_id]
    path: Path_ = ("Resources", logical_id)
    found: dict[str, None] = {}
    depends_on = resource.get("DependsOn")
    for name in depends_on if isinstance(depends_on, list) else [depends_on]:
        if isinstance(name, str):
            found[name] = None
    for name, _ in value_references(resource.get("Properties"), (*path, "Properties"), condition):
        found[name] = None
    return found


def value_references(
    value: Any, path: Path_ = (), condition: Callable[[str, Path_], bool] | None = None
) -> Iterator[tuple[str, bool]]:
    """Yields the names that a value refers to, each with whether it is for an attribute of a resource.

    With `condition`, the branch of Fn::If that is not taken does not count.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from value_references(item, (*path, index), condition)
        return
    if not isinstance(value, dict):
        return
    if len(value) == 1:
        ((key, argument),) = value.items()
        if key == "Ref" and isinstance(argument, str):
            yield argument, False
            return
        if key == "Fn::GetAtt" and (parts := get_att_parts(argument)) is not None:
            if isinstance(parts[0], str):
                yield parts[0], True
            return
        if key == "Fn::Sub":
            text, own = argument, {}
            if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
                text, own = argument
                yield from value_references(own, (*path, key, 1), condition)
            if isinstance(text, str):
                for name in sub_references(text):
                    if name not in own:
                        first, dot, _ = name.partition(".")
                        yield first, bool(dot)
            return
        if key == "Fn::If" and condition is not None and isinstance(argument, list) and len(argument) == 3:
            name = argument[0]
            if isinstance(name, str):
                branch = 1 if condition(name, (*path, key, 0)) else 2
                yield from value_references(argument[branch], (*path, key, branch), condition)
                return
    for key, item in value.items():
        yield from value_references(item, (*path, key), condition)


def reference_order(stack: Stack, references: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Returns the resources in template order, but each after the resources that it refers to.

    Raises TemplateError for a cycle.
    """
    order: dict[str, None] = {}
    for first in references:
        open_: dict[str, Iterator[str]] = {}
        name: str | None = first
        while name is not None:
            if name in order:
                pass
            elif name in open_:
                cycle = [*list(open_)[list(open_).index(name) :], name]
                raise stack.error(
                    ("Resources", cycle[0]),
                    f"Circular dependency between resources: {' -> '.join(cycle)}",
                )
            else:
                open_[name] = iter([other for other in references[name] if other in references])
            name = _next_open_reference(open_, order)
    return tuple(order)


def _next_open_reference(open_: dict[str, Iterator[str]], order: dict[str, None]) -> str | None:
    """Returns the next resource to visit, and moves resources without open references to `order`."""
    while open_:
        last = next(reversed(open_))
        following = next(open_[last], None)
        if following is not None:
            return following
        del open_[last]
        order[last] = None
    return None
