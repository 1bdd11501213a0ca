"""Resources that have a Ref and attributes only, each written as a pattern.

A pattern is a format string. Its fields are the resource's own properties and

    {name}                the name that a property gives, or a generated one
    {ref}                 the value of Ref
    {id}, {token}, {uuid} what looks like a generated id: 10 or 32 lower-case characters, or a UUID
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
    """The values of properties that a pattern names and a template may leave out."""
    name_length: int = _NAME_LENGTH


def pattern_type(pattern: Pattern, extent: Extent) -> ResourceType:
    """Returns the row of a type that is named or listed only."""
    row = not_created_type(partial(fill_pattern, pattern), extent)
    return row._replace(name_property=pattern.name_property)


def not_created_type(
    predict: Callable[[Naming, Properties], CreatedResource], extent: Extent
) -> ResourceType:
    """Returns the row of a type of which nothing is created: it is always as predicted."""

    def create(context: ProvisioningContext, properties: Properties) -> CreatedResource:
        return predict(context.naming, properties)

    def update(
        context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
    ) -> CreatedResource:
        return predict(context.naming, new)

    return ResourceType(predict=predict, create=create, update=update, delete=_delete_nothing, extent=extent)


def _delete_nothing(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    """Deletes a resource that was not made."""


def fill_pattern(pattern: Pattern, naming: Naming, properties: Properties) -> CreatedResource:
    """Returns the Ref and the attributes that a pattern describes."""
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
    """The fields of a pattern: a property that is not given is an empty text."""

    def __missing__(self, name: str) -> str:
        return ""
