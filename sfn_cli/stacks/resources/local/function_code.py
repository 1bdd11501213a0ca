"""The code of a function, from the Code property of its resource.

A function whose code is unavailable or cannot run locally is created anyway. Invoking it fails with an
error that says why, and the other functions of its stack can still be used.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import quotas
from sfn_cli.input_files import read_input_bytes
from sfn_cli.stacks.resources.local.inline_modules import inline_code_files
from sfn_cli.stacks.resources.local.zip_sdk import zip_sdk_folders
from sfn_cli.stacks.resources.properties import file_fingerprint, property_object, property_text
from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.s3_objects import read_s3_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.resources.resource import Properties, ProvisioningContext

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time in a zip, so that the same content always gives the same zip."""

_ARCHIVES = (".zip", ".jar")


class FunctionCode(NamedTuple):
    """A function's code, as members of requests."""

    members: dict[str, Any]
    """The members of CreateFunction's Code and of UpdateFunctionCode's request."""
    runtime: str | None = None
    """The runtime and handler that replace the function's; None to use the function's."""
    handler: str | None = None
    problem: str | None = None
    """Why the function cannot run locally; None if it can."""
    is_missing: bool = False
    """Whether the code does not exist, as before the build of a project. The next deploy looks again."""

    @property
    def folder(self) -> str | None:
        """The folder that is used in place, if the code is a folder."""
        return self.members.get("CodeDir")


def function_code(context: ProvisioningContext, properties: Properties) -> FunctionCode:
    """Returns a function's code. Raises ResourceError for a local path that does not exist."""
    code = property_object(properties, "Code")
    if code.get("ImageUri") or properties.get("PackageType") == "Image":
        return unusable_function_code("sfn cannot run container images")
    if code.get("MayBeMissing") and not os.path.exists(code["CodeDir"]):
        return unusable_function_code(f"The code {code['CodeDir']} does not exist", is_missing=True)
    if (members := local_code_members(code)) is not None:
        return FunctionCode(members)
    if (source := code.get("ZipFile")) is not None:
        zip = _inline_function_zip(property_text(source), properties)
        return FunctionCode({"ZipFile": zip, **_code_packages(code)})
    if code.get("S3Bucket") and code.get("S3Key"):
        location = {
            "Bucket": code["S3Bucket"],
            "Key": code["S3Key"],
            "Version": code.get("S3ObjectVersion"),
        }
        try:
            content = read_s3_object(context, location)
        except ResourceError as error:
            if _is_of_sent_stack(context):
                raise ResourceError(f"Error occurred while GetObject. {error}") from None
            return unusable_function_code(str(error).rstrip("."), is_missing=True)
        packages = [*(code.get("PackageDirs") or []), *zip_sdk_folders(context, content, properties)]
        return FunctionCode({"ZipFile": content, **_code_packages({**code, "PackageDirs": packages})})
    raise ResourceError("The function has no code. Add the Code property.")


def _is_of_sent_stack(context: ProvisioningContext) -> bool:
    """Whether the function is of a template that was sent to CloudFormation, with its code in S3."""
    stack = context.service.stacks.find(context.naming.stack)
    return stack is not None and stack.is_sent


def function_fingerprint(properties: Properties) -> str:
    """Returns a hash of a function's code file; "" if there is none.

    A folder is used in place: changes in it need no update.
    """
    return file_fingerprint(property_object(properties, "Code").get("CodeDir"))


def unusable_function_code(problem: str, *, is_missing: bool = False) -> FunctionCode:
    """Returns code that raises an error with this message when it is invoked."""
    source = f"def handler(event, context):\n    raise RuntimeError({json.dumps(problem)})\n"
    return FunctionCode(
        {"ZipFile": zip_of_files({"index.py": source.encode()})},
        f"python{sys.version_info.major}.{sys.version_info.minor}",
        "index.handler",
        problem,
        is_missing,
    )


def local_code_members(code: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns the request's members for local code: a folder that is used in place, or a zip.

    Local code is at {"CodeDir"}, or in {"Files"} as text by name. Returns None for other code.
    """
    content: dict[str, Any]
    if code.get("CodeDir") is not None:
        path = Path(str(code["CodeDir"]))
        content = {"CodeDir": str(path)} if path.is_dir() else {"ZipFile": read_local_archive(path)}
    elif isinstance(files := code.get("Files"), dict):
        content = {
            "ZipFile": zip_of_files({str(name): property_text(text).encode() for name, text in files.items()})
        }
    else:
        return None
    return {**content, **_code_packages(code)}


def _code_packages(code: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the members of Code that only sfn has, such as the packages installed for it."""
    return {name: code[name] for name in ("PackageDirs", "ExactRuntime") if code.get(name)}


def read_local_archive(path: Path) -> bytes:
    """Returns the content of a .zip or .jar file, or a zip of any other file. Raises ResourceError."""
    try:
        content = read_input_bytes(path, quotas.UNZIPPED_CODE_BYTES)
    except FileNotFoundError:
        raise ResourceError(f"The code {path} does not exist.") from None
    except OSError as error:
        reason = error.strerror or error
        raise ResourceError(f"Cannot read the code {path}: {reason}") from None
    return content if path.suffix in _ARCHIVES else zip_of_files({path.name: content})


def _inline_function_zip(source: str, properties: Properties) -> bytes:
    """Returns a zip with inline code."""
    files = inline_code_files(source, str(properties.get("Runtime", "")))
    return zip_of_files({name: text.encode() for name, text in files.items()})


def zip_of_files(files: Mapping[str, bytes]) -> bytes:
    """Returns a zip of files by name; the same files always have the same bytes."""
    import io
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return content.getvalue()
