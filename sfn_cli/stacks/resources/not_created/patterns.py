"""Resources that have only a Ref and attributes, each written as a pattern.

A pattern is a format string. Its fields are the resource's properties and

    {name}                the name in a property, or a generated one
    {ref}                 the value of Ref
    {id}, {token}, {uuid} a made-up id: 10 or 32 lower-case characters, or a UUID
    {region}, {account}, {stack}
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.stacks.resources.properties import property_text
from sfn_cli.stacks.resources.resource import CreatedResource, Extent, ResourceType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_NAME_LENGTH = 64


class Pattern(NamedTuple):
    """The Ref and the attributes of a type."""

    ref: str
    attributes: Mapping[str, str] = {}
    name_property: str | None = None
    defaults: Mapping[str, str] = {}
    """The default values of properties that the pattern uses."""
    name_length: int = _NAME_LENGTH


def pattern_type(pattern: Pattern, extent: Extent) -> ResourceType:
    """Returns the row of a type that is only named or listed."""
    row = not_created_type(partial(fill_pattern, pattern), extent)
    return row._replace(name_property=pattern.name_property)


def not_created_type(
    predict: Callable[[Naming, Properties], CreatedResource], extent: Extent
) -> ResourceType:
    """Returns the row of a type that is not created: its names are always the predicted ones."""

    def create(context: ProvisioningContext, properties: Properties) -> CreatedResource:
        return predict(context.naming, properties)

    def update(
        context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
    ) -> CreatedResource:
        return predict(context.naming, new)

    return ResourceType(predict=predict, create=create, update=update, delete=_delete_nothing, extent=extent)


def _delete_nothing(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    """Does nothing: there is nothing to delete."""


def fill_pattern(pattern: Pattern, naming: Naming, properties: Properties) -> CreatedResource:
    """Returns the Ref and attributes that a pattern describes."""
    given = properties.get(pattern.name_property) if pattern.name_property else None
    fields = _Fields(
        {
            **pattern.defaults,
            **{name: property_text(value) for name, value in properties.items() if value is not None},
            "name": property_text(given) if given else naming.generated(pattern.name_length),
            "id": naming.identifier(10),
            "token": naming.identifier(32),
            "uuid": naming.uuid(),
            "region": naming.region,
            "account": naming.account_id,
            "stack": naming.stack,
        }
    )
    fields["ref"] = pattern.ref.format_map(fields)
    attributes = {name: text.format_map(fields) for name, text in pattern.attributes.items()}
    return CreatedResource(fields["ref"], attributes)


class _Fields(dict[str, str]):
    """The fields of a pattern; an absent property is an empty string."""

    def __missing__(self, name: str) -> str:
        return ""
