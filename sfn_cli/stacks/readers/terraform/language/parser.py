"""Parses HCL: bodies of attributes and blocks, and expressions."""

from __future__ import annotations

import re

from sfn_cli.stacks.readers.terraform.language.scanner import NUMBER, Scanner
from sfn_cli.stacks.readers.terraform.language.syntax import (
    Attribute,
    Binary,
    Block,
    Conditional,
    Expression,
    For,
    FunctionCall,
    GetAttribute,
    HclBody,
    Index,
    Literal,
    ObjectItems,
    Position,
    SourceText,
    Splat,
    SplatItem,
    TemplateText,
    TupleItems,
    Unary,
    Variable,
)
from sfn_cli.stacks.readers.terraform.language.template_parser import TemplateParser

_OPERATORS = (("||",), ("&&",), ("==", "!="), ("<=", ">=", "<", ">"), ("+", "-"), ("*", "/", "%"))
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w.-]*)[ \t\r]*\n")
_MAX_DIGITS = 1000
_CONSTANTS = {"true": True, "false": False, "null": None}


def parse_hcl_body(source: SourceText) -> HclBody:
    """Parses a file. Raises TemplateError at the first syntax error."""
    parser = HclParser(source)
    if parser.text.startswith("\ufeff"):
        parser.offset = 1
    return parser.body(is_file=True)


def parse_hcl_expression(source: SourceText) -> Expression:
    """Parses a text that is a single expression, such as a variable's value on the command line."""
    parser = HclParser(source)
    parser.skip(lines=True)
    expression = parser.expression(lines=True)
    parser.skip(lines=True)
    if not parser.is_at_end:
        raise parser.error(f"Expected the end of the value, not {parser.found()}")
    return expression


