"""EventBridge connections, which authorize HTTP tasks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-connection.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_store, if_there, is_there_already, predicted_name
from sfn_cli.stacks.resources.properties import property_object
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_NAME_LENGTH = 64


def _connection_name(naming: Naming, properties: Properties) -> str:
    return predicted_name(naming, properties, "Name", _NAME_LENGTH)


def _predict_connection(naming: Naming, properties: Properties) -> Made:
    name = _connection_name(naming, properties)
    return _made_connection(
        naming, name, naming.arn("events", f"connection/{name}/{naming.uuid(of='connection')}")
    )


def _made_connection(naming: Naming, name: str, connection_arn: str) -> Made:
    secret = naming.arn("secretsmanager", f"secret:events!connection/{name}/{naming.uuid(of='secret')}")
    return Made(
        name,
        {"Arn": connection_arn, "ArnForPolicy": connection_arn.rpartition("/")[0], "SecretArn": secret},
    )


def _create_connection(making: Making, properties: Properties) -> Made:
    name = _connection_name(making.naming, properties)
    return _change_connection(making, "CreateConnection", name, properties)


def _update_connection(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    return _change_connection(making, "UpdateConnection", made.physical_id, new)


def _change_connection(making: Making, operation: str, name: str, properties: Properties) -> Made:
    """Creates or updates the connection; one that is there already is updated."""
    parameters = dict(property_object(properties, "AuthParameters"))
    parameters.pop("ConnectivityParameters", None)  # every endpoint is called from this machine
    request = {
        "Description": properties.get("Description") or "",
        "AuthorizationType": properties.get("AuthorizationType"),
        "AuthParameters": parameters,
    }
    existed = False
    try:
        changed = call_store(making, "events", operation, request, {"Name": name})
    except ResourceError as error:
        if operation == "UpdateConnection" or not is_there_already(error):
            raise
        changed = call_store(making, "events", "UpdateConnection", request, {"Name": name})
        existed = True
    return _made_connection(making.naming, name, changed["ConnectionArn"])._replace(existed=existed)


def _delete_connection(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_store(making, "events", "DeleteConnection", {"Name": made.physical_id}))


CONNECTION = ResourceType(
    predict=_predict_connection,
    create=_create_connection,
    update=_update_connection,
    delete=_delete_connection,
    replaced_by=frozenset({"Name"}),
    name_property="Name",
    is_local=True,
)
