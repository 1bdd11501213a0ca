"""AWS::Include: inserts the contents of files into a template.

The files of a project are local. Those of a template that was sent are in S3.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.template_file import read_template_file, read_template_text

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.template_file import TemplateFile
    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft
    from sfn_cli.stacks.stack import Path_

_MAX_FILES = 100


def expand_includes(draft: TemplateDraft) -> None:
    """Replaces each Fn::Transform of AWS::Include, including that of the whole template.

    In a local template, an S3 location is left unchanged, and is an error only if it has to be
    resolved. Raises TemplateError and UsageError for files that cannot be read.
    """
    transforms = draft.template.get("Transform")
    for transform in transforms if isinstance(transforms, list) else [transforms]:
        if (source := _included_source(draft, transform)) is not None:
            included = _read_included(draft, source, (), ("Transform",))
            if isinstance(included, dict):
                _merge_included(draft.template, included)
    for section, value in draft.template.items():
        if section != "Transform":
            draft.template[section] = _expanded(draft, value, (section,))


def _expanded(draft: TemplateDraft, value: Any, path: Path_) -> Any:
    if isinstance(value, list):
        return [_expanded(draft, item, (*path, index)) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if "Fn::Transform" in value:
        source = _included_source(draft, value["Fn::Transform"])
        if source is not None:
            others = {key: item for key, item in value.items() if key != "Fn::Transform"}
            content = _read_included(draft, source, path, (*path, "Fn::Transform"))
            if others and not isinstance(content, dict):
                raise draft.error((*path, "Fn::Transform"), f"{source} must contain an object.")
            value = {**content, **others} if others else content
            return _expanded(draft, value, path)
    return {key: _expanded(draft, item, (*path, key)) for key, item in value.items()}


def _included_source(draft: TemplateDraft, transform: Any) -> Path | str | None:
    """Returns the local path of an included file, or its address in S3."""
    if not isinstance(transform, dict) or transform.get("Name") != "AWS::Include":
        return None
    location = (transform.get("Parameters") or {}).get("Location")
    if isinstance(location, dict) and list(location) == ["Ref"]:
        location = draft.parameter(location["Ref"])
    if draft.fetch is not None:
        return location if isinstance(location, str) else None
    return draft.local_path(location)


def _read_included(draft: TemplateDraft, source: Path | str, at: Path_, written_at: Path_) -> Any:
    if len(draft.files) > _MAX_FILES:
        raise draft.error(
            written_at, f"More than {_MAX_FILES} files are included. Do files include each other?"
        )
    if isinstance(source, Path) and not source.is_file():
        if not _is_api_definition(at):
            raise draft.error(written_at, f"The included file {source} does not exist.")
        draft.notes.append(f"{at[1]}: {source} does not exist. The API has no routes.")
        draft.files.append(source)
        return {}
    file = _included_file(draft, source)
    draft.files.append(file.path)
    draft.notes.extend(file.notes)
    draft.places.maps[0].update({(*at, *inner): place for inner, place in file.places.items()})
    return file.value


def _included_file(draft: TemplateDraft, source: Path | str) -> TemplateFile:
    if isinstance(source, Path):
        return read_template_file(source)
    assert draft.fetch is not None
    return read_template_text(Path(source), draft.fetch(source))


def _is_api_definition(path: Path_) -> bool:
    """Whether a value is an API's definition, without which the rest of the stack can be used."""
    return len(path) >= 4 and path[0] == "Resources" and path[3] in ("DefinitionBody", "Body")


def _merge_included(template: dict[str, Any], included: dict[str, Any]) -> None:
    """Adds the sections of a file to a template; the template's own values have priority."""
    for section, value in included.items():
        own = template.get(section)
        template[section] = (
            {**value, **own}
            if isinstance(own, dict) and isinstance(value, dict)
            else (value if own is None else own)
        )
