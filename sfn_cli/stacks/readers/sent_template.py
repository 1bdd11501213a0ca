"""Reads a template that was sent to CloudFormation: a text, whose files are in S3.

The result is a stack as every reader returns it, but without local paths: code and definitions are
objects in S3, and nested stacks stay resources (AWS::CloudFormation::Stack).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.stack import Stack, TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft

_SOURCE = "TemplateBody"
"""What errors name as the file of a text that was sent."""


class SentTemplate(NamedTuple):
    """A template's text, and what reading it needs."""

    text: str
    given: Mapping[str, str]
    """The values of parameters, on which SAM's transform and loops depend."""
    region: str
    fetch: Callable[[str], str]
    """Returns the text of an object in S3 by its address ("s3://bucket/key", or a URL)."""


class TransformError(TemplateError):
    """A transform that failed, with CloudFormation's reason."""


def sent_stack(sent: SentTemplate, name: str, folder: str) -> Stack:
    """Returns the stack of a template. Raises TemplateError (TransformError) and ConfigurationError.

    `folder` identifies the stack: the folder of the project that it was first deployed from, or its
    ARN.
    """
    from sfn_cli.stacks.readers.templates.sam import is_sam_template, transform_sam_template

    draft = _sent_draft(sent)
    is_sam = is_sam_template(draft.template)
    if is_sam:
        try:
            transform_sam_template(draft, sent.region)
        except TemplateError as error:
            raise TransformError(error.place, _sam_failure(error)) from None
    return Stack(
        kind=(ProjectKind.SAM if is_sam else ProjectKind.CLOUDFORMATION).value,
        name=name,
        source=Path(_SOURCE),
        folder=Path(folder),
        template=draft.template,
        parameters={},
        places=draft.places,
        files=(),
        notes=tuple(draft.notes),
    )


def sent_template(sent: SentTemplate) -> dict[str, Any]:
    """Returns a template before SAM's transform. Raises TemplateError."""
    return _sent_draft(sent).template


def _sent_draft(sent: SentTemplate) -> TemplateDraft:
    from sfn_cli.stacks.evaluation.template_form import check_template_form
    from sfn_cli.stacks.readers.template_file import read_template_text
    from sfn_cli.stacks.readers.templates.for_each import expand_loops
    from sfn_cli.stacks.readers.templates.includes import expand_includes
    from sfn_cli.stacks.readers.templates.sam import check_transforms
    from sfn_cli.stacks.readers.templates.template_draft import TemplateDraft

    try:
        file = read_template_text(Path(_SOURCE), sent.text)
    except TemplateError:
        if sent.text.lstrip()[:1] != "{":
            raise
        file = read_template_text(Path(f"{_SOURCE}.json"), sent.text)  # its errors are about JSON
    draft = TemplateDraft.of_file(file, sent.given, sent.fetch)
    expand_includes(draft)
    expand_loops(draft)
    check_template_form(draft.template, draft.error)
    check_transforms(draft)
    return draft


def _sam_failure(error: TemplateError) -> str:
    """Returns why SAM's transform failed, as CloudFormation reports it."""
    failure = error.__cause__
    causes = list(getattr(failure, "causes", ())) or [failure]
    reasons = [str(getattr(cause, "message", "") or cause) for cause in causes]
    return (
        "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification "
        f"document. Number of errors found: {len(reasons)}. {' '.join(reasons)}"
    )
