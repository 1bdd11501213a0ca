"""Rows of text-delimited files, by Step Functions' rules.

https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
Python's csv module has other rules: there, a doubled quote is an escape only in a quoted field, and a
backslash is either no escape or one before any character.

Rule 1: a field in double quotes may hold delimiters and line ends.
Rule 2: a doubled quote is a quote, in a field without quotes too.
Rule 3: a backslash before a backslash, a quote or the delimiter is an escape; another is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

QUOTE, ESCAPE = '"', "\\"

MAX_RECORD_CHARACTERS = 16 * 2**20
"""The maximum length of a record, which may have many lines."""


class InvalidCsv(ValueError):
    """A file that is not text-delimited; the message has the place."""


class CsvRow(NamedTuple):
    """The fields of a record, and the number of its last line."""

    fields: Sequence[str]
    line: int


def csv_format_records(lines: Iterable[str], delimiter: str) -> Iterator[CsvRow]:
    """Yields the records of a file's lines, which have their line ends. Raises InvalidCsv.

    Empty lines are no records.
    """
    tokens = re.compile(f'[^"\\\\{re.escape(delimiter)}]+|.', re.DOTALL)
    record: _CsvRecord | None = None
    number = 0
    for number, line in enumerate(lines, 1):
        if record is None and QUOTE not in line and ESCAPE not in line:
            if text := line.rstrip("\r\n"):
                yield CsvRow(text.split(delimiter), number)
            continue
        record = record or _CsvRecord(delimiter)
        record.read_csv_line(tokens.findall(line))
        if record.size > MAX_RECORD_CHARACTERS:
            raise InvalidCsv(
                f"a record is longer than {MAX_RECORD_CHARACTERS} characters, near line {number}"
            )
        if not record.is_quoted:
            yield CsvRow(record.csv_fields(), number)
            record = None
    if record is not None:
        yield CsvRow(record.csv_fields(), number)


class _CsvRecord:
    """A record whose lines are being read; `is_quoted` says whether it continues on the next line."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._escapable = (QUOTE, ESCAPE, delimiter)
        self._fields: list[str] = []
        self._field: list[str] = []
        self.is_quoted = False
        self.size = 0

    def read_csv_line(self, tokens: Sequence[str]) -> None:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            after = tokens[at + 1] if at + 1 < len(tokens) else ""
            at += 1
            if token == ESCAPE:
                if after in self._escapable:
                    self._add(after)
                    at += 1
            elif token == QUOTE:
                at += self._read_csv_quote(after, tokens[at + 1] if at + 1 < len(tokens) else "")
            elif token == self._delimiter and not self.is_quoted:
                self._end_csv_field()
            elif self.is_quoted:
                self._add(token)
            else:
                self._add(token.rstrip("\r\n"))

    def _read_csv_quote(self, after: str, then: str) -> int:
        """Reads a quote before the tokens `after` and `then`. Returns how many of these it uses."""
        doubled = after == QUOTE
        if self.is_quoted:
            if doubled:
                self._add(QUOTE)
                return 1
            self.is_quoted = False
            return 0
        if self._field:
            self._add(QUOTE)
            return 1 if doubled else 0
        # At the start of a field, "" is an empty field, or a doubled quote before text without quotes.
        if doubled and then not in ("", QUOTE, self._delimiter) and then.strip("\r\n"):
            self._add(QUOTE)
            return 1
        self.is_quoted = True
        return 0

    def _add(self, text: str) -> None:
        self._field.append(text)
        self.size += len(text)

    def _end_csv_field(self) -> None:
        self._fields.append("".join(self._field))
        self._field = []

    def csv_fields(self) -> Sequence[str]:
        self._end_csv_field()
        return self._fields
