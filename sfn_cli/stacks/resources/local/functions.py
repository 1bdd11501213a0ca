"""Lambda functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
Properties without effect on a local function (VpcConfig, KmsKeyArn, …) are skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import (
    already_exists,
    call_store,
    is_not_found,
    none_if_missing,
    predicted_name,
)
from sfn_cli.stacks.resources.local.function_code import FunctionCode, function_code, function_fingerprint
from sfn_cli.stacks.resources.local.roles import usable_role_arn
from sfn_cli.stacks.resources.local.tags import replace_tags
from sfn_cli.stacks.resources.properties import property_object
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

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
    "DeadLetterConfig": {},
}
"""The properties that have an effect locally, with Lambda's defaults. An update resets properties that
are no longer given to these defaults."""


def _predict_function(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "FunctionName", _NAME_LENGTH)
    # The name may be an ARN.
    return _created_function(naming, name.rpartition(":")[2])


def _created_function(naming: Naming, name: str) -> CreatedResource:
    return CreatedResource(
        name,
        {
            "Arn": arn.function_arn(naming.region, naming.account_id, name),
            "SnapStartResponse.ApplyOn": "None",
            "SnapStartResponse.OptimizationStatus": "Off",
        },
    )


def _create_function(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_function(context.naming, properties)
    code = function_code(context, properties)
    request = {
        **_function_configuration(context, properties, code),
        "Architectures": properties.get("Architectures"),
        "Tags": properties.get("Tags"),
    }
    own = {"FunctionName": created.physical_id, "Code": code.members}
    try:
        call_store(context, _SERVICE, "CreateFunction", request, own)
    except ResourceError as error:
        if not already_exists(error):
            raise
        return _update_function(context, created, {}, properties)._replace(existed=True)
    _reserve_concurrency(context, created, {}, properties)
    _report_unusable_function(context, code)
    return created._replace(is_incomplete=code.is_missing)


def _update_function(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    code = function_code(context, new)
    if not _has_function(context, created):
        return _create_function(context, new)
    has_new_code = old.get("Code") != new.get("Code") or _has_new_function_code(context, created, code)
    if has_new_code:
        own = {**code.members, "FunctionName": created.physical_id}
        call_store(context, _SERVICE, "UpdateFunctionCode", {}, own)
    if old != new or has_new_code:  # code that cannot run brings its own runtime and handler
        configuration = _function_configuration(context, new, code)
        own = {"FunctionName": created.physical_id}
        call_store(context, _SERVICE, "UpdateFunctionConfiguration", configuration, own)
        replace_tags(context, _SERVICE, str(created.attributes["Arn"]), new.get("Tags"))
        _reserve_concurrency(context, created, old, new)
    _report_unusable_function(context, code)
    return created._replace(is_incomplete=code.is_missing)


def _delete_function(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"FunctionName": created.physical_id}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteFunction", request))


def _function_configuration(
    context: ProvisioningContext, properties: Properties, code: FunctionCode
) -> dict[str, Any]:
    """Returns the members that CreateFunction and UpdateFunctionConfiguration share."""
    given = {name: properties[name] for name in _DEFAULTS if properties.get(name) is not None}
    logging = property_object(properties, "LoggingConfig")
    return {
        **_DEFAULTS,
        **given,
        # Local logs are always text, whatever LogFormat says.
        "LoggingConfig": {"LogGroup": logging["LogGroup"]} if logging.get("LogGroup") else None,
        "Role": usable_role_arn(context, properties.get("Role")),
        "Runtime": code.runtime or properties.get("Runtime"),
        "Handler": code.handler or properties.get("Handler"),
    }


def _has_function(context: ProvisioningContext, created: CreatedResource) -> bool:
    try:
        call_store(context, _SERVICE, "GetFunctionConfiguration", {"FunctionName": created.physical_id})
    except ResourceError as error:
        if not is_not_found(error):
            raise
        return False
    return True


def _has_new_function_code(
    context: ProvisioningContext, created: CreatedResource, code: FunctionCode
) -> bool:
    """Whether the stored code differs; the same folder used in place never does."""
    import base64
    import hashlib
    import os

    content = code.members.get("ZipFile")
    hashed = content if content is not None else os.fsencode(os.path.normpath(code.folder or ""))
    wanted = base64.b64encode(hashlib.sha256(hashed).digest()).decode()
    request = {"FunctionName": created.physical_id}
    stored = call_store(context, _SERVICE, "GetFunctionConfiguration", request)
    return bool(stored["CodeSha256"] != wanted)


def _reserve_concurrency(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> None:
    name = "ReservedConcurrentExecutions"
    if new.get(name) is not None:
        request = {"FunctionName": created.physical_id, name: new[name]}
        call_store(context, _SERVICE, "PutFunctionConcurrency", request)
    elif old.get(name) is not None:
        call_store(context, _SERVICE, "DeleteFunctionConcurrency", {"FunctionName": created.physical_id})


def _report_unusable_function(context: ProvisioningContext, code: FunctionCode) -> None:
    if code.problem is not None:
        name = context.naming.logical_id
        context.report(f"{name}: {code.problem}. The function is created, but invoking it fails.")


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
