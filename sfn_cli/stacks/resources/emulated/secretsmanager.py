"""Secrets of Secrets Manager, with values that are given or generated.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
A generated value stays until the rule that generates it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there, predicted_name
from sfn_cli.stacks.resources.properties import property_object, property_text
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "secretsmanager"
_NAME_LENGTH = 512


def _predict_secret(naming: Naming, properties: Properties) -> Made:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH, with_stack=False)
    return _made_secret(name, naming.arn("secretsmanager", f"secret:{name}-{naming.identifier(6)}"))


def _made_secret(name: str, secret_arn: str) -> Made:
    # Its ARN ends in characters that Secrets Manager chooses.
    return Made(name, {"Id": secret_arn}, ref=secret_arn)


def _create_secret(making: Making, properties: Properties) -> Made:
    name = _predict_secret(making.naming, properties).physical_id
    found = if_there(lambda: call_service(making, _SERVICE, "DescribeSecret", {"SecretId": name}))
    if found is not None:
        made = _made_secret(name, found["ARN"])
        # A generated value stays: the secret may be in use.
        return _update_secret(making, made, properties, properties)._replace(existed=True)
    request = {
        "Name": name,
        "Description": properties.get("Description"),
        "KmsKeyId": properties.get("KmsKeyId"),
        "SecretString": _secret_value(making, properties),
        "Tags": properties.get("Tags"),
    }
    return _made_secret(name, call_service(making, _SERVICE, "CreateSecret", request)["ARN"])


def _secret_value(making: Making, properties: Properties) -> str | None:
    """Returns the value that is given, or a new one by GenerateSecretString."""
    if properties.get("SecretString") is not None:
        return property_text(properties["SecretString"])
    if not (rule := property_object(properties, "GenerateSecretString")):
        return None
    password = call_service(making, _SERVICE, "GetRandomPassword", rule)["RandomPassword"]
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


def _update_secret(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    is_given = new.get("SecretString") is not None
    is_new_rule = new.get("GenerateSecretString") != old.get("GenerateSecretString")
    request = {
        "SecretId": made.physical_id,
        "Description": new.get("Description") or "",
        "SecretString": _secret_value(making, new) if is_given or is_new_rule else None,
    }
    call_service(making, _SERVICE, "UpdateSecret", request)
    return made


def _delete_secret(making: Making, made: Made, properties: Properties) -> None:
    request = {"SecretId": made.physical_id, "ForceDeleteWithoutRecovery": True}
    if_there(lambda: call_service(making, _SERVICE, "DeleteSecret", request))


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
