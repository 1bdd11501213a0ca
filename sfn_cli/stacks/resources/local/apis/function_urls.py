"""URLs of functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.urls import function_url_host
from sfn_cli.stacks.resources.calls import call_store, create_or_update, none_if_missing
from sfn_cli.stacks.resources.local.function_arns import property_function_arn, qualified_function_arn
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "lambda"
_TARGET = "TargetFunctionArn"


def _function_url_arn(naming: Naming, properties: Properties) -> str:
    function_arn = property_function_arn(naming, properties.get(_TARGET))
    qualifier = properties.get("Qualifier")
    return qualified_function_arn(function_arn, str(qualifier)) if qualifier else function_arn


def _predict_function_url(naming: Naming, properties: Properties) -> CreatedResource:
    url = f"https://{function_url_host(naming.identifier(32), naming.region)}/"
    return _created_function_url(_function_url_arn(naming, properties), url)


def _created_function_url(arn: str, url: str) -> CreatedResource:
    return CreatedResource(arn, {"FunctionArn": arn, "FunctionUrl": url})


def _function_url_request(properties: Properties) -> dict[str, Any]:
    return {
        "FunctionName": properties.get(_TARGET),
        "Qualifier": properties.get("Qualifier"),
        "AuthType": properties.get("AuthType"),
        "Cors": properties.get("Cors") or {},
        "InvokeMode": properties.get("InvokeMode") or "BUFFERED",
    }


def _create_function_url(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    request = _function_url_request(properties)
    answer, existed = create_or_update(context, _SERVICE, "FunctionUrlConfig", request)
    return _created_function_url(answer["FunctionArn"], answer["FunctionUrl"])._replace(existed=existed)


def _update_function_url(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    answer = call_store(context, _SERVICE, "UpdateFunctionUrlConfig", _function_url_request(new))
    return _created_function_url(answer["FunctionArn"], answer["FunctionUrl"])


def _delete_function_url(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    request = {"FunctionName": properties.get(_TARGET), "Qualifier": properties.get("Qualifier")}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteFunctionUrlConfig", request))


URL = ResourceType(
    predict=_predict_function_url,
    create=_create_function_url,
    update=_update_function_url,
    delete=_delete_function_url,
    replaced_by=frozenset({_TARGET, "Qualifier"}),
    is_local=True,
)
