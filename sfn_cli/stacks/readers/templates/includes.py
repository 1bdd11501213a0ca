"""AWS::Include: inserts the contents of local files into a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.template_file import read_template_file

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft
    from sfn_cli.stacks.stack import Path_

_MAX_FILES = 100


def expand_includes(draft: TemplateDraft) -> None:
    """Replaces each Fn::Transform of AWS::Include, including that of the whole template.

    An S3 location is left unchanged, and is an error only if it has to be resolved. Raises
    TemplateError and UsageError for files that cannot be read.
    """
    transforms = draft.template.get("Transform")
    for transform in transforms if isinstance(transforms, list) else [transforms]:
        if (path := _included_path(draft, transform)) is not None:
            included = _read_included(draft, path, (), ("Transform",))
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
        included_path = _included_path(draft, value["Fn::Transform"])
        if included_path is not None:
            others = {key: item for key, item in value.items() if key != "Fn::Transform"}
            content = _read_included(draft, included_path, path, (*path, "Fn::Transform"))
            if others and not isinstance(content, dict):
                raise draft.error((*path, "Fn::Transform"), f"{included_path} must contain an object.")
            value = {**content, **others} if others else content
            return _expanded(draft, value, path)
    return {key: _expanded(draft, item, (*path, key)) for key, item in value.items()}


def _included_path(draft: TemplateDraft, transform: Any) -> Path | None:
    if not isinstance(transform, dict) or transform.get("Name") != "AWS::Include":
        return None
    location = (transform.get("Parameters") or {}).get("Location")
    if isinstance(location, dict) and list(location) == ["Ref"]:
        location = draft.parameter(location["Ref"])
    return draft.local_path(location)


def _read_included(draft: TemplateDraft, path: Path, at: Path_, written_at: Path_) -> Any:
    if len(draft.files) > _MAX_FILES:
        raise draft.error(
            written_at, f"More than {_MAX_FILES} files are included. Do files include each other?"
        )
    if not path.is_file():
        if not _is_api_definition(at):
            raise draft.error(written_at, f"The included file {path} does not exist.")
        draft.notes.append(f"{at[1]}: {path} does not exist. The API is listed without its routes.")
        draft.files.append(path)
        return {}
    file = read_template_file(path)
    draft.files.append(path)
    draft.notes.extend(file.notes)
    draft.places.maps[0].update({(*at, *inner): place for inner, place in file.places.items()})
    return file.value


def _is_api_definition(path: Path_) -> bool:
    """Whether a value is an API's definition, which a deploy does not need: APIs are only listed."""
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
