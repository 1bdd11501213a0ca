"""Versions and aliases of Lambda functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_store, create_or_update, none_if_missing
from sfn_cli.stacks.resources.local.function_arns import property_function_arn, qualified_function_arn
from sfn_cli.stacks.resources.properties import property_object, property_objects
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "lambda"


# Versions


def _predict_version(naming: Naming, properties: Properties) -> CreatedResource:
    return _created_version(property_function_arn(naming, properties.get("FunctionName")), "1")


def _created_version(function_arn: str, version: str) -> CreatedResource:
    version_arn = qualified_function_arn(function_arn, version)
    return CreatedResource(version_arn, {"FunctionArn": version_arn, "Version": version})


def _create_version(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    """Publishes a version, unless the function is unchanged since its latest version."""
    # CodeSha256 is dropped: it is the hash of a build on another machine.
    request = {name: properties.get(name) for name in ("FunctionName", "Description")}
    before = set(_published_versions(context, request))
    published = call_store(context, _SERVICE, "PublishVersion", request)["Version"]
    function_arn = property_function_arn(context.naming, properties.get("FunctionName"))
    return _created_version(function_arn, published)._replace(existed=published in before)


def _published_versions(context: ProvisioningContext, request: Mapping[str, Any]) -> Iterator[str]:
    marker = None
    while True:
        page = call_store(context, _SERVICE, "ListVersionsByFunction", {**request, "Marker": marker})
        yield from (version["Version"] for version in page["Versions"])
        marker = page.get("NextMarker")
        if not marker:
            return


def _update_version(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _create_version(context, new)


def _delete_version(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(
        lambda: call_store(context, _SERVICE, "DeleteFunction", {"FunctionName": created.physical_id})
    )


VERSION = ResourceType(
    predict=_predict_version,
    create=_create_version,
    update=_update_version,
    delete=_delete_version,
    replaced_by=frozenset({"FunctionName"}),
    is_local=True,
    # The fingerprint is that of the published function: deployment/published_code.py.
)


# Aliases


def _predict_alias(naming: Naming, properties: Properties) -> CreatedResource:
    name = str(properties.get("Name", ""))
    function_arn = property_function_arn(naming, properties.get("FunctionName"))
    alias_arn = qualified_function_arn(function_arn, name)
    return CreatedResource(alias_arn, {"AliasArn": alias_arn})


def _alias_request(properties: Properties) -> dict[str, Any]:
    """Returns the request with the weights as a map from versions, as the operations expect."""
    weights = property_objects(property_object(properties, "RoutingConfig"), "AdditionalVersionWeights")
    routing = {str(weight.get("FunctionVersion")): weight.get("FunctionWeight") for weight in weights}
    return {
        "Description": "",
        **properties,
        "RoutingConfig": {"AdditionalVersionWeights": routing},
    }


def _create_alias(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    _, existed = create_or_update(context, _SERVICE, "Alias", _alias_request(properties))
    return _predict_alias(context.naming, properties)._replace(existed=existed)


def _update_alias(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    call_store(context, _SERVICE, "UpdateAlias", _alias_request(new))
    return created


def _delete_alias(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"FunctionName": properties.get("FunctionName"), "Name": properties.get("Name")}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteAlias", request))


ALIAS = ResourceType(
    predict=_predict_alias,
    create=_create_alias,
    update=_update_alias,
    delete=_delete_alias,
    replaced_by=frozenset({"FunctionName", "Name"}),
    is_local=True,
)
