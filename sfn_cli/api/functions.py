"""Local Lambda functions: CreateFunction and its kin, and Invoke.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
A function has one version, $LATEST, and its code is a zip or (our own CodeDir) a folder of this
machine. What sfn could not do as Lambda does, it refuses rather than leaves out.
"""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING, Any

from sfn_cli import arn, jsonvalue
from sfn_cli.errors import ApiError
from sfn_cli.store.sqlite.functions import Code, Function, reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

MAX_PAYLOAD_BYTES = 6_291_456
MAX_UNZIPPED_BYTES = 262_144_000
MAX_FUNCTIONS_IN_A_PAGE = 50

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

_KEPT = ("Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "Environment", "TracingConfig", "LoggingConfig")
"""What a request sets of a configuration, as it is; the rest of it is the same for every local function."""

_REFUSED = ("Layers", "FileSystemConfigs", "ImageConfig", "CapacityProviderConfig", "DurableConfig")


def create_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = reference(request["FunctionName"])
    if qualifier is not None or not _NAME.fullmatch(name):
        raise _invalid(f"The name of a function has up to 64 letters, digits, hyphens and underscores: {request['FunctionName']}")
    _check_supported(request)
    code = _checked_code(request["Code"])
    if code is None:
        raise _invalid("Please provide a source for function code.")
    if not request.get("Runtime") or not request.get("Handler"):
        raise _invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    now = service.clock()
    function_arn = arn.function(service.settings.region, service.settings.account_id, name)
    configuration = {
        "FunctionName": name,
        "FunctionArn": function_arn,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "TracingConfig": {"Mode": "PassThrough"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        **_changes(request, name),
        **_facts_of(code),
        **_marks(now),
        "Version": "$LATEST",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": request.get("Architectures") or [_architecture()],
        "EphemeralStorage": request.get("EphemeralStorage") or {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "Tags": request.get("Tags") or {},
    }
    if not service.functions.create(name, function_arn, configuration, code, now):
        raise ApiError("ResourceConflictException", f"Function already exist: {name}", status=409)
    return _shown(configuration)


def update_function_code(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    _check_supported(request)
    code = _checked_code(request)
    if code is None:
        raise _invalid("Please provide a source for function code.")

    def change(function: Function) -> Mapping[str, Json]:
        changed = {**function.configuration, **_facts_of(code)}
        if "Architectures" in request:
            changed["Architectures"] = request["Architectures"]
        return changed

    return _updated(service, request, change, code)


def update_function_configuration(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    _check_supported(request)

    def change(function: Function) -> Mapping[str, Json]:
        changed = {**function.configuration, **_changes(request, function.name)}
        if "EphemeralStorage" in request:
            changed["EphemeralStorage"] = request["EphemeralStorage"]
        return changed

    return _updated(service, request, change, None)


def get_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    function = _existing(service, request)
    place = (
        {"RepositoryType": "S3"} if function.code_dir is None else {"RepositoryType": "Folder", "Location": f"file://{function.code_dir}"}
    )
    answer: dict[str, Any] = {"Configuration": _shown(function.configuration), "Code": place}
    if function.configuration.get("Tags"):
        answer["Tags"] = function.configuration["Tags"]
    return answer


def get_function_configuration(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _shown(_existing(service, request).configuration)


def list_functions(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The functions by name; Marker is the base64 of the name that a page ended with."""
    size = min(request.get("MaxItems") or MAX_FUNCTIONS_IN_A_PAGE, MAX_FUNCTIONS_IN_A_PAGE)
    try:
        after = base64.b64decode(request.get("Marker", ""), validate=True).decode()
    except ValueError:
        raise _invalid("Invalid marker") from None
    functions = service.functions.page(after, size + 1)
    answer: dict[str, Any] = {"Functions": [_shown(function.configuration) for function in functions[:size]]}
    if len(functions) > size:
        answer["NextMarker"] = base64.b64encode(functions[size - 1].name.encode()).decode()
    return answer


def delete_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = _reference(request)
    if qualifier not in (None, "$LATEST") or not service.functions.delete(name):
        raise _not_found(service, request)
    return {"StatusCode": 204}


def invoke(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Runs the function. An Event is answered like on AWS, but once it has run: there is no queue, and no second try."""
    payload = _checked_payload(request.get("Payload"))
    _existing(service, request)
    kind = request.get("InvocationType") or "RequestResponse"
    if kind == "DryRun":
        return {"StatusCode": 204, "Payload": b""}
    name, qualifier = _reference(request)
    outcome = service.invoker.invoke(f"{name}:{qualifier}" if qualifier else name, payload)
    if outcome.kind == "not_found":
        raise _not_found(service, request)
    if outcome.kind == "unusable":
        raise ApiError(outcome.error, outcome.message, status=502)
    if kind == "Event":
        return {"StatusCode": 202, "Payload": b""}
    answer: dict[str, Any] = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": outcome.payload.encode()}
    if outcome.kind != "succeeded":
        answer["FunctionError"] = "Unhandled"
    if request.get("LogType") == "Tail":
        answer["LogResult"] = base64.b64encode(outcome.log_tail.encode()).decode()
    return answer


# Which function


def _reference(request: Mapping[str, Any]) -> tuple[str, str | None]:
    name, qualifier = reference(request["FunctionName"])
    given = request.get("Qualifier")
    if given and qualifier and given != qualifier:
        raise _invalid("The derived qualifier from the function name does not match the specified qualifier.")
    return name, qualifier or given or None


def _existing(service: Service, request: Mapping[str, Any]) -> Function:
    name, qualifier = _reference(request)
    function = service.functions.named(name) if qualifier in (None, "$LATEST") else None
    if function is None:
        raise _not_found(service, request)
    return function


def _not_found(service: Service, request: Mapping[str, Any]) -> ApiError:
    name, qualifier = _reference(request)
    meant = arn.function(service.settings.region, service.settings.account_id, name) + (f":{qualifier}" if qualifier else "")
    return ApiError("ResourceNotFoundException", f"Function not found: {meant}", status=404)


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterValueException", message)


# Configurations


def _updated(service: Service, request: Mapping[str, Any], change: Any, code: Code | None) -> dict[str, Any]:
    name, qualifier = _reference(request)
    now = service.clock()

    def checked(function: Function) -> Mapping[str, Json]:
        if request.get("RevisionId") not in (None, function.configuration["RevisionId"]):
            raise ApiError(
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. "
                "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
                status=412,
            )
        return {**change(function), **_marks(now)}

    if request.get("DryRun"):
        return _shown(checked(_existing(service, request)))
    function = service.functions.update(name, checked, now, code) if qualifier is None else None
    if function is None:
        raise _not_found(service, request)
    return _shown(function.configuration)


def _changes(request: Mapping[str, Any], name: str) -> dict[str, Json]:
    changes = {member: request[member] for member in _KEPT if member in request}
    if "LoggingConfig" in changes:
        if changes["LoggingConfig"].get("LogFormat") == "JSON":
            raise _invalid("sfn writes the logs of functions as text: LogFormat JSON is not supported.")
        changes["LoggingConfig"] = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}", **changes["LoggingConfig"]}
    return changes


def _marks(now: int) -> dict[str, Json]:
    """What tells one state of a function from another."""
    import time

    from sfn_cli.api.names import new_uuid

    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now / 1000))
    return {"LastModified": f"{at}.{now % 1000:03d}+0000", "RevisionId": new_uuid()}


def _shown(configuration: Mapping[str, Json]) -> dict[str, Json]:
    """A FunctionConfiguration as the API answers it."""
    return {member: value for member, value in configuration.items() if member != "Tags"}


def _check_supported(request: Mapping[str, Any]) -> None:
    if request.get("PackageType") == "Image":
        raise _invalid("sfn runs functions from a zip or a folder: the package type Image is not supported.")
    if request.get("Publish"):
        raise _invalid("sfn keeps one version of a function, $LATEST: Publish is not supported.")
    for member in _REFUSED:
        if request.get(member):
            raise _invalid(f"sfn does not support the parameter {member} of functions.")


def _architecture() -> str:
    return "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"


# Code


def _checked_code(source: Mapping[str, Any]) -> Code | None:
    """The code that a request gives, None if it gives none."""
    for member in ("S3Bucket", "S3Key", "ImageUri"):
        if source.get(member):
            raise _invalid(f"sfn takes a function's code from a zip or a folder: {member} is not supported.")
    folder, content = source.get("CodeDir"), source.get("ZipFile")
    if folder and content:
        raise _invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.")
    if folder:
        if not os.path.isabs(folder) or not os.path.isdir(folder):
            raise _invalid(f"The code's folder must be the absolute path of a folder that exists: {folder}")
        return Code(folder=os.path.normpath(folder))
    if content is None:
        return None
    _check_zip(content)
    return Code(zip=content)


def _check_zip(content: bytes) -> None:
    """That it is a zip and not too large. What its entries may be is checked when they are unpacked."""
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from None
    if not entries:
        raise _invalid("Uploaded file must be a non-empty zip")
    if sum(entry.file_size for entry in entries) > MAX_UNZIPPED_BYTES:
        raise _invalid(f"Unzipped size must be smaller than {MAX_UNZIPPED_BYTES} bytes")
    for entry in entries:
        if entry.filename.startswith("/") or ".." in entry.filename.split("/"):
            raise _invalid(f"The zip has an entry that would lie outside of the function's folder: {entry.filename}")


def _facts_of(code: Code) -> dict[str, Json]:
    """CodeSize and CodeSha256; a folder's content may change at any time, so its path stands for it."""
    import hashlib

    content = code.zip if code.zip is not None else os.fsencode(code.folder or "")
    size = len(content) if code.zip is not None else 0
    return {"CodeSize": size, "CodeSha256": base64.b64encode(hashlib.sha256(content).digest()).decode()}


def _checked_payload(payload: bytes | str | None) -> str:
    """The event's JSON text; no payload is the empty object."""
    if not payload:
        return "{}"
    try:
        text = payload.decode() if isinstance(payload, bytes) else payload
        jsonvalue.loads(text)
    except ValueError as error:
        message = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise ApiError("InvalidRequestContentException", message) from None
    size = len(text.encode())
    if size > MAX_PAYLOAD_BYTES:
        message = f"Request must be smaller than {MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation"
        raise ApiError("RequestTooLargeException", message, status=413)
    return text
