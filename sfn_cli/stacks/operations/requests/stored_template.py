"""The template of a stored stack, as it was sent and after its transforms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.stacks.operations.requests.sent_request import PROCESSED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.store.records.stacks import StoredStack


def processed_template(stored: StoredStack) -> Mapping[str, Any]:
    """Returns the template after its transforms; {} for a stack without one. Raises TemplateError."""
    processed = stored.details.get(PROCESSED)
    if isinstance(processed, str):
        template = json_text.loads_json(processed)
    elif stored.template:
        template = parsed_template(stored.template)
    else:
        return {}
    return template if isinstance(template, dict) else {}


def parsed_template(text: str) -> Any:
    """Returns the value of a template's text, before its transforms. Raises TemplateError."""
    from sfn_cli.stacks.readers.template_file import read_template_text

    return read_template_text(Path("TemplateBody"), text).value
