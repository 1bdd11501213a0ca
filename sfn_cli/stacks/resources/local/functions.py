"""Lambda functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
Properties that have no effect on a local function (VpcConfig, KmsKeyArn, …) are skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import call_store, if_there, is_gone, is_there_already, predicted_name
from sfn_cli.stacks.resources.local.function_code import FunctionCode, function_code, function_fingerprint
from sfn_cli.stacks.resources.local.roles import usable_role_arn
from sfn_cli.stacks.resources.properties import property_object, property_tags
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "lambda"
_NAME_LENGTH = 64

_DEFAULTS: dict[str, Any] = {
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "Environment": {"Variables": {}},
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
    "Layers": [],
}
"""The properties that have an effect here, with Lambda's defaults: an update sets what is no longer
given back to them."""


def _predict_function(naming: Naming, properties: Properties) -> Made:
    name = predicted_name(naming, properties, "FunctionName", _NAME_LENGTH)
    # A name may be given as an ARN.
    return _made_function(naming, name.rpartition(":")[2])


def _made_function(naming: Naming, name: str) -> Made:
    return Made(
        name,
        {
            "Arn": arn.function_arn(naming.region, naming.account_id, name),
            "SnapStartResponse.ApplyOn": "None",
            "SnapStartResponse.OptimizationStatus": "Off",
        },
    )


def _create_function(making: Making, properties: Properties) -> Made:
    made = _predict_function(making.naming, properties)
    code = function_code(making, properties)
    request = {
        **_function_configuration(making, properties, code),
        "Architectures": properties.get("Architectures"),
        "Tags": properties.get("Tags"),
    }
    own = {"FunctionName": made.physical_id, "Code": code.members}
    try:
        call_store(making, _SERVICE, "CreateFunction", request, own)
    except ResourceError as error:
        if not is_there_already(error):
            raise
        return _update_function(making, made, {}, properties)._replace(existed=True)
    _report_unusable_function(making, code)
    return made


def _update_function(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    code = function_code(making, new)
    if not _has_function(making, made):
        return _create_function(making, new)
    if old.get("Code") != new.get("Code") or _has_new_function_code(making, made, code):
        own = {**code.members, "FunctionName": made.physical_id}
        call_store(making, _SERVICE, "UpdateFunctionCode", {}, own)
    if old != new:
        configuration = _function_configuration(making, new, code)
        own = {"FunctionName": made.physical_id}
        call_store(making, _SERVICE, "UpdateFunctionConfiguration", configuration, own)
        _update_function_tags(making, made, new)
        _report_unusable_function(making, code)
    return made


def _delete_function(making: Making, made: Made, properties: Properties) -> None:
    request = {"FunctionName": made.physical_id}
    if_there(lambda: call_store(making, _SERVICE, "DeleteFunction", request))


def _function_configuration(making: Making, properties: Properties, code: FunctionCode) -> dict[str, Any]:
    """Returns the members that CreateFunction and UpdateFunctionConfiguration share."""
    given = {name: properties[name] for name in _DEFAULTS if properties.get(name) is not None}
    logging = property_object(properties, "LoggingConfig")
    return {
        **_DEFAULTS,
        **given,
        # Logs are text here, whatever LogFormat says.
        "LoggingConfig": {"LogGroup": logging["LogGroup"]} if logging.get("LogGroup") else None,
        "Role": usable_role_arn(making, properties.get("Role")),
        "Runtime": code.runtime or properties.get("Runtime"),
        "Handler": code.handler or properties.get("Handler"),
    }


def _has_function(making: Making, made: Made) -> bool:
    try:
        call_store(making, _SERVICE, "GetFunctionConfiguration", {"FunctionName": made.physical_id})
    except ResourceError as error:
        if not is_gone(error):
            raise
        return False
    return True


def _has_new_function_code(making: Making, made: Made, code: FunctionCode) -> bool:
    """Whether the stored code differs; a folder in place that is the same never does."""
    import base64
    import hashlib
    import os

    content = code.members.get("ZipFile")
    hashed = content if content is not None else os.fsencode(os.path.normpath(code.folder or ""))
    wanted = base64.b64encode(hashlib.sha256(hashed).digest()).decode()
    request = {"FunctionName": made.physical_id}
    stored = call_store(making, _SERVICE, "GetFunctionConfiguration", request)
    return bool(stored["CodeSha256"] != wanted)


def _update_function_tags(making: Making, made: Made, properties: Properties) -> None:
    named = {"Resource": made.attributes["Arn"]}
    before = call_store(making, _SERVICE, "ListTags", named).get("Tags") or {}
    after = property_tags(properties.get("Tags"))
    if gone := sorted(before.keys() - after.keys()):
        call_store(making, _SERVICE, "UntagResource", {**named, "TagKeys": gone})
    if after and before != after:
        call_store(making, _SERVICE, "TagResource", {**named, "Tags": after})


def _report_unusable_function(making: Making, code: FunctionCode) -> None:
    if code.problem is not None:
        name = making.naming.logical_id
        making.report(f"{name}: {code.problem}. The function is created, and fails when it is invoked.")


FUNCTION = ResourceType(
    predict=_predict_function,
    create=_create_function,
    update=_update_function,
    delete=_delete_function,
    replaced_by=frozenset({"FunctionName", "PackageType"}),
    name_property="FunctionName",
    is_local=True,
    fingerprint=function_fingerprint,
)
