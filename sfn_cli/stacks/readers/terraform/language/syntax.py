"""The syntax tree of HCL.

Every node knows its place, so that an error in an expression points to the expression.
https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sfn_cli.stacks.stack import SourcePlace, TemplateError


@dataclass(frozen=True, eq=False)
class SourceText:
    """The text of a file, and its name for output."""

    file: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> SourcePlace:
        line = bisect.bisect_right(self._line_starts, offset)
        return SourcePlace(self.file, line, offset - self._line_starts[line - 1] + 1)


class Position(NamedTuple):
    """An offset in a source text."""

    source: SourceText
    offset: int

    @property
    def place(self) -> SourcePlace:
        return self.source.place(self.offset)

    def error(self, message: str) -> TemplateError:
        return TemplateError(self.place, message)


@dataclass(frozen=True, eq=False, slots=True)
class Literal:
    value: Any
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class Variable:
    """The first name of a reference: `var`, `local`, `aws_sqs_queue`, or a variable of a `for`."""

    name: str
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class GetAttribute:
    source: Expression
    name: str
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class Index:
    source: Expression
    key: Expression
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class SplatItem:
    """The current item in the expression that a splat evaluates for each item."""

    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class Splat:
    source: Expression
    each: Expression
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class FunctionCall:
    name: str
    arguments: tuple[Expression, ...]
    expands: bool
    """Whether the last argument is expanded as a list of arguments (`...`)."""
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class TupleItems:
    items: tuple[Expression, ...]
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class ObjectItems:
    items: tuple[tuple[Expression, Expression], ...]
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class For:
    """A `for` expression, which results in a list of `result`, or with `key_result` in an object."""

    key_name: str | None
    value_name: str
    collection: Expression
    key_result: Expression | None
    result: Expression
    groups: bool
    condition: Expression | None
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class Unary:
    operator: str
    operand: Expression
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class TemplateIf:
    condition: Expression
    then: TemplateParts
    otherwise: TemplateParts
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class TemplateFor:
    key_name: str | None
    value_name: str
    collection: Expression
    parts: TemplateParts
    at: Position


@dataclass(frozen=True, eq=False, slots=True)
class TemplateText:
    parts: TemplateParts
    at: Position


Expression = (
    Literal
    | Variable
    | GetAttribute
    | Index
    | SplatItem
    | Splat
    | FunctionCall
    | TupleItems
    | ObjectItems
    | For
    | Conditional
    | Binary
    | Unary
    | TemplateText
)

TemplateParts = tuple["str | Expression | TemplateIf | TemplateFor", ...]


@dataclass(frozen=True, eq=False, slots=True)
class Attribute:
    name: str
    expression: Expression
    at: Position


@dataclass
class HclBody:
    """The content of a file or a block."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def blocks_of(self, type: str) -> list[Block]:
        return [block for block in self.blocks if block.type == type]


@dataclass(frozen=True)
class Block:
    type: str
    labels: tuple[str, ...]
    body: HclBody
    at: Position
