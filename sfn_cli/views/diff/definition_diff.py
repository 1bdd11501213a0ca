"""Compares two definitions, state by state.

Rule 1: states are compared by their path. A state inside a Map or Parallel belongs to its level: its
difference is not a difference of the state around it.
Rule 2: a state that is missing in the second definition was renamed if exactly one new state has its
body. Bodies are compared without their transitions' targets, which may be renamed too.
Rule 3: a transition to a renamed state is not a difference, and neither is Iterator, the older name of
ItemProcessor.

A definition may be invalid: a value that is not an object where one is expected is compared as a value.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.diff.value_changes import hashable_json, value_changes

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.diff.value_changes import ValueChange

_INNER = ("Branches", "ItemProcessor", "Iterator")
_TARGETS = ("Next", "Default")


class DefinedEdge(NamedTuple):
    """A transition between two states of one level, by their names; `kind` is as in the graph."""

    level: str
    source: str
    target: str
    kind: str


class DefinedStateDiff(NamedTuple):
    """A state of one or both definitions, by its path in the second definition if it exists there.

    `mark` is "+", "−" or "~"; "" if nothing differs. `former_name` is set if the state was renamed. The
    paths of `changes` begin at the state.
    """

    path: str
    name: str
    type: str
    mark: str
    changes: "Sequence[ValueChange]" = ()
    former_name: str | None = None


class DefinitionDiff(NamedTuple):
    """The differences of two definitions. `changes` are those of the machine, and of levels inside states."""

    changes: "Sequence[ValueChange]"
    states: "Sequence[DefinedStateDiff]"
    added_edges: "Sequence[DefinedEdge]"
    removed_edges: "Sequence[DefinedEdge]"

    @property
    def is_equal(self) -> bool:
        return not self.changes and all(state.mark == "" for state in self.states)


def diff_definitions(before: "Json", after: "Json") -> DefinitionDiff:
    """Returns the differences between two definitions, given as JSON values."""
    changes: list[ValueChange] = []
    states: list[DefinedStateDiff] = []
    edges: list[tuple[set[DefinedEdge], set[DefinedEdge]]] = []
    _compare_levels(before, after, "", changes, states, edges)
    added = sorted(edge for old, new in edges for edge in new - old)
    removed = sorted(edge for old, new in edges for edge in old - new)
    return DefinitionDiff(changes, states, added, removed)


def _compare_levels(
    before: "Json",
    after: "Json",
    path: str,
    changes: "list[ValueChange]",
    states: list[DefinedStateDiff],
    edges: "list[tuple[set[DefinedEdge], set[DefinedEdge]]]",
) -> None:
    """Adds the differences between two machines, or between two levels of a Map or Parallel."""
    old, new = _states_of_level(before), _states_of_level(after)
    renamed = _renamed_states(old, new)  # by the new name
    names = {former: name for name, former in renamed.items()}
    for change in value_changes(
        _with_targets(_without(before, ("States",)), names, ("StartAt",)), _without(after, ("States",))
    ):
        changes.append(change)
    for name, former in _paired_names(list(old), list(new), renamed):
        body, other = old.get(former), new.get(name)
        inner = f"{path}/{name}"
        if other is None or body is None:
            states += _lone_states(inner, name, other if body is None else body, "+" if body is None else "−")
            continue
        of_state = value_changes(
            _with_targets(_without(body, _INNER), names, _TARGETS), _without(other, _INNER)
        )
        at = len(states)
        states.append(
            DefinedStateDiff(
                inner,
                name,
                _type_of(other),
                "~" if of_state or former != name else "",
                of_state,
                former if former != name else None,
            )
        )
        for levels in _paired_levels(body, other):
            _compare_inner_level(*levels, inner, at, states, edges)
    edges.append((_edges_of_level(old, path, names), _edges_of_level(new, path, {})))


def _compare_inner_level(
    index: int,
    before: "Json",
    after: "Json",
    path: str,
    at: int,
    states: list[DefinedStateDiff],
    edges: "list[tuple[set[DefinedEdge], set[DefinedEdge]]]",
) -> None:
    """Compares a branch or processor; differences of its own fields count for its state."""
    of_level: list[ValueChange] = []
    inner: list[DefinedStateDiff] = []
    _compare_levels(before, after, f"{path}[{index}]", of_level, inner, edges)
    if of_level:
        own = states[at]
        field = f"Branches[{index}]" if own.type == "Parallel" else "ItemProcessor"
        inside = [
            change._replace(path=f"{field}.{change.path}" if change.path else field) for change in of_level
        ]
        states[at] = own._replace(mark="~", changes=[*own.changes, *inside])
    states += inner


def _lone_states(path: str, name: str, body: "Json", mark: str) -> "Iterator[DefinedStateDiff]":
    """Yields a state that only one definition has, and the states inside it."""
    yield DefinedStateDiff(path, name, _type_of(body), mark)
    for index, level in enumerate(_levels_of_state(body)):
        for inner, inner_body in _states_of_level(level).items():
            yield from _lone_states(f"{path}[{index}]/{inner}", inner, inner_body, mark)


# Parts of a definition


def _states_of_level(level: "Json") -> "Mapping[str, Json]":
    states = level.get("States") if isinstance(level, dict) else None
    return states if isinstance(states, dict) else {}


def _levels_of_state(state: "Json") -> "list[Json]":
    if not isinstance(state, dict):
        return []
    branches = state.get("Branches")
    if isinstance(branches, list):
        return branches
    processor = state.get("ItemProcessor", state.get("Iterator"))
    return [] if processor is None else [processor]


def _paired_levels(before: "Json", after: "Json") -> "Iterator[tuple[int, Json, Json]]":
    old, new = _levels_of_state(before), _levels_of_state(after)
    for index in range(max(len(old), len(new))):
        yield index, old[index] if index < len(old) else {}, new[index] if index < len(new) else {}


def _type_of(state: "Json") -> str:
    type = state.get("Type") if isinstance(state, dict) else None
    return type if isinstance(type, str) else ""


def _without(value: "Json", names: "Sequence[str]") -> "Json":
    if not isinstance(value, dict):
        return value
    return {name: member for name, member in value.items() if name not in names}


def _with_targets(value: "Json", names: "Mapping[str, str]", fields: "Sequence[str]") -> "Json":
    """Returns a state, or a part of one, with transitions to the new names of renamed states."""
    if not names:
        return value
    if isinstance(value, list):
        return [_with_targets(item, names, fields) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, member in value.items():
        if name in fields and isinstance(member, str):
            changed[name] = names.get(member, member)
        elif name in ("Choices", "Catch"):
            changed[name] = _with_targets(member, names, fields)
        else:
            changed[name] = member
    return changed


# Renamed states


def _renamed_states(old: "Mapping[str, Json]", new: "Mapping[str, Json]") -> dict[str, str]:
    """Returns the previous names of renamed states, by their new names."""
    missing = [name for name in old if name not in new]
    added = [name for name in new if name not in old]
    former_names = _names_by_body(missing, old)
    renamed: dict[str, str] = {}
    for body, names in _names_by_body(added, new).items():
        if len(names) == len(former_names.get(body, ())) == 1:
            renamed[names[0]] = former_names[body][0]
    return renamed


def _names_by_body(names: "Sequence[str]", states: "Mapping[str, Json]") -> "dict[Hashable, list[str]]":
    """Returns the names of the states with each body."""
    found: dict[Hashable, list[str]] = {}
    for name in names:
        found.setdefault(hashable_json(_body_without_targets(states[name])), []).append(name)
    return found


def _body_without_targets(state: "Json") -> "Json":
    if not isinstance(state, dict):
        return state
    body = _without(state, (*_TARGETS, "End"))
    for name in ("Choices", "Catch"):
        if isinstance(body.get(name), list):
            body[name] = [_without(rule, ("Next",)) for rule in body[name]]
    return body


def _paired_names(
    old: "list[str]", new: "list[str]", renamed: "Mapping[str, str]"
) -> "list[tuple[str, str]]":
    """Returns (name, previous name) of all states, in the order of `new`.

    States that are only in `old` come after their predecessor there.
    """
    pairs = [(name, renamed.get(name, name)) for name in new]
    known = {former for _, former in pairs}
    for at, name in enumerate(old):
        if name in known:
            continue
        before = old[at - 1] if at else None
        place = next((i for i, (_, former) in enumerate(pairs) if former == before), -1)
        pairs.insert(place + 1, (name, name))
    return pairs


# Edges


def _edges_of_level(
    states: "Mapping[str, Json]", path: str, names: "Mapping[str, str]"
) -> "set[DefinedEdge]":
    return {
        DefinedEdge(path, names.get(source, source), names.get(target, target), kind)
        for source, state in states.items()
        for target, kind in _targets_of_state(state)
    }


def _targets_of_state(state: "Json") -> "Iterator[tuple[str, str]]":
    if not isinstance(state, dict):
        return
    for field, kind in (("Next", "next"), ("Default", "choice")):
        if isinstance(target := state.get(field), str):
            yield target, kind
    for field, kind in (("Choices", "choice"), ("Catch", "catch")):
        rules = state.get(field)
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and isinstance(target := rule.get("Next"), str):
                yield target, kind
