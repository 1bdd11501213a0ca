"""$formatNumber: formats a number by a picture, as in `$formatNumber(1234.5, '#,##0.00')`.

The rules are those of https://www.w3.org/TR/xpath-functions-31/#formatting-numbers that JSONata
implements. If a picture has several errors, JSONata reports the last. It is reimplemented because the
engine's function rounds halves up and has other error codes.

    picture   sub-picture (';' sub-picture for negative numbers)?
    sub       prefix  integer ('.' fraction)?  ('e' exponent)?  suffix
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

from jsonata.jexception import JException

from sfn_cli.query.jsonata.limits import TOO_BIG
from sfn_cli.query.jsonata.messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_LENGTH = 10_000
"""The maximum length of a picture, and so of the number's text. (ours)"""

_MARKS: Mapping[str, str] = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "minus-sign": "-",
    "percent": "%",
    "per-mille": "‰",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}
_LONG = frozenset(("minus-sign", "percent", "per-mille"))
"""Symbols that may have several characters."""


def format_by_picture(
    value: int | float | None, picture: str, options: Mapping[str, Any] | None
) -> str | None:
    """Returns the number's text.

    Raises Refusal and JException, with JSONata's codes, if the picture or an option is invalid.
    """
    if value is None:
        return None
    if not math.isfinite(value):
        raise Refusal("D1001", f"Number out of range: {'NaN' if math.isnan(value) else 'Infinity'}")
    if len(picture) > MAX_LENGTH:
        raise Refusal("", TOO_BIG)
    marks = {name: (options or {}).get(name, mark) for name, mark in _MARKS.items()}
    for name, mark in marks.items():
        if not isinstance(mark, str) or not (len(mark) == 1 or (mark and name in _LONG)):
            raise Refusal("", f"The {name} must be one character")
    texts = picture.split(marks["pattern-separator"])
    if len(texts) > 2:
        raise JException("D3080", 0)
    pictures = [_Picture(text, marks) for text in texts]
    minus = marks["minus-sign"] if value < 0 and len(pictures) == 1 else ""
    return pictures[0 if value >= 0 else -1].format(abs(value), minus)


