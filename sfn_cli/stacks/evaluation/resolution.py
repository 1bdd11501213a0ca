"""Replaces the intrinsic functions in a template's value with their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.suggestions import suggested_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.evaluation.context import Lookups
    from sfn_cli.stacks.resources.resource import CreatedResource
    from sfn_cli.stacks.stack import Path_, Stack, TemplateError

    Intrinsic = Callable[["Resolution", Any, Path_], Json]
    """An intrinsic function: takes its argument, unresolved, and the argument's path."""

NO_VALUE = object()
"""The value of AWS::NoValue: a member or an item with this value is removed."""


class Resolution:
    """Resolves values of one stack, given the resources that already exist."""

    def __init__(
        self,
        stack: Stack,
        values: Mapping[str, Json],
        lookups: Lookups,
        functions: Mapping[str, Intrinsic],
        condition: Callable[[str, Path_], bool],
        created: Mapping[str, CreatedResource],
        *,
        in_condition: bool = False,
    ) -> None:
        self.stack = stack
        self.lookups = lookups
        self.condition = condition
        self._values = values
        """The values of parameters and pseudo parameters."""
        self._functions = functions
        self._made = created
        self._in_condition = in_condition

    def value(self, value: Any, path: Path_) -> Json:
        """Returns a value with its intrinsic functions resolved. Raises TemplateError."""
        if isinstance(value, dict):
            if len(value) == 1:
                (key,) = value
                if key in self._functions or key.startswith("Fn::"):
                    return self._call(key, value[key], (*path, key))
                if key == "Condition" and self._in_condition:
                    name = value[key]
                    return self.condition(name, (*path, key))
            items = ((key, self.value(item, (*path, key))) for key, item in value.items())
            return {key: item for key, item in items if item is not NO_VALUE}
        if isinstance(value, list):
            resolved = (self.value(item, (*path, index)) for index, item in enumerate(value))
            return [item for item in resolved if item is not NO_VALUE]
        return value

    def text(self, value: Any, path: Path_) -> str:
        """Returns a resolved value as text, converted as CloudFormation does."""
        return self.as_text(self.value(value, path), path)

    def as_text(self, value: Json, path: Path_) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        kind = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else "no value"
        raise self.error(path, f"Expected a string, found {kind}.")

    def sequence(self, value: Any, path: Path_) -> list[Json]:
        """Returns a resolved value that must be a list."""
        resolved = self.value(value, path)
        if not isinstance(resolved, list):
            raise self.error(path, "Expected a list.")
        return resolved

    def boolean(self, value: Any, path: Path_) -> bool:
        """Returns a resolved value that must be true or false."""
        resolved = self.value(value, path)
        if isinstance(resolved, bool):
            return resolved
        if resolved in ("true", "false"):
            return bool(resolved == "true")
        raise self.error(path, "Expected a condition: Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition.")

    def reference(self, name: Any, path: Path_) -> Json:
        """Returns the value of Ref."""
        if not isinstance(name, str):
            raise self.error(path, "Ref needs the name of a parameter or a resource.")
        if name in self._values:
            return self._values[name]
        if name == "AWS::NoValue":
            return NO_VALUE
        return self._resource(name, path, "parameter or resource", self._values).reference

    def attribute(self, name: str, attribute: str, path: Path_) -> Json:
        """Returns the value of Fn::GetAtt."""
        created = self._resource(name, path, "resource", ())
        try:
            return created.attributes[attribute]
        except KeyError:
            raise self.error(
                path,
                f'{name} ({self.stack.resources[name].get("Type")}) has no attribute "{attribute}".'
                f"{suggested_name(attribute, created.attributes)}",
            ) from None

    def error(self, path: Path_, message: str) -> TemplateError:
        return self.stack.error(path, message)

    def _resource(self, name: str, path: Path_, wanted: str, others: Any) -> CreatedResource:
        if (created := self._made.get(name)) is not None:
            return created
        resource = self.stack.resources.get(name)
        if resource is None:
            raise self.error(
                path,
                f'There is no {wanted} "{name}".{suggested_name(name, [*others, *self.stack.resources])}',
            )
        if self._in_condition:
            raise self.error(path, f'A condition cannot refer to a resource ("{name}").')
        condition = resource.get("Condition")
        if condition is not None and not self.condition(condition, ("Resources", name, "Condition")):
            raise self.error(
                path, f'The resource "{name}" is not created: its condition "{condition}" is false.'
            )
        raise self.error(path, f'The resource "{name}" ({resource.get("Type")}) is not created.')

    def _call(self, name: str, argument: Any, path: Path_) -> Json:
        function = self._functions.get(name)
        if function is None:
            raise self.error(path[:-1], f'Unknown function "{name}".{suggested_name(name, self._functions)}')
        return function(self, argument, path)
