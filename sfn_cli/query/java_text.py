"""Java's text of JSON values, and its bytes of strings.

AWS uses them in States.Format, in hashes and in some causes. Observed: States.Format renders
{"Arg1": 1, "Arg2": []} as `{Arg1=1, Arg2=[]}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import java_double_text

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


def java_text(value: Json) -> str:
    """Returns text such as `{a=1, b=[x, null]}`, without quotes and with numbers as in Java's toString()."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double_text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={java_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(java_text, value)) + "]"
    return str(value)


def java_bytes(text: str) -> bytes:
    """Returns String.getBytes(UTF_8): an unpaired surrogate becomes a question mark."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Two adjacent halves are one character in Java's UTF-16.
        return (
            text.encode("utf-16", "surrogatepass")
            .decode("utf-16", "surrogatepass")
            .encode("utf-8", "replace")
        )


def java_class(value: Json) -> str:
    """Returns the name of the Java class of this value at AWS, such as 'java.lang.String'."""
    if value is None:
        return "null"
    return _CLASSES[type(value)]


_CLASSES: dict[type, str] = {
    str: "java.lang.String",
    bool: "java.lang.Boolean",
    int: "java.lang.Integer",
    float: "java.lang.Double",
    list: "java.util.ArrayList",
    dict: "java.util.LinkedHashMap",
}
