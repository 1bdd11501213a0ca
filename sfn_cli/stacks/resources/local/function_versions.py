"""Versions and aliases of Lambda functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_store, if_there, is_there_already
from sfn_cli.stacks.resources.local.function_arns import property_function_arn, qualified_function_arn
from sfn_cli.stacks.resources.properties import property_object, property_objects
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "lambda"


# Versions


def _predict_version(naming: Naming, properties: Properties) -> Made:
    return _made_version(property_function_arn(naming, properties.get("FunctionName")), "1")


def _made_version(function_arn: str, version: str) -> Made:
    version_arn = qualified_function_arn(function_arn, version)
    return Made(version_arn, {"FunctionArn": version_arn, "Version": version})


def _create_version(making: Making, properties: Properties) -> Made:
    """Publishes the function; one that did not change since its last version gets no other."""
    # CodeSha256 is that of a build elsewhere.
    request = {name: properties.get(name) for name in ("FunctionName", "Description")}
    before = set(_published_versions(making, request))
    published = call_store(making, _SERVICE, "PublishVersion", request)["Version"]
    function_arn = property_function_arn(making.naming, properties.get("FunctionName"))
    return _made_version(function_arn, published)._replace(existed=published in before)


def _published_versions(making: Making, request: Mapping[str, Any]) -> Iterator[str]:
    marker = None
    while True:
        page = call_store(making, _SERVICE, "ListVersionsByFunction", {**request, "Marker": marker})
        yield from (version["Version"] for version in page["Versions"])
        marker = page.get("NextMarker")
        if not marker:
            return


def _update_version(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    return _create_version(making, new)


def _delete_version(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_store(making, _SERVICE, "DeleteFunction", {"FunctionName": made.physical_id}))


VERSION = ResourceType(
    predict=_predict_version,
    create=_create_version,
    update=_update_version,
    delete=_delete_version,
    replaced_by=frozenset({"FunctionName"}),
    is_local=True,
    # Its fingerprint is that of the function that it publishes: deployment/published_code.py.
)


# Aliases


def _predict_alias(naming: Naming, properties: Properties) -> Made:
    name = str(properties.get("Name", ""))
    function_arn = property_function_arn(naming, properties.get("FunctionName"))
    alias_arn = qualified_function_arn(function_arn, name)
    return Made(alias_arn, {"AliasArn": alias_arn})


def _alias_request(properties: Properties) -> dict[str, Any]:
    """Returns the request with the weights as a map of versions, as operations take them."""
    weights = property_objects(property_object(properties, "RoutingConfig"), "AdditionalVersionWeights")
    routing = {str(weight.get("FunctionVersion")): weight.get("FunctionWeight") for weight in weights}
    return {
        "Description": "",
        **properties,
        "RoutingConfig": {"AdditionalVersionWeights": routing},
    }


def _create_alias(making: Making, properties: Properties) -> Made:
    made = _predict_alias(making.naming, properties)
    try:
        call_store(making, _SERVICE, "CreateAlias", _alias_request(properties))
    except ResourceError as error:
        if not is_there_already(error):
            raise
        return _update_alias(making, made, properties, properties)._replace(existed=True)
    return made


def _update_alias(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    call_store(making, _SERVICE, "UpdateAlias", _alias_request(new))
    return made


def _delete_alias(making: Making, made: Made, properties: Properties) -> None:
    request = {"FunctionName": properties.get("FunctionName"), "Name": properties.get("Name")}
    if_there(lambda: call_store(making, _SERVICE, "DeleteAlias", request))


ALIAS = ResourceType(
    predict=_predict_alias,
    create=_create_alias,
    update=_update_alias,
    delete=_delete_alias,
    replaced_by=frozenset({"FunctionName", "Name"}),
    is_local=True,
)
