"""Inlines nested stacks whose templates are local files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.nested_stacks import STACK, inline_nested_stacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft

_MAX_FILES = 500


def inline_nested_templates(draft: TemplateDraft, read: Callable[[Path], TemplateDraft]) -> None:
    """Replaces nested stacks with the resources of their templates, which `read` returns.

    A nested stack without a local template is left unchanged, with a note.
    """
    if all(resource.get("Type") != STACK for resource in draft.resources.values()):
        return

    def nested_template(logical_id: str, resource: Mapping[str, Any]) -> Mapping[str, Any] | None:
        url = (resource.get("Properties") or {}).get("TemplateURL")
        path = draft.local_path(url)
        if path is None or not path.is_file():
            draft.notes.append(
                f"{logical_id}: the template of this nested stack is not a local file ({url})."
            )
            draft.files += [] if path is None else [path]
            return None
        nested = read(path)
        draft.files += nested.files
        if len(draft.files) > _MAX_FILES:
            raise draft.error(
                ("Resources", logical_id),
                f"This template and its nested templates have more than {_MAX_FILES} files.",
            )
        draft.notes += nested.notes
        own = draft.places.maps[0]
        for (section, *rest), place in ((inner, place) for inner, place in nested.places.items() if inner):
            if section in ("Resources", "Conditions", "Mappings") and rest:
                own[(section, f"{logical_id}{rest[0]}", *rest[1:])] = place
        return nested.template

    draft.template = inline_nested_stacks(draft.template, nested_template)
