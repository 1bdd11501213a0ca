"""SAM: transforms a template to CloudFormation by aws-sam-translator, without AWS.

The translator takes no local paths (local_paths.py), looks managed policies up in an account, and
applications up in the Serverless Application Repository: the first are answered by name, the second
become nested stacks that are left out.
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
from sfn_cli.stacks.readers.templates.local_paths import put_sam_paths_aside, restore_sam_paths

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft
    from sfn_cli.stacks.stack import TemplateError

TRANSFORM = "AWS::Serverless-2016-10-31"
_APPLICATION = "AWS::Serverless::Application"
_OPENAPI_TYPES = ("AWS::Serverless::Api", "AWS::Serverless::HttpApi")


def is_sam_template(template: dict[str, Any]) -> bool:
    """Whether a template asks for SAM's transform."""
    transforms = template.get("Transform")
    return TRANSFORM in (transforms if isinstance(transforms, list) else [transforms])


def check_transforms(draft: TemplateDraft) -> None:
    """Raises TemplateError for SAM's types without SAM's transform; notes macros of an account."""
    transforms = draft.template.get("Transform")
    for transform in transforms if isinstance(transforms, list) else [transforms]:
        name = transform.get("Name") if isinstance(transform, dict) else transform
        if isinstance(name, str) and not name.startswith("AWS::"):
            draft.notes.append(f"the macro {name} runs in an AWS account only: it is not applied")
    if is_sam_template(draft.template):
        return
    for logical_id, resource in draft.resources.items():
        if resource["Type"].startswith("AWS::Serverless::"):
            raise draft.error(
                ("Resources", logical_id),
                f"{resource['Type']} is a type of SAM: add to the template: Transform: {TRANSFORM}",
            )


class _PolicyArns(dict[str, str]):
    """Has an ARN for every managed policy's name."""

    def get(self, name: str, default: Any = None) -> Any:
        return f"arn:aws:iam::aws:policy/{name}" if isinstance(name, str) else default

    def __bool__(self) -> bool:
        return True  # the translator does not ask an empty map


def transform_sam_template(draft: TemplateDraft, region: str) -> None:
    """Replaces the draft's template by what SAM makes of it.

    Raises TemplateError with SAM's reason, and ConfigurationError without the translator.
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
    aside = put_sam_paths_aside(draft)
    source = copy.deepcopy(draft.template)
    # What the translator logs is for its own developers.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL + 1)
    values = dict(draft.given)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            py27hash_fix.to_py27_compatible_template(source, values)
            # Of a session of boto3, the translator reads the region alone; one of its own would read ~/.aws.
            translator = Translator(None, Parser(), boto_session=SimpleNamespace(region_name=region))
            translated = translator.translate(
                source, parameter_values=values, get_managed_policy_map=_PolicyArns
            )
            result = py27hash_fix.undo_mark_unicode_str_in_template(translated)
    except Exception as error:
        raise _sam_error(draft, error) from None
    sources = restore_sam_paths(result, aside)
    _copy_metadata(draft, result, sources)
    _arrange_resources(draft, result)
    result.pop("Globals", None)
    draft.template = result


def _sam_error(draft: TemplateDraft, error: Exception) -> TemplateError:
    """Returns the first of SAM's reasons, at the resource that it names."""
    causes = list(getattr(error, "causes", ())) or [error]
    first = causes[0]
    message = str(getattr(first, "message", "") or first or type(first).__name__)
    if not hasattr(first, "message"):
        message = f"The SAM transform failed: {type(first).__name__}: {message}"
    others = len(causes) - 1
    if others:
        message += f" (And {others} more.)"
    names = [getattr(first, "_logical_id", None), getattr(first, "_event_id", None)]
    names += [name for name in draft.resources if f"[{name}]" in message]
    for name in names:
        if name in draft.resources:
            return draft.error(("Resources", name), message)
    return draft.error(("Resources",), message)


def _replace_applications(draft: TemplateDraft) -> None:
    """Makes nested stacks of applications: the translator would look them up in AWS."""
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
    """Reads the local OpenAPI documents of APIs; an absent one is an error of the deploy, if any."""
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
            draft.notes.append(f"{logical_id}: {path} does not exist; the API has no routes of its own")


def _copy_metadata(draft: TemplateDraft, result: dict[str, Any], sources: dict[str, str]) -> None:
    """Gives transformed resources the Metadata of their source: how to build them, for example."""
    for logical_id, resource in result["Resources"].items():
        source = draft.resources.get(sources.get(logical_id, logical_id), {})
        if isinstance(source.get("Metadata"), dict):
            resource["Metadata"] = {**source["Metadata"], **(resource.get("Metadata") or {})}


def _arrange_resources(draft: TemplateDraft, result: dict[str, Any]) -> None:
    """Puts resources in the order of the template, each before what SAM generated for it.

    A generated resource, which is named after its source, also gets the place of that.
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
