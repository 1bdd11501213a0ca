"""Expands Fn::ForEach of AWS::LanguageExtensions: loops over resources, outputs and members.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft
    from sfn_cli.stacks.stack import Path_

_LOOP = "Fn::ForEach::"
_MAX_ITEMS = 1000
_MAX_MEMBERS = 10_000
"""The limit for all loops of a template together, because nested loops multiply."""

_SECTIONS = ("Conditions", "Resources", "Outputs")


def expand_loops(draft: TemplateDraft) -> None:
    """Replaces every loop of the template with its members. Raises TemplateError."""
    expansion = _LoopExpansion(draft)
    for section in _SECTIONS:
        if section in draft.template:
            draft.template[section] = expansion.without_loops(draft.template[section], (section,))


class _LoopExpansion:
    """Expands the loops of one template, and counts their members."""

    def __init__(self, draft: TemplateDraft) -> None:
        self._draft = draft
        self._written = 0

    def without_loops(self, value: Any, path: Path_) -> Any:
        if isinstance(value, list):
            return [self.without_loops(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        members: dict[str, Any] = {}
        for key, item in value.items():
            if not key.startswith(_LOOP):
                members[key] = self.without_loops(item, (*path, key))
                continue
            place = self._draft.place((*path, key))
            for name, content in self._members(item, (*path, key)).items():
                if name in members:
                    raise self._draft.error((*path, key), f'{key} creates "{name}", which already exists.')
                self._draft.places[(*path, name)] = place
                members[name] = content
        return members

    def _members(self, loop: Any, path: Path_) -> dict[str, Any]:
        """Returns the members of a loop; loops within them are not expanded."""
        members = _loop_members(self._draft, loop, path)
        self._written += len(members)
        if self._written > _MAX_MEMBERS:
            raise self._draft.error(path, f"A template's loops can create at most {_MAX_MEMBERS:,} members.")
        written: dict[str, Any] = self.without_loops(members, path[:-1])
        return written


def _loop_members(draft: TemplateDraft, loop: Any, path: Path_) -> dict[str, Any]:
    if not (
        isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict)
    ):
        raise draft.error(
            path, "Fn::ForEach needs a name, a list and an object: [NAME, [VALUE, …], {KEY: VALUE}]."
        )
    identifier, collection, body = loop
    items = _loop_items(draft, collection, (*path, 1))
    members: dict[str, Any] = {}
    for item in items:
        # A loop within the body becomes a separate loop for each item.
        for key, content in body.items():
            name = _filled_text(key, identifier, item)
            if key.startswith(_LOOP):
                name = f"{name}{len(members)}"
            members[name] = _filled(content, identifier, item)
    return members


def _loop_items(draft: TemplateDraft, collection: Any, path: Path_) -> list[str]:
    if isinstance(collection, dict) and list(collection) == ["Ref"]:
        collection = draft.parameter(collection["Ref"])
    if isinstance(collection, str):
        collection = [item.strip() for item in collection.split(",") if item.strip()]
    if not isinstance(collection, list):
        raise draft.error(path, "Fn::ForEach needs a list, or a parameter with a value.")
    items: list[str] = []
    for item in collection:
        value = draft.parameter(item["Ref"]) if isinstance(item, dict) and list(item) == ["Ref"] else item
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise draft.error(path, "The values of Fn::ForEach must be strings.")
        items.append(str(value))
    if len(items) > _MAX_ITEMS:
        raise draft.error(path, f"Fn::ForEach can loop over at most {_MAX_ITEMS} values.")
    return items


def _filled(value: Any, identifier: str, item: str) -> Any:
    if isinstance(value, str):
        return _filled_text(value, identifier, item)
    if isinstance(value, list):
        return [_filled(inner, identifier, item) for inner in value]
    if isinstance(value, dict):
        if value == {"Ref": identifier}:
            return item
        return {
            _filled_text(key, identifier, item): _filled(inner, identifier, item)
            for key, inner in value.items()
        }
    return value


def _filled_text(text: str, identifier: str, item: str) -> str:
    """Replaces ${NAME} with the item, and &{NAME} with only the item's letters and digits."""
    text = text.replace(f"${{{identifier}}}", item)
    return text.replace(f"&{{{identifier}}}", re.sub(r"[^A-Za-z0-9]", "", item))