class _Picture:
    """A parsed and checked sub-picture."""

    def __init__(self, text: str, marks: Mapping[str, str]) -> None:
        self.text, self.marks = text, marks
        self.digits = "".join(chr(ord(marks["zero-digit"]) + n) for n in range(10))
        self.digit_marks = self.digits + marks["digit"]
        self.active = (
            self.digit_marks
            + marks["decimal-separator"]
            + marks["grouping-separator"]
            + marks["pattern-separator"]
        )
        places = [place for place, character in enumerate(text) if character in self.active]
        start, end = (places[0], places[-1] + 1) if places else (0, len(text))
        self.prefix, self.middle, self.suffix = text[:start], text[start:end], text[end:]
        self.mantissa, sign, exponent = self.middle.partition(marks["exponent-separator"])
        self.exponent = (
            exponent if sign else "" if self.suffix.startswith(marks["exponent-separator"]) else None
        )
        self.integer, _, self.fraction = self.mantissa.partition(marks["decimal-separator"])
        faults = [code for code, is_one in self.faults() if is_one]
        if faults:
            raise JException(faults[-1], 0)

    def faults(self) -> Iterable[tuple[str, bool]]:
        """Yields (code, whether the picture has that error), in JSONata's order."""
        text, group, point = self.text, self.marks["grouping-separator"], self.marks["decimal-separator"]
        percents, per_milles = text.count(self.marks["percent"]), text.count(self.marks["per-mille"])
        yield "D3081", text.count(point) > 1
        yield "D3082", percents > 1
        yield "D3083", per_milles > 1
        yield "D3084", percents > 0 < per_milles
        yield "D3085", self.count(self.mantissa, self.digit_marks) == 0
        yield (
            "D3086",
            any(one not in self.active and one != self.marks["exponent-separator"] for one in self.middle),
        )
        yield "D3087", group + point in text or point + group in text
        yield "D3088", point not in text and self.integer.endswith(group)
        yield "D3089", group * 2 in text
        yield (
            "D3090",
            self.count(self.integer.partition(self.marks["digit"])[0], self.digits) > 0
            and self.marks["digit"] in self.integer,
        )
        yield (
            "D3091",
            self.marks["digit"] in self.fraction
            and self.count(self.fraction.rpartition(self.marks["digit"])[2], self.digits) > 0,
        )
        yield "D3092", bool(self.exponent) and percents + per_milles > 0
        yield (
            "D3093",
            self.exponent is not None
            and not (self.exponent and all(one in self.digits for one in self.exponent)),
        )

    @staticmethod
    def count(part: str, wanted: str) -> int:
        return sum(one in wanted for one in part)

    def format(self, value: int | float, minus: str) -> str:
        """Formats a number that is not negative by this picture."""
        integers, fewest = self.count(self.integer, self.digits), self.count(self.fraction, self.digits)
        most = self.count(self.fraction, self.digit_marks)
        scale = integers
        if integers == 0 and most == 0:
            if self.exponent is None:
                integers = 1
            else:
                fewest = most = 1
        if self.exponent is not None and integers == 0 and self.marks["digit"] in self.integer:
            integers = 1
        if integers == 0 and fewest == 0:
            fewest = 1
        value *= (
            100 if self.marks["percent"] in self.text else 1000 if self.marks["per-mille"] in self.text else 1
        )
        value, power = (value, 0) if self.exponent is None else _scale_for_picture(value, scale)
        whole, _, rest = _round_for_picture(value, most).partition(".")
        whole = self.with_digits(whole.lstrip("0").rjust(integers, "0"))
        rest = self.with_digits(rest.rstrip("0").ljust(fewest, "0"))
        text = self.grouped_integer(whole)
        if rest and self.marks["decimal-separator"] in self.text:
            text += self.marks["decimal-separator"] + self.grouped_fraction(rest)
        if self.exponent is not None:
            sign = self.marks["minus-sign"] if power < 0 else ""
            text += (
                self.marks["exponent-separator"]
                + sign
                + self.with_digits(str(abs(power)).rjust(len(self.exponent), "0"))
            )
        return minus + self.prefix + text + self.suffix

    def with_digits(self, figures: str) -> str:
        """Returns the figures 0 to 9 as the picture's digits."""
        return "".join(self.digits[int(figure)] for figure in figures)

    def grouped_integer(self, whole: str) -> str:
        """Inserts the picture's separators, counted from the right; regular separators repeat."""
        group = self.marks["grouping-separator"]
        pieces = self.integer.split(group)
        places = [self.count("".join(pieces[n:]), self.digit_marks) for n in range(1, len(pieces))]
        if places:
            size = reduce(math.gcd, places)
            if size and set(places) == {size * n for n in range(1, len(places) + 1)}:
                places = list(range(size, len(whole), size))[::-1]
        cuts = sorted({len(whole) - place for place in places if place < len(whole)})
        return _separate_picture_groups(whole, cuts, group)

    def grouped_fraction(self, rest: str) -> str:
        """Inserts the picture's separators, counted from the left."""
        group = self.marks["grouping-separator"]
        pieces = self.fraction.split(group)
        places = [self.count("".join(pieces[:n]), self.digit_marks) for n in range(1, len(pieces))]
        return _separate_picture_groups(rest, [place for place in places if place < len(rest)], group)


def _separate_picture_groups(text: str, cuts: list[int], separator: str) -> str:
    return separator.join(text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))


def _scale_for_picture(value: int | float, digits: int) -> tuple[int | float, int]:
    """Returns (mantissa with that many digits before the point, power of ten)."""
    power = 0
    while 0 < value < 10.0 ** (digits - 1):
        value, power = value * 10, power - 1
    while value > 10.0**digits:
        value, power = value / 10, power + 1
    return value, power


def _round_for_picture(value: int | float, places: int) -> str:
    """Rounds a number to text such as `1234.50`.

    Halves, in the number as JavaScript prints it, are rounded to the even digit.
    """
    exact = Decimal(repr(value)).quantize(
        Decimal(1).scaleb(-places), ROUND_HALF_EVEN, Context(prec=400 + places)
    )
    return f"{exact if isinstance(value, int) or value >= 1e21 else float(exact):.{places}f}"
