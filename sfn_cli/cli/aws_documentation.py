"""AWS's documentation of a request's members, if botocore is installed (the extra `aws`).

sfn's model has no documentation: it is read from botocore, and left out without it.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.api.model import Operation

Path = tuple[str, ...]
"""Names of members, from the request down: ("tags", "key"); lists and maps are stepped through."""

_TAG = re.compile(r"<[^>]+>")
_FIRST_PARAGRAPH_END = re.compile(r"</p>|<note>|<ul>")
_SENTENCE_END = re.compile(r"(?<=\.)\s")


def documentation_first_sentences(operation: Operation) -> dict[Path, str]:
    """Returns the first sentence of AWS's documentation of each member of the request.

    Empty without botocore.
    """
    try:
        from botocore.exceptions import UnknownServiceError
        from botocore.loaders import create_loader
    except ImportError:
        return {}
    try:
        model = create_loader().load_service_model(operation.service, "service-2")
    except UnknownServiceError:
        return {}
    described = model["operations"].get(operation.name)
    if described is None or "input" not in described:
        return {}
    return {
        path: _first_documented_sentence(text)
        for path, text in _documented_members(model["shapes"], described["input"]["shape"], (), ())
        if text
    }


def _documented_members(
    shapes: Mapping[str, Any], name: str, path: Path, above: Path
) -> Iterator[tuple[Path, str]]:
    """Yields the documentation of each member below the shape `name`.

    `above` has the shapes around it, because some contain themselves.
    """
    shape = shapes[name]
    if name in above:
        return
    match shape["type"]:
        case "structure":
            for member, reference in shape["members"].items():
                inner = (*path, member)
                yield (
                    inner,
                    reference.get("documentation") or shapes[reference["shape"]].get("documentation", ""),
                )
                yield from _documented_members(shapes, reference["shape"], inner, (*above, name))
        case "list":
            yield from _documented_members(shapes, shape["member"]["shape"], path, (*above, name))
        case "map":
            yield from _documented_members(shapes, shape["value"]["shape"], path, (*above, name))


def _first_documented_sentence(documentation: str) -> str:
    paragraph = _FIRST_PARAGRAPH_END.split(documentation, maxsplit=1)[0]
    text = " ".join(html.unescape(_TAG.sub("", paragraph)).split())
    sentence = _SENTENCE_END.split(text, maxsplit=1)[0]
    return sentence if not sentence or sentence.endswith(".") else f"{sentence}."
