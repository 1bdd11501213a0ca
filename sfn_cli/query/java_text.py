"""Java's text of JSON values, and its bytes of strings.

AWS uses them in States.Format, in hashes and in some causes. Observed: States.Format renders
{"Arg1": 1, "Arg2": []} as `{Arg1=1, Arg2=[]}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        return _java_double_text(value)
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


def _java_double_text(value: float) -> str:
    """Returns Double.toString(): plain from 0.001 to below 10,000,000, otherwise `1.5E10`."""
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e7:
        return repr(value)
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:  # Python writes 12345678.9 and 0.0001 without an exponent
        digits = f"{value:.17e}".partition("e")[2]
        shift = int(digits)
        sign, number = ("-", mantissa[1:]) if value < 0 else ("", mantissa)
        plain = number.replace(".", "").strip("0") or "0"
        return f"{sign}{plain[0]}.{plain[1:] or '0'}E{shift}"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"
