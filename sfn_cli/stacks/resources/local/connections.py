"""EventBridge connections, which hold the credentials of HTTP Tasks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-connection.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_store, create_or_update, none_if_missing, predicted_name
from sfn_cli.stacks.resources.properties import property_object
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_NAME_LENGTH = 64


def _connection_name(naming: Naming, properties: Properties) -> str:
    return predicted_name(naming, properties, "Name", _NAME_LENGTH)


def _predict_connection(naming: Naming, properties: Properties) -> CreatedResource:
    name = _connection_name(naming, properties)
    return _created_connection(
        naming, name, naming.arn("events", f"connection/{name}/{naming.uuid(of='connection')}")
    )


def _created_connection(naming: Naming, name: str, connection_arn: str) -> CreatedResource:
    secret = naming.arn("secretsmanager", f"secret:events!connection/{name}/{naming.uuid(of='secret')}")
    return CreatedResource(
        name,
        {"Arn": connection_arn, "ArnForPolicy": connection_arn.rpartition("/")[0], "SecretArn": secret},
    )


def _create_connection(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    name = _connection_name(context.naming, properties)
    request = _connection_request(properties)
    changed, existed = create_or_update(context, "events", "Connection", request, {"Name": name})
    return _created_connection(context.naming, name, changed["ConnectionArn"])._replace(existed=existed)


def _update_connection(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    name = created.physical_id
    changed = call_store(context, "events", "UpdateConnection", _connection_request(new), {"Name": name})
    return _created_connection(context.naming, name, changed["ConnectionArn"])


def _connection_request(properties: Properties) -> dict[str, Any]:
    parameters = dict(property_object(properties, "AuthParameters"))
    parameters.pop("ConnectivityParameters", None)  # calls are made directly from this computer
    return {
        "Description": properties.get("Description") or "",
        "AuthorizationType": properties.get("AuthorizationType"),
        "AuthParameters": parameters,
    }


def _delete_connection(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    none_if_missing(lambda: call_store(context, "events", "DeleteConnection", {"Name": created.physical_id}))


CONNECTION = ResourceType(
    predict=_predict_connection,
    create=_create_connection,
    update=_update_connection,
    delete=_delete_connection,
    replaced_by=frozenset({"Name"}),
    name_property="Name",
    is_local=True,
)
