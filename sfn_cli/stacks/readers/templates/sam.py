"""Transforms a SAM template to CloudFormation with aws-sam-translator, without AWS.

The translator rejects local paths (local_paths.py), and looks up managed policies and applications in
AWS. Here, policies are replaced with made-up ARNs, and applications of the Serverless Application
Repository with nested stacks that are left out.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

import copy
import logging
import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ConfigurationError
from sfn_cli.stacks.readers.template_file import read_template_file
from sfn_cli.stacks.readers.templates.local_paths import restore_sam_paths, set_sam_paths_aside

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft
    from sfn_cli.stacks.stack import TemplateError

TRANSFORM = "AWS::Serverless-2016-10-31"
_APPLICATION = "AWS::Serverless::Application"
_OPENAPI_TYPES = ("AWS::Serverless::Api", "AWS::Serverless::HttpApi")


def is_sam_template(template: dict[str, Any]) -> bool:
    """Whether a template uses SAM's transform."""
    transforms = template.get("Transform")
    return TRANSFORM in (transforms if isinstance(transforms, list) else [transforms])


def check_transforms(draft: TemplateDraft) -> None:
    """Raises TemplateError for SAM's types without SAM's transform, and notes an account's macros."""
    transforms = draft.template.get("Transform")
    for transform in transforms if isinstance(transforms, list) else [transforms]:
        name = transform.get("Name") if isinstance(transform, dict) else transform
        if isinstance(name, str) and not name.startswith("AWS::"):
            draft.notes.append(f"The macro {name} is not applied: macros run only in an AWS account.")
    if is_sam_template(draft.template):
        return
    for logical_id, resource in draft.resources.items():
        if resource["Type"].startswith("AWS::Serverless::"):
            raise draft.error(
                ("Resources", logical_id),
                f"{resource['Type']} is a SAM type. Add to the template: Transform: {TRANSFORM}",
            )


class _PolicyArns(dict[str, str]):
    """An ARN for every managed policy's name."""

    def get(self, name: str, default: Any = None) -> Any:
        return f"arn:aws:iam::aws:policy/{name}" if isinstance(name, str) else default

    def __bool__(self) -> bool:
        return True  # the translator does not call get() on an empty map


def transform_sam_template(draft: TemplateDraft, region: str) -> None:
    """Replaces the draft's template with its SAM transform.

    Raises TemplateError with SAM's reason, and ConfigurationError if the translator is not installed.
    """
    try:
        from samtranslator.parser.parser import Parser
        from samtranslator.translator.translator import Translator
        from samtranslator.utils import py27hash_fix
    except ImportError:
        from sfn_cli.installation.extras import install_hint

        raise ConfigurationError(
            f"SAM templates need aws-sam-translator, which is not installed. {install_hint('stacks', 'aws')}"
        ) from None
    _replace_applications(draft)
    _include_api_definitions(draft)
    aside = set_sam_paths_aside(draft)
    source = copy.deepcopy(draft.template)
    # The translator's log is for its developers.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL + 1)
    values = dict(draft.given)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            py27hash_fix.to_py27_compatible_template(source, values)
            # The translator only reads the region of this session. Its own session would read ~/.aws.
            translator = Translator(None, Parser(), boto_session=SimpleNamespace(region_name=region))
            translated = translator.translate(
                source, parameter_values=values, get_managed_policy_map=_PolicyArns
            )
            result = py27hash_fix.undo_mark_unicode_str_in_template(translated)
    except Exception as error:
        raise _sam_error(draft, error) from error
    sources = restore_sam_paths(result, aside)
    _copy_metadata(draft, result, sources)
    _arrange_resources(draft, result)
    result.pop("Globals", None)
    draft.template = result


def _sam_error(draft: TemplateDraft, error: Exception) -> TemplateError:
    """Returns the first of SAM's errors, at the place of the resource that it names."""
    causes = list(getattr(error, "causes", ())) or [error]
    first = causes[0]
    message = str(getattr(first, "message", "") or first or type(first).__name__)
    if not hasattr(first, "message"):
        message = f"The SAM transform failed: {type(first).__name__}: {message}"
    others = len(causes) - 1
    if others:
        message += f" ({others} more.)"
    names = [getattr(first, "_logical_id", None), getattr(first, "_event_id", None)]
    names += [name for name in draft.resources if f"[{name}]" in message]
    for name in names:
        if name in draft.resources:
            return draft.error(("Resources", name), message)
    return draft.error(("Resources",), message)


def _replace_applications(draft: TemplateDraft) -> None:
    """Replaces applications with nested stacks, because the translator would look them up in AWS."""
    for logical_id, resource in draft.resources.items():
        if resource.get("Type") != _APPLICATION:
            continue
        properties = draft.properties(logical_id)
        location = properties.pop("Location", None)
        path = draft.local_path(location)
        if isinstance(location, dict):
            location = location.get("ApplicationId")
        resource["Type"] = "AWS::CloudFormation::Stack"
        properties["TemplateURL"] = location if path is None else str(path)


def _include_api_definitions(draft: TemplateDraft) -> None:
    """Includes the local OpenAPI documents of APIs; a missing one is only noted."""
    for logical_id, resource in draft.resources.items():
        if resource.get("Type") not in _OPENAPI_TYPES:
            continue
        properties = draft.properties(logical_id)
        path = draft.local_path(properties.get("DefinitionUri"))
        if path is None:
            continue
        del properties["DefinitionUri"]
        draft.files.append(path)
        if path.is_file():
            properties["DefinitionBody"] = read_template_file(path).value
        else:
            draft.notes.append(f"{logical_id}: {path} does not exist. The API has no routes.")


def _copy_metadata(draft: TemplateDraft, result: dict[str, Any], sources: dict[str, str]) -> None:
    """Copies the Metadata of SAM resources, such as how to build them, to the transformed resources."""
    for logical_id, resource in result["Resources"].items():
        source = draft.resources.get(sources.get(logical_id, logical_id), {})
        if isinstance(source.get("Metadata"), dict):
            resource["Metadata"] = {**source["Metadata"], **(resource.get("Metadata") or {})}


def _arrange_resources(draft: TemplateDraft, result: dict[str, Any]) -> None:
    """Puts resources in template order, each before the resources that SAM generated for it.

    A generated resource, which is named after its source, also gets its source's place.
    """
    positions = {name: position for position, name in enumerate(draft.resources)}
    names = sorted(positions, key=len, reverse=True)
    sources: dict[str, str | None] = {}
    for logical_id in result["Resources"]:
        source = next((name for name in names if logical_id.startswith(name)), None)
        sources[logical_id] = source
        if source is not None and source != logical_id:
            draft.places[("Resources", logical_id)] = draft.place(("Resources", source))

    def position(logical_id: str) -> tuple[int, bool]:
        source = sources[logical_id]
        return len(positions) if source is None else positions[source], logical_id != source

    result["Resources"] = {
        name: result["Resources"][name] for name in sorted(result["Resources"], key=position)
    }
