"""The interface of resource types: the rows of the table, and the names and results they work with."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.errors import ApiError
    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.jsonvalue import Json

Properties = dict[str, Any]
"""A resource's resolved Properties, without intrinsic functions."""

_LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


class CreatedResource(NamedTuple):
    """The names and attributes of a resource that exists or will exist."""

    physical_id: str
    """CloudFormation's physical id, which identifies the resource to `update` and `delete`."""
    attributes: Mapping[str, Json]
    """The values of Fn::GetAtt, by name ("Arn", "Outputs.Url").

    A left-out resource has a value for every name; iterating over its attributes yields the names
    that were looked up.
    """
    ref: Json = None
    """The value of Ref, if it is not the physical id."""
    existed: bool = False
    """Whether the resource existed before `create`: a failed deploy then does not delete it."""
    is_incomplete: bool = False
    """Whether the next deploy updates the resource even if nothing has changed."""

    @property
    def reference(self) -> Json:
        return self.physical_id if self.ref is None else self.ref


class Naming(NamedTuple):
    """The parts of a resource's names and ARNs."""

    stack: str
    logical_id: str
    suffix: str
    """Twelve letters and digits, the same for each deploy of this resource from this folder."""
    region: str
    account_id: str

    def generated(self, length: int, *, lower: bool = False, with_stack: bool = True) -> str:
        """Returns the name that CloudFormation would generate: STACK-LOGICALID-SUFFIX.

        It has at most `length` characters: the stack's name and the logical id are shortened, as in
        CloudFormation. The names of some newer types do not contain the stack: LOGICALID-SUFFIX.
        """
        # CloudFormation's logical ids are letters and digits; other readers' may have other characters.
        logical_id = re.sub(r"[^A-Za-z0-9-]+", "-", self.logical_id).strip("-")
        if with_stack:
            rest = length - len(self.suffix) - 2
            stack = self.stack
            if len(stack) + len(logical_id) > rest:
                half = rest // 2
                stack = stack[: max(half, rest - len(logical_id))]
                logical_id = logical_id[: rest - len(stack)]
            name = f"{stack}-{logical_id}-{self.suffix}"
        else:
            name = f"{logical_id[: length - len(self.suffix) - 1]}-{self.suffix}"
        return name.lower() if lower else name

    def identifier(self, length: int, *, of: str = "", alphabet: str = _LETTERS_AND_DIGITS) -> str:
        """Returns an id that looks generated but is the same for each deploy; `of` distinguishes several."""
        import hashlib

        text = "/".join((self.stack, self.logical_id, self.suffix, of))
        number = int.from_bytes(hashlib.sha512(text.encode()).digest())
        letters = []
        for _ in range(length):
            number, index = divmod(number, len(alphabet))
            letters.append(alphabet[index])
        return "".join(letters)

    def uuid(self, *, of: str = "") -> str:
        """Returns a UUID that is the same for each deploy; `of` distinguishes several."""
        digits = self.identifier(32, of=of, alphabet="0123456789abcdef")
        return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:]))

    def arn(self, service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
        return ":".join(
            (
                "arn:aws",
                service,
                self.region if region else "",
                self.account_id if account else "",
                resource,
            )
        )


class ProvisioningContext(NamedTuple):
    """What is needed to create a resource: sfn's operations, clients of other services, its names."""

    service: Service
    clients: Clients
    report: Callable[[str], None]
    """Shows the user one line."""
    naming: Naming
    role_arn: str
    """The role for machines and functions without a role in the template."""


class Extent(Enum):
    """How much of a resource is created."""

    CREATED = "created"
    LISTED = "listed"
    """Stored and listed only, such as rules and APIs."""
    NAMED = "named"
    """Only an ARN or a name, such as roles and policies: nothing is created."""
    LEFT_OUT = "left out"
    """Not created, with a line for the user."""


class ResourceType(NamedTuple):
    """A row of the table of resource types."""

    predict: Callable[[Naming, Properties], CreatedResource]
    """Returns names and attributes without creating anything: for --dry-run and `sfn export`."""
    create: Callable[[ProvisioningContext, Properties], CreatedResource]
    """Creates the resource. If a killed deploy already created it under this name, updates it to these
    properties instead. Raises ResourceError."""
    update: Callable[[ProvisioningContext, CreatedResource, Properties, Properties], CreatedResource] | None
    """Changes the resource from its old properties (the third argument) to the new ones. None if every
    change replaces the resource. Raises ResourceError."""
    delete: Callable[[ProvisioningContext, CreatedResource, Properties], None]
    """Deletes the resource, if it exists. Raises ResourceError."""
    extent: Extent = Extent.CREATED
    replaced_by: frozenset[str] = frozenset()
    """The properties whose change replaces the resource.

    If the new resource has the same name, the old one is deleted first.
    """
    name_property: str | None = None
    """The property with the resource's name, if the type has one."""
    is_local: bool = False
    """Whether the resource is in this store, not in the memory of the local AWS services."""
    fingerprint: Callable[[Properties], str] | None = None
    """Returns a hash of the files that the properties point to. When it changes, the resource is
    updated, and may then have another physical id and other attributes."""
    may_be_partial: bool = False
    """Whether `create` may leave a part of a resource behind when it fails, for `delete` to remove."""
    update_may_replace: bool = False
    """Whether an update that returns another physical id has created another resource."""


class ResourceError(SfnError):
    """A resource that could not be created, changed or deleted.

    `error` is the operation's error response; None if no operation was called.
    """

    def __init__(self, message: str, operation: str = "", error: ApiError | None = None) -> None:
        super().__init__(message)
        self.operation = operation
        self.error = error
