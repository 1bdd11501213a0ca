"""A module: its files, and the values of the names in its expressions.

Expressions are evaluated only when they are needed, so one that cannot be evaluated affects only the
expressions that need it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.suggestions import suggested_name
from sfn_cli.stacks.readers.terraform.functions.table import call_function
from sfn_cli.stacks.readers.terraform.instances import Instance, instances_of
from sfn_cli.stacks.readers.terraform.language.evaluator import LocalScope, evaluate
from sfn_cli.stacks.readers.terraform.language.parser import parse_template_file
from sfn_cli.stacks.readers.terraform.language.syntax import Block, HclBody, Position, SourceText
from sfn_cli.stacks.readers.terraform.language.values import ConversionError, Value, to_object, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.readers.terraform.project import TerraformProject

_BLOCKS = frozenset({"data", "resource", "module", "variable", "output", "locals"})


class Named:
    """An object whose attributes come from a function: `var`, `local`, `data.TYPE`, …"""

    def __init__(self, attribute: Callable[[str, Position], Value]) -> None:
        self.attribute = attribute


class Module:
    """A module with the values of its variables. It is also the scope of its expressions."""

    def __init__(
        self,
        project: TerraformProject,
        body: HclBody,
        path: str,
        address: str = "",
        inputs: Mapping[str, Callable[[], Value]] = MappingProxyType({}),
        load_child: Callable[[Module, Block, str, Mapping[str, Callable[[], Value]]], Module] | None = None,
    ) -> None:
        self.project = project
        self.path = path
        """The module's folder, as in `path.module`: relative to the root module's, or absolute."""
        self.address = address
        """The address of the call: "module.orders", empty for the root module."""
        self._inputs = inputs
        self._load_child = load_child
        self.resources = _typed_blocks(body, "resource")
        self.data = _typed_blocks(body, "data")
        self.calls = _labelled(body, "module")
        self.variables = _labelled(body, "variable")
        self.outputs = _labelled(body, "output")
        self.providers = body.blocks_of("provider")
        self._locals = {
            name: attribute
            for block in body.blocks_of("locals")
            for name, attribute in block.body.attributes.items()
        }
        self._known: dict[tuple[str, ...], tuple[Value, set[str]]] = {}
        self._evaluated_now: list[tuple[str, ...]] = []

    def lookup(self, name: str, at: Position) -> Value:
        match name:
            case "var":
                return Named(self._variable)
            case "local":
                return Named(self._local)
            case "data":
                return Named(
                    lambda kind, _: Named(lambda label, at: self._instances("data", kind, label, at))
                )
            case "module":
                return Named(self._module_call)
            case "path":
                root = str(self.project.folder)
                return {"module": self.path, "root": ".", "cwd": root}
            case "terraform":
                return {"workspace": "default"}
            case "each" | "count" | "self":
                raise at.error(f'"{name}" cannot be used here')
        if any(type == name for type, _ in self.resources):
            return Named(lambda label, at: self._instances("resource", name, label, at))
        raise at.error(f'Unknown name "{name}".{self._suggestion(name)}')

    def _suggestion(self, name: str) -> str:
        if name in self.variables:
            return f' Did you mean "var.{name}"?'
        return f' Did you mean "local.{name}"?' if name in self._locals else ""

    def call(self, name: str, arguments: list[Value], at: Position) -> Value:
        if name in {"templatefile", "templatestring"}:
            return self._template(name, arguments, at)
        return call_function(self.project.functions, name, arguments)

    def _template(self, function: str, arguments: list[Value], at: Position) -> Value:
        if len(arguments) != 2:
            raise ConversionError(f"the function {function} needs 2 arguments, not {len(arguments)}")
        text = arguments[0]
        file = f"{at.source.file} (template)"
        if function == "templatefile":
            text = self.project.file_functions.text(arguments[0])
            file = str(self.project.file_functions.path(arguments[0]))
        return self.rendered(SourceText(file, to_text(text)), to_object(arguments[1]))

    def rendered(self, template: SourceText, variables: Mapping[str, Value]) -> str:
        """Returns a template's text for the given variables, as `templatefile` does."""
        value = evaluate(parse_template_file(template), LocalScope(variables, self, is_closed=True))
        return to_text(value)

    # Values that are evaluated once

    def known(self, key: tuple[str, ...], at: Position, compute: Callable[[], Value]) -> Value:
        """Returns a value, which is computed when it is first used."""
        if key not in self._known:
            if key in self._evaluated_now:
                cycle = [".".join(each) for each in self._evaluated_now[self._evaluated_now.index(key) :]]
                raise at.error(f"Circular reference: {' → '.join([*cycle, cycle[0]])}")
            self._evaluated_now.append(key)
            dependencies = self.project.start_dependencies()
            try:
                value = compute()
            finally:
                self.project.end_dependencies()
                self._evaluated_now.pop()
            self._known[key] = value, dependencies
        value, dependencies = self._known[key]
        self.project.depend_on(dependencies)
        return value

    def _local(self, name: str, at: Position) -> Value:
        attribute = self._locals.get(name)
        if attribute is None:
            raise at.error(f'There is no local value "{name}".{suggested_name(name, self._locals)}')
        return self.known(("local", name), at, lambda: evaluate(attribute.expression, self))

    def _variable(self, name: str, at: Position) -> Value:
        block = self.variables.get(name)
        if block is None:
            raise at.error(f'There is no variable "{name}".{suggested_name(name, self.variables)}')
        return self.known(("var", name), at, lambda: self._variable_value(name, block))

    def _variable_value(self, name: str, block: Block) -> Value:
        value = self._inputs[name]() if name in self._inputs else None
        default = block.body.attributes.get("default")
        if value is None and default is not None:
            value = evaluate(default.expression, self)
        elif name not in self._inputs:
            if self.address:
                raise block.at.error(f'The module call needs a value for "{name}"')
            return self.project.holes.text({"Ref": name})
        return _typed(value, block)

    def output(self, name: str, at: Position) -> Value:
        block = self.outputs.get(name)
        if block is None or "value" not in block.body.attributes:
            raise at.error(f'The module has no output "{name}".{suggested_name(name, self.outputs)}')
        value = block.body.attributes["value"].expression
        return self.known(("output", name), at, lambda: evaluate(value, self))

    def _instances(self, mode: str, type: str, label: str, at: Position) -> Value:
        blocks = self.resources if mode == "resource" else self.data
        block = blocks.get((type, label))
        if block is None:
            labels = {other: block for (kind, other), block in blocks.items() if kind == type}
            what = f"{type}.{label}" if mode == "resource" else f"data.{type}.{label}"
            raise at.error(f"There is no {what}.{suggested_name(label, labels)}")
        return self.known(
            (mode, type, label),
            at,
            lambda: instances_of(block, self, lambda key, scope: Instance(self, block, key, scope)),
        )

    def instances(self, block: Block) -> list[Instance]:
        """Returns the instances of a resource: one, or several by count or for_each."""
        return _listed(self._instances(block.type, block.labels[0], block.labels[1], block.at))

    def _module_call(self, name: str, at: Position) -> Value:
        block = self.calls.get(name)
        if block is None:
            raise at.error(f'There is no module "{name}".{suggested_name(name, self.calls)}')
        return self.known(
            ("module", name),
            at,
            lambda: instances_of(block, self, lambda key, scope: ModuleCall(self._child(block, key, scope))),
        )

    def children(self, block: Block) -> list[Module]:
        return [call.module for call in _listed(self._module_call(block.labels[0], block.at))]

    def _child(self, block: Block, key: Any, scope: Any) -> Module:
        assert self._load_child is not None
        suffix = "" if key is None else f"[{key}]"
        address = ".".join(filter(None, (self.address, f"module.{block.labels[0]}{suffix}")))
        inputs = {
            name: (lambda expression=attribute.expression: evaluate(expression, scope))
            for name, attribute in block.body.attributes.items()
        }
        return self._load_child(self, block, address, inputs)


class ModuleCall:
    """`module.NAME`, whose attributes are the module's outputs."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def attribute(self, name: str, at: Position) -> Value:
        return self.module.output(name, at)


def _labelled(body: HclBody, type: str) -> dict[str, Block]:
    return {block.labels[0]: block for block in body.blocks_of(type) if len(block.labels) == 1}


def _typed_blocks(body: HclBody, kind: str) -> Mapping[tuple[str, ...], Block]:
    return {block.labels: block for block in body.blocks_of(kind) if len(block.labels) == 2}


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else [value]


def _typed(value: Value, block: Block) -> Value:
    """Converts a value to the variable's type, if that is a primitive type."""
    type = block.body.attributes.get("type")
    name = getattr(type.expression, "name", None) if type else None
    if value is None or name not in {"string", "number", "bool"}:
        return value
    try:
        return call_function(_CONVERSIONS, name, [value])
    except ConversionError as error:
        raise block.at.error(f'The variable "{block.labels[0]}" must be a {name}: {error}') from None


def _conversions() -> dict[str, Callable[..., Value]]:
    from sfn_cli.stacks.readers.terraform.language.values import to_boolean, to_number

    return {"string": to_text, "number": to_number, "bool": to_boolean}


_CONVERSIONS = _conversions()