class HclParser(Scanner):
    """A recursive descent parser. `lines` says whether newlines are whitespace, as in brackets."""

    def body(self, *, is_file: bool = False) -> HclBody:
        body = HclBody()
        while True:
            self.skip(lines=True)
            if self.is_at_end and is_file:
                return body
            if not is_file and self.accept("}"):
                return body
            self._item(body)

    def _item(self, body: HclBody) -> None:
        at = self.at()
        name = self.expect_name("the name of an attribute or a block")
        self.skip(lines=False)
        if self.next == "=" and not self.startswith("=="):
            self.offset += 1
            self.skip(lines=False)
            expression = self.expression(lines=False)
            if name in body.attributes:
                raise at.error(f'"{name}" is set twice')
            body.attributes[name] = Attribute(name, expression, at)
            self._end_of_line()
            return
        labels = []
        while self.next != "{":
            labels.append(self._label())
            self.skip(lines=False)
        self.offset += 1
        self.deeper()
        body.blocks.append(Block(name, tuple(labels), self.body(), at))
        self.depth -= 1
        self._end_of_line()

    def _label(self) -> str:
        if self.next == '"':
            at = self.at()
            template = self._quoted()
            if all(isinstance(part, str) for part in template.parts):
                return "".join(part for part in template.parts if isinstance(part, str))
            raise at.error("A block's label cannot contain an expression")
        return self.expect_name('"=", "{" or a label')

    def _end_of_line(self) -> None:
        self.skip(lines=False)
        if not self.is_at_end and self.next not in "\n}":
            raise self.error(f"Expected the end of the line, not {self.found()}")

    # Expressions

    def expression(self, *, lines: bool) -> Expression:
        self.deeper()
        at = self.at()
        condition = self._binary(0, lines)
        self.skip(lines=lines)
        if self.accept("?"):
            self.skip(lines=True)
            then = self.expression(lines=lines)
            self.skip(lines=True)
            self.expect(":", 'after "?" and a value')
            self.skip(lines=True)
            condition = Conditional(condition, then, self.expression(lines=lines), at)
        self.depth -= 1
        return condition

    def _binary(self, level: int, lines: bool) -> Expression:
        if level == len(_OPERATORS):
            return self._unary(lines)
        left = self._binary(level + 1, lines)
        while True:
            self.skip(lines=lines)
            at = self.at()
            operator = next((o for o in _OPERATORS[level] if self.startswith(o)), None)
            if operator is None or self.startswith("=>"):
                return left
            self.offset += len(operator)
            self.skip(lines=True)
            left = Binary(operator, left, self._binary(level + 1, lines), at)

    def _unary(self, lines: bool) -> Expression:
        at = self.at()
        for operator in "-!":
            if self.next == operator:
                self.offset += 1
                self.skip(lines=lines)
                self.deeper()
                operand = self._unary(lines)
                self.depth -= 1
                return Unary(operator, operand, at)
        return self._with_traversal(self._term(lines), lines)

    def _with_traversal(self, term: Expression, lines: bool, *, attributes_only: bool = False) -> Expression:
        """Parses the `.name`, `[key]` and splats after a term."""
        while True:
            saved = self.offset
            self.skip(lines=lines)
            at = self.at()
            if self.startswith("...") or self.next not in {".", "["}:
                self.offset = saved
                return term
            if self.accept(".*"):
                each = self._with_traversal(SplatItem(at), lines, attributes_only=True)
                term = Splat(term, each, at)
            elif self.next == "." and (number := re.compile(r"\.(\d+)").match(self.text, self.offset)):
                self.offset = number.end()
                term = Index(term, Literal(int(number.group(1)), at), at)
            elif self.accept("."):
                self.skip(lines=lines)
                term = GetAttribute(term, self.expect_name("the name of an attribute"), at)
            elif attributes_only:
                self.offset = saved
                return term
            elif re.compile(r"\[\s*\*\s*\]").match(self.text, self.offset):
                self.offset = self.text.index("]", self.offset) + 1
                term = Splat(term, self._with_traversal(SplatItem(at), lines), at)
            else:
                self.offset += 1
                self.skip(lines=True)
                key = self.expression(lines=True)
                self.skip(lines=True)
                self.expect("]", "after an index")
                term = Index(term, key, at)

    def _term(self, lines: bool) -> Expression:
        at = self.at()
        character = self.next
        if character == '"':
            return self._quoted()
        if character == "(":
            self.offset += 1
            self.skip(lines=True)
            inner = self.expression(lines=True)
            self.skip(lines=True)
            self.expect(")", "after an expression in parentheses")
            return inner
        if character == "[":
            return self._tuple(at)
        if character == "{":
            return self._object(at)
        if match := _HEREDOC.match(self.text, self.offset):
            return self._heredoc(match)
        if number := NUMBER.match(self.text, self.offset, self.end):
            self.offset = number.end()
            text = number.group()
            if len(text) > _MAX_DIGITS:
                raise at.error(f"The number has more than {_MAX_DIGITS} digits")
            return Literal(int(text) if text.isdigit() else float(text), at)
        name = self.accept_name()
        if name is None:
            raise self.error(f"Expected a value, not {self.found()}")
        while self.startswith("::"):
            self.offset += 2
            name += "::" + self.expect_name("the name of a function")
        saved = self.offset
        self.skip(lines=False)
        if self.accept("("):
            return self._call(name, at)
        self.offset = saved
        return Literal(_CONSTANTS[name], at) if name in _CONSTANTS else Variable(name, at)

    def _call(self, name: str, at: Position) -> Expression:
        arguments: list[Expression] = []
        expands = False
        while True:
            self.skip(lines=True)
            if self.accept(")"):
                return FunctionCall(name, tuple(arguments), expands, at)
            arguments.append(self.expression(lines=True))
            self.skip(lines=True)
            expands = self.accept("...")
            self.skip(lines=True)
            if self.next != ")":
                self.expect(",", f"between the arguments of {name}")

    def _tuple(self, at: Position) -> Expression:
        self.offset += 1
        self.skip(lines=True)
        if self.accept_keyword("for"):
            return self._for("]", at)
        items: list[Expression] = []
        while True:
            self.skip(lines=True)
            if self.accept("]"):
                return TupleItems(tuple(items), at)
            items.append(self.expression(lines=True))
            self.skip(lines=True)
            if self.next != "]":
                self.expect(",", "between the items of a list")

    def _object(self, at: Position) -> Expression:
        self.offset += 1
        self.skip(lines=True)
        saved = self.offset
        if self.accept_keyword("for"):
            self.skip(lines=True)
            if self.next not in "=:":
                return self._for("}", at)
            self.offset = saved
        items: list[tuple[Expression, Expression]] = []
        while True:
            self.skip(lines=True)
            if self.accept("}"):
                return ObjectItems(tuple(items), at)
            key = self._object_key()
            self.skip(lines=False)
            if not self.accept(":"):
                self.expect("=", "after the key of an object")
            self.skip(lines=True)
            items.append((key, self.expression(lines=False)))
            self.skip(lines=False)
            if self.next not in "\n}" and not self.accept(","):
                raise self.error(f'Expected "," or the end of the line, not {self.found()}')

    def _object_key(self) -> Expression:
        saved = self.offset
        at = self.at()
        name = self.accept_name()
        if name is not None:
            self.skip(lines=False)
            if self.next == ":" or (self.next == "=" and not self.startswith("==")):
                return Literal(name, at)
        self.offset = saved
        return self.expression(lines=False)

    def _for(self, closing: str, at: Position) -> Expression:
        self.skip(lines=True)
        first = self.expect_name('a name after "for"')
        self.skip(lines=True)
        key_name, value_name = None, first
        if self.accept(","):
            self.skip(lines=True)
            key_name, value_name = first, self.expect_name("a second name")
            self.skip(lines=True)
        if not self.accept_keyword("in"):
            raise self.error(f'Expected "in", not {self.found()}')
        self.skip(lines=True)
        collection = self.expression(lines=True)
        self.skip(lines=True)
        self.expect(":", 'after the collection of a "for"')
        self.skip(lines=True)
        result = self.expression(lines=True)
        self.skip(lines=True)
        key_result = None
        if closing == "}":
            self.expect("=>", 'after the key of a "for"')
            self.skip(lines=True)
            key_result, result = result, self.expression(lines=True)
            self.skip(lines=True)
        groups = self.accept("...")
        self.skip(lines=True)
        condition = None
        if self.accept_keyword("if"):
            self.skip(lines=True)
            condition = self.expression(lines=True)
            self.skip(lines=True)
        self.expect(closing, 'after a "for"')
        return For(key_name, value_name, collection, key_result, result, groups, condition, at)

    # Templates

    def _quoted(self) -> TemplateText:
        at = self.at()
        self.offset += 1
        parser = TemplateParser(self.source, HclParser, self.offset, self.end, self.depth)
        parts = parser.quoted()
        self.offset = parser.offset
        return TemplateText(parts, at)

    def _heredoc(self, match: re.Match[str]) -> TemplateText:
        at = self.at()
        ending = re.compile(rf"^[ \t]*{re.escape(match.group(2))}[ \t\r]*$", re.MULTILINE)
        end = ending.search(self.text, match.end(), self.end)
        if end is None:
            raise self.error(f"This heredoc has no end. Add a line with {match.group(2)}")
        parser = TemplateParser(self.source, HclParser, match.end(), end.start(), self.depth)
        parts = parser.unquoted(removes_indentation=match.group(1) == "-")
        self.offset = end.end()
        return TemplateText(parts, at)


def parse_template_file(source: SourceText) -> TemplateText:
    """Parses a text that is a template as a whole, such as the file of `templatefile`."""
    parser = TemplateParser(source, HclParser, 0, len(source.text), 0)
    return TemplateText(parser.unquoted(), Position(source, 0))
