"""Lambda's commands that do more than call an operation: code from a zip or folder, invoke's outfile."""

from __future__ import annotations

import io
import os
import sys
import time
from typing import TYPE_CHECKING, Any, ClassVar

from sfn_cli.api import model
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import CommandFailedError, OperationError, invalid_choice_failure
from sfn_cli.cli.operations import options, values
from sfn_cli.cli.operations.commands import OperationCommand, TableCommand
from sfn_cli.cli.operations.options import Option
from sfn_cli.errors import UsageError
from sfn_cli.views.text.visible_text import visible_text

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal

_ZIP_FILE = Option("--zip-file", "zip_file", metavar="zip")
_CODE_DIR = Option("--code-dir", "code_dir", metavar="folder")


class _LambdaCodeCommand(OperationCommand):
    """A command with a function's code: --zip-file fileb://ZIP, or sfn's own --code-dir FOLDER."""

    def __init__(self) -> None:
        super().__init__(model.model_by_command("lambda", self.command))

    command: str

    def table(self) -> dict[str, Option]:
        own = super().table()
        own.pop("--zip-file", None)
        own.pop("--code-dir", None)
        for name in ("--code", "--content"):
            if name in own:
                own[name] = own[name]._replace(required=False)
        return {**own, _ZIP_FILE.flag: _ZIP_FILE, _CODE_DIR.flag: _CODE_DIR}

    def code(self, given: dict[str, Any]) -> dict[str, Any]:
        """Returns the code's members of the request. Raises UsageError."""
        code: dict[str, Any] = {}
        if "zip_file" in given:
            code["ZipFile"] = _lambda_zip(given["zip_file"])
        if "code_dir" in given:
            folder = os.path.abspath(os.path.expanduser(given["code_dir"]))
            if not os.path.isdir(folder):
                raise UsageError(f"--code-dir must be a folder that exists: {folder}")
            code["CodeDir"] = folder
        return code


class CreateFunction(_LambdaCodeCommand):
    command = "create-function"

    def request(self, given: dict[str, Any], terminal: Terminal) -> dict[str, Any]:
        request = super().request(given, terminal)
        code = self.code(given)
        if code:
            request["Code"] = {**request.get("Code", {}), **code}
        return request


class UpdateFunctionCode(_LambdaCodeCommand):
    command = "update-function-code"

    def request(self, given: dict[str, Any], terminal: Terminal) -> dict[str, Any]:
        return {**super().request(given, terminal), **self.code(given)}


class PublishLayerVersion(_LambdaCodeCommand):
    command = "publish-layer-version"

    def request(self, given: dict[str, Any], terminal: Terminal) -> dict[str, Any]:
        request = super().request(given, terminal)
        code = self.code(given)
        if code:
            request["Content"] = {**request.get("Content", {}), **code}
        return request


class InvokeFunction(OperationCommand):
    """Writes the function's response to a file, and the facts of the invocation to stdout."""

    positionals = ("outfile",)

    def __init__(self) -> None:
        super().__init__(model.model_by_command("lambda", "invoke"))

    def run(self, given: dict[str, Any], terminal: Terminal) -> ExitCode:
        if "generate_cli_skeleton" in given:
            return super().run(given, terminal)
        from sfn_cli.cli.operations import invoke
        from sfn_cli.cli.operations.backend import Backend

        with Backend(terminal) as backend:
            response = backend.call(self.operation, self.request(given, terminal))
        payload = response.pop("Payload", b"")
        _write_lambda_payload(
            given["outfile"], payload if isinstance(payload, bytes) else str(payload).encode()
        )
        invoke.show_invoke_answer(self.operation, response, terminal)
        return ExitCode.SUCCESS


def _write_lambda_payload(path: str, payload: bytes) -> None:
    """Writes the file. Raises CommandFailedError."""
    if path == "/dev/stdout":
        # Opening it would truncate a file behind stdout.
        sys.stdout.flush()
        if sys.stdout.isatty():
            sys.stdout.write(payload.decode("utf-8", "replace"))
        else:
            sys.stdout.buffer.write(payload)
        sys.stdout.flush()
        return
    try:
        with open(path, "wb") as file:
            # A terminal may have another name (/dev/tty, /dev/stderr).
            at_terminal = file.isatty()
            file.write(visible_text(payload.decode("utf-8", "replace")).encode() if at_terminal else payload)
    except OSError as error:
        raise CommandFailedError(str(error)) from None


_WAITERS = (
    "function-active",
    "function-active-v2",
    "function-exists",
    "function-updated",
    "function-updated-v2",
)
_WAIT_ATTEMPTS = 20
_WAIT_SECONDS = 1.0


class WaitForFunction(TableCommand):
    """Waits until a function exists. In sfn, a function can be called as soon as it exists."""

    service = "lambda"
    positionals = ("waiter",)
    words: ClassVar = {"waiter": _WAITERS}

    def __init__(self) -> None:
        super().__init__("wait")

    def table(self) -> dict[str, Option]:
        members = options.options_of_operation(model.load_model("lambda", "GetFunctionConfiguration"))
        return {flag: option for flag, option in members.items() if option.shape is not None}

    def run(self, given: dict[str, Any], terminal: Terminal) -> ExitCode:
        waiter = given["waiter"]
        if waiter not in _WAITERS:
            raise invalid_choice_failure("waiter", waiter, _WAITERS)
        from sfn_cli.cli.operations import invoke
        from sfn_cli.cli.operations.backend import Backend

        operation = model.load_model("lambda", "GetFunctionConfiguration")
        request = invoke.request_to_invoke(given, self.table(), terminal)
        name = "".join(word.capitalize() for word in waiter.split("-"))
        with Backend(terminal) as backend:
            for _ in range(_WAIT_ATTEMPTS):
                try:
                    backend.call(operation, request)
                    return ExitCode.SUCCESS
                except OperationError as error:
                    if waiter != "function-exists" or error.error.code != "ResourceNotFoundException":
                        raise CommandFailedError(f"Waiter {name} failed: {error}") from None
                time.sleep(_WAIT_SECONDS)
        raise CommandFailedError(f"Waiter {name} failed: Max attempts exceeded")


def _lambda_zip(given: str) -> bytes:
    """Returns the content of fileb://ZIP. Raises UsageError when it is not a zip."""
    option = _ZIP_FILE._replace(shape={"type": "blob"})
    content = values.option_value(option, given, raw_blobs=True)
    from zipfile import is_zipfile

    if not is_zipfile(io.BytesIO(content)):
        raise UsageError(
            "--zip-file must be a zip file with the fileb:// prefix.\n"
            "Example usage:  --zip-file fileb://path/to/file.zip"
        )
    return bytes(content)
