"""Resource types that are parts of an API.

Each is stored as it is written, and `api.apigateway` puts the parts together when the API is called.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.not_created.patterns import Pattern, fill_pattern
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType
from sfn_cli.store.records.apis.parts import ApiPart

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext


def api_part_type(
    kind: str,
    pattern: Pattern,
    api_property: str | None,
    *,
    id_property: str | None = None,
    scoped: bool = False,
    fields: Callable[[Properties], Properties] = lambda properties: properties,
    also_replaced_by: tuple[str, ...] = (),
) -> ResourceType:
    """Returns the row of a part of an API.

    `api_property` has the API's id; None: the part belongs to no API. `id_property` has the part's
    id; None: its Ref. With `scoped`, several APIs may have a part of the same Ref, such as a stage.
    `fields` returns the properties that the pattern uses.
    """

    def predict(naming: Naming, properties: Properties) -> CreatedResource:
        created = fill_pattern(pattern, naming, fields(properties))
        if not scoped:
            return created
        return created._replace(
            physical_id=f"{api_of(properties)}|{created.physical_id}", ref=created.physical_id
        )

    def api_of(properties: Properties) -> str:
        return str(properties.get(api_property) or "") if api_property else ""

    def id_of(created: CreatedResource, properties: Properties) -> str:
        return str(properties.get(id_property)) if id_property else str(created.reference)

    def create(context: ProvisioningContext, properties: Properties) -> CreatedResource:
        created = predict(context.naming, properties)
        if api_property and not api_of(properties):
            raise ResourceError(f"{api_property} is missing.")
        part = ApiPart(api_of(properties), kind, id_of(created, properties), properties)
        context.service.api_parts.save(part)
        return created

    def update(
        context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
    ) -> CreatedResource:
        if id_of(created, old) != id_of(created, new):
            delete(context, created, old)
        return create(context, new)

    def delete(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
        context.service.api_parts.delete(api_of(properties), kind, id_of(created, properties))

    replacing = {name for name in (api_property, id_property, *also_replaced_by) if name}
    return ResourceType(
        predict=predict,
        create=create,
        update=update,
        delete=delete,
        replaced_by=frozenset(replacing),
        name_property=pattern.name_property,
        is_local=True,
    )
