"""The kinds of setting values: how each is parsed, and its requirement in words."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_YEAR_SECONDS = 31_536_000
_REGION_LENGTH = 63

_LABEL = "[A-Za-z0-9-]{1,63}"
_URL = rf"(?i:https?)://({_LABEL}(\.{_LABEL})*\.?|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(:(?P<port>[0-9]{{1,5}}))?(/[!-~]*)?"
"""The pattern of URLs, not compiled here.

Compiling would cost every command more than the rest of this module.
"""


class Kind:
    """A kind of value. `parse` raises ValueError.

    `must` completes the sentence "it must be …" of that error. `shown` describes the values in the
    reference of settings.

    It is a plain class: each NamedTuple costs every command a fifth of a millisecond.
    """

    __slots__ = ("must", "parse", "shown")

    def __init__(self, must: str, parse: Callable[[str], Any], shown: str = "") -> None:
        self.must = must
        self.parse = parse
        self.shown = shown or must


def _digits_kind(text: str, *, most: int = 9) -> str:
    """Returns the text if it is at most `most` ASCII digits. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= most):
        raise ValueError(text)
    return text


def _decimal_kind(text: str) -> float:
    """Parses a plain decimal number: no exponent, no sign, no infinity. Raises ValueError."""
    whole, point, fraction = text.partition(".")
    return float(_digits_kind(whole) + (f".{_digits_kind(fraction)}" if point else ""))


def seconds_kind(*, more_than: int) -> Kind:
    def parse(text: str) -> float:
        number = _decimal_kind(text)
        if not more_than < number <= _YEAR_SECONDS:
            raise ValueError(text)
        return number

    return Kind(f"a number of seconds, more than {more_than} and at most {_YEAR_SECONDS}", parse)


def whole_number_kind(least: int, most: int) -> Kind:
    def parse(text: str) -> int:
        number = int(_digits_kind(text))
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return Kind(f"a whole number from {least} to {most}", parse)


def choice_kind(*words: str) -> Kind:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    *others, last = words
    return Kind(f"{', '.join(others)} or {last}" if others else f"{last}, or not set", parse)


def _boolean_kind(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def _clock_kind(text: str) -> str:
    if text != "virtual" and _decimal_kind(text) < 1:
        raise ValueError(text)
    return text


def _account_kind(text: str) -> str:
    if len(_digits_kind(text, most=12)) < 12:
        raise ValueError(text)
    return text


def _url_kind(text: str) -> str:
    if not is_url_setting(text):
        raise ValueError(text)
    return text


def _path_kind(text: str) -> str:
    try:
        return os.path.abspath(text)
    except OSError:
        raise ValueError(text) from None


BOOLEAN = Kind("true or false", _boolean_kind)
PATH = Kind("an absolute path, because the current folder does not exist", _path_kind, "a path")
ENDPOINT = Kind("an http or https URL, such as http://127.0.0.1:4566", _url_kind)
CLOCK = Kind("virtual, or a number of 1 or more, by which time passes faster", _clock_kind)
ACCOUNT = Kind("the 12 digits of an AWS account", _account_kind)


def is_region_setting(text: str) -> bool:
    """Whether the text could be part of a host name, as the region is in AWS's endpoints."""
    letters = text.replace("-", "")
    is_label = letters.isascii() and letters.isalnum() and "-" not in (text[0], text[-1])
    return is_label and not text.isdigit() and len(text) <= _REGION_LENGTH


def is_url_setting(text: str) -> bool:
    """Whether the text is an http or https URL for an endpoint, without a user name in it."""
    found = re.fullmatch(_URL, text)
    if found is None or int(found["port"] or 0) > 65535:
        return False
    if found["ipv6"]:
        from ipaddress import IPv6Address

        try:
            IPv6Address(found["ipv6"])
        except ValueError:
            return False
    return True
