"""Secrets of Secrets Manager, with values that are given or generated.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
A generated value stays until the rule that generates it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing, predicted_name
from sfn_cli.stacks.resources.properties import property_object, property_text
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "secretsmanager"
_NAME_LENGTH = 512


def _predict_secret(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH, with_stack=False)
    return _created_secret(name, naming.arn("secretsmanager", f"secret:{name}-{naming.identifier(6)}"))


def _created_secret(name: str, secret_arn: str) -> CreatedResource:
    # Its ARN ends in characters that Secrets Manager chooses.
    return CreatedResource(name, {"Id": secret_arn}, ref=secret_arn)


def _create_secret(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    name = _predict_secret(context.naming, properties).physical_id
    found = none_if_missing(lambda: call_service(context, _SERVICE, "DescribeSecret", {"SecretId": name}))
    if found is not None:
        created = _created_secret(name, found["ARN"])
        # A generated value stays: the secret may be in use.
        return _update_secret(context, created, properties, properties)._replace(existed=True)
    request = {
        "Name": name,
        "Description": properties.get("Description"),
        "KmsKeyId": properties.get("KmsKeyId"),
        "SecretString": _secret_value(context, properties),
        "Tags": properties.get("Tags"),
    }
    return _created_secret(name, call_service(context, _SERVICE, "CreateSecret", request)["ARN"])


def _secret_value(context: ProvisioningContext, properties: Properties) -> str | None:
    """Returns the value that is given, or a new one by GenerateSecretString."""
    if properties.get("SecretString") is not None:
        return property_text(properties["SecretString"])
    if not (rule := property_object(properties, "GenerateSecretString")):
        return None
    password = call_service(context, _SERVICE, "GetRandomPassword", rule)["RandomPassword"]
    if not rule.get("GenerateStringKey"):
        return str(password)
    return dumps({**_secret_template(rule), str(rule["GenerateStringKey"]): password})


def _secret_template(rule: dict[str, Any]) -> dict[str, Any]:
    template = rule.get("SecretStringTemplate") or "{}"
    try:
        parsed = loads(template) if isinstance(template, str) else template
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ResourceError("SecretStringTemplate must be the text of a JSON object.")
    return parsed


def _update_secret(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    is_given = new.get("SecretString") is not None
    is_new_rule = new.get("GenerateSecretString") != old.get("GenerateSecretString")
    request = {
        "SecretId": created.physical_id,
        "Description": new.get("Description") or "",
        "SecretString": _secret_value(context, new) if is_given or is_new_rule else None,
    }
    call_service(context, _SERVICE, "UpdateSecret", request)
    return created


def _delete_secret(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"SecretId": created.physical_id, "ForceDeleteWithoutRecovery": True}
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteSecret", request))


SECRET = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_secret,
        create=_create_secret,
        update=_update_secret,
        delete=_delete_secret,
        replaced_by=frozenset({"Name"}),
        name_property="Name",
    ),
)
