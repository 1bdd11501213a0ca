"""docs/reference/integrations.md, from the table of integrations and the one that validation uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.model import model_operation_names
from sfn_cli.asl.validation.integrations import OPTIMISED
from sfn_cli.integrations.aws.local_services import LOCAL_SERVICES
from sfn_cli.integrations.table import SERVICES
from tests.reference_pages.markdown import code_list, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.reference_pages.markdown import Parts


def _patterns() -> Mapping[str, Mapping[str, set[str]]]:
    """Returns service → action → the patterns that sfn has."""
    found: dict[str, dict[str, set[str]]] = {}
    for service, action_with_pattern in SERVICES:
        action, _, pattern = action_with_pattern.partition(".")
        found.setdefault(service, {}).setdefault(action, set()).add(pattern)
    return found


def _supported() -> Iterator[str]:
    ours = _patterns()
    assert all(OPTIMISED[service] == actions for service, actions in ours.items())
    yield from markdown_table(
        ("service", "actions", "patterns"),
        (
            (f"`{service}`", code_list(sorted(actions)), _pattern_names(set().union(*actions.values())))
            for service, actions in sorted(ours.items())
        ),
    )


def _pattern_names(patterns: set[str]) -> str:
    return ", ".join("request response" if not pattern else f"`.{pattern}`" for pattern in sorted(patterns))


def _unsupported() -> Iterator[str]:
    ours = _patterns()
    yield from markdown_table(
        ("service", "actions"),
        (
            (f"`{service}`", code_list(sorted(actions)))
            for service, actions in sorted(OPTIMISED.items())
            if service not in ours
        ),
    )


def _store_operations() -> Iterator[str]:
    yield from markdown_table(
        ("service", "operations"),
        ((f"`aws-sdk:{own.sdk_name}`", _operation_names(own.name)) for own in LOCAL_SERVICES),
    )


def _operation_names(service: str) -> str:
    return code_list(name[0].lower() + name[1:] for name in model_operation_names(service))


PARTS: Parts = {"supported": _supported, "unsupported": _unsupported, "store operations": _store_operations}
