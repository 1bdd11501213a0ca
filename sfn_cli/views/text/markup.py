"""Builds SVG and HTML in which text is always escaped.

`element` escapes every attribute and every child that is not Markup, so that data never becomes markup.
The result is well-formed XML and HTML for any text: control characters and surrogates, which XML does not
allow, are shown as escapes (`visible_text.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Attributes = Mapping[str, str | float | bool | None]


class Markup(str):
    """Text that is markup. Only this module creates it, from escaped parts."""

    __slots__ = ()


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_VOID = frozenset({"br", "hr", "input", "link", "meta"})
_FORBIDDEN_IN_CODE = {"style": ("<", "&", "]]>"), "script": ("<",)}


def escape_markup(text: str) -> Markup:
    """Returns the text as Markup; Markup is returned unchanged."""
    if isinstance(text, Markup):
        return text
    return Markup(visible_text(text).translate(_ESCAPES))


def join_markup(parts: Iterable[str]) -> Markup:
    """Joins parts; those that are not Markup are escaped."""
    return Markup("".join(map(escape_markup, parts)))


def element(name: str, attributes: Attributes, *children: str) -> Markup:
    """Returns an element. An attribute that is None or False is left out; True is written without a value.

    Numbers are written with at most one decimal place.
    """
    parts = ["<", name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        parts += (" ", key, '="', "" if value is True else _attribute_text(value), '"')
    if children or name not in _VOID:
        parts += (">", *map(escape_markup, children), "</", name, ">")
    else:
        parts.append(">")
    return Markup("".join(parts))


def code_element(name: str, attributes: Attributes, code: str) -> Markup:
    """Returns a <style> or <script> with sfn's own code, which HTML does not unescape.

    Raises ValueError for code that could end the element; the code of a <style> must also be valid XML.
    """
    if name not in _FORBIDDEN_IN_CODE or any(part in code for part in _FORBIDDEN_IN_CODE[name]):
        raise ValueError(f"not code of a <{name}>")
    return element(name, attributes, Markup(code))


def number_text(number: float) -> str:
    """Returns a coordinate with at most one decimal place: "12", "12.5"."""
    text = f"{round(number, 1) + 0.0:.1f}"  # adding zero turns -0.0 into 0.0
    return text[:-2] if text.endswith(".0") else text


def _attribute_text(value: str | float) -> str:
    return escape_markup(value) if isinstance(value, str) else number_text(value)
