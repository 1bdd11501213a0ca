"""The backend of a command: the operations in this process, or an endpoint (--endpoint-url)."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from sfn_cli.cli.failures import CommandFailedError, OperationError
from sfn_cli.errors import ApiError, UsageError

if TYPE_CHECKING:
    from sfn_cli.api.model import Operation
    from sfn_cli.api.service import Service
    from sfn_cli.cli.client.remote import Remote
    from sfn_cli.cli.terminal import Terminal


class Backend:
    """Opens the store or the endpoint on the first call, and closes it at the end of its `with` block."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._found_nothing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, raised: BaseException | None, trace: object) -> None:
        if "service" in self.__dict__:
            if self._found_nothing or _is_not_found(raised):
                self.write_other_regions()
            self.service.close()
            error = self.service.worker_error
            if error is not None and str(error) != str(raised):
                with suppress(OSError):  # stderr is closed or full
                    sys.stderr.write(f"\nsfn: [WARNING]: {error}\n")

    def write_other_regions(self) -> None:
        """Writes to stderr where the store has state machines, if it has none in this region."""
        from sfn_cli.api.views.other_regions import other_regions_note
        from sfn_cli.errors import StoreError

        with suppress(OSError, StoreError):  # stderr is closed, or the store is what has failed
            note = other_regions_note(self.service)
            if note is not None:
                sys.stderr.write(f"\nsfn: [WARNING]: {note}\n")

    @property
    def is_remote(self) -> bool:
        """Whether requests go to --endpoint-url instead of the local store."""
        return "endpoint_url" in self.terminal.given

    @property
    def endpoint_option(self) -> str:
        """The option that a suggested command needs to reach the same endpoint; "" for the store."""
        if not self.is_remote:
            return ""
        from sfn_cli.views.text.shell_words import shell_word

        return f"--endpoint-url {shell_word(self.terminal.given['endpoint_url'])}"

    def refuse_endpoint(self) -> None:
        """Raises UsageError if an endpoint was named, for commands about this machine."""
        if self.is_remote:
            raise UsageError("This command works only on the local store. Omit --endpoint-url.")

    @cached_property
    def service(self) -> Service:
        """The operations over this machine's store. Raises UsageError if an endpoint was named."""
        self.refuse_endpoint()
        from sfn_cli import app

        return app.build_app(self.terminal.settings)

    @cached_property
    def _remote(self) -> Remote:
        from sfn_cli.cli.client.remote import Remote

        return Remote(self.terminal)

    def call(self, operation: Operation, request: dict[str, Any]) -> dict[str, Any]:
        """Returns the response of an operation. Raises OperationError.

        Times are milliseconds since 1970, blobs are bytes.
        """
        if self.is_remote:
            return self._remote.call(operation, request)
        from sfn_cli import api

        try:
            api.check_api_region(self.service, operation, request)
            answer = api.call_api(self.service, operation, request)
        except ApiError as error:
            raise OperationError(operation.name, error) from error
        if operation.name in _LISTS and not request.get("nextToken"):
            self._found_nothing = not answer[_LISTS[operation.name]]
        return answer


def _is_not_found(raised: BaseException | None) -> bool:
    """Whether a command has failed perhaps because what it named is in another region."""
    if isinstance(raised, OperationError):
        return raised.error.code in _NOT_FOUND
    return isinstance(raised, (CommandFailedError, UsageError))


_NOT_FOUND = (
    "ActivityDoesNotExist",
    "ExecutionDoesNotExist",
    "InvalidArn",  # for a name that does not exist
    "ResourceNotFound",
    "StateMachineDoesNotExist",
)

_LISTS = {"ListStateMachines": "stateMachines", "ListActivities": "activities"}
"""The operations that list what a region has, and the member with the list."""
