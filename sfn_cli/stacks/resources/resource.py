"""What every row of the table of resource types has in common."""

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
"""A resource's Properties, resolved: without intrinsic functions."""

_LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


class CreatedResource(NamedTuple):
    """A resource that exists, or will exist under these names."""

    physical_id: str
    """What identifies it to `update` and `delete`: CloudFormation's physical id."""
    attributes: Mapping[str, Json]
    """The values of Fn::GetAtt, by name ("Arn", "Outputs.Url").

    Those of a left-out resource have a value for every name; iterating over them yields the names
    that were looked up.
    """
    ref: Json = None
    """The value of Ref, where it is not the physical id."""
    existed: bool = False
    """Whether `create` found it there: a failed deploy does not delete it."""

    @property
    def reference(self) -> Json:
        return self.physical_id if self.ref is None else self.ref


class Naming(NamedTuple):
    """What the names and ARNs of a resource are made of."""

    stack: str
    logical_id: str
    suffix: str
    """Twelve letters and digits: the same for each deploy of a resource of a stack of a folder."""
    region: str
    account_id: str

    def generated(self, length: int, *, lower: bool = False, with_stack: bool = True) -> str:
        """Returns the name that CloudFormation would generate: STACK-LOGICALID-SUFFIX.

        It has at most `length` characters: stack and logical id are shortened, as CloudFormation
        does. Some newer types have no stack in their names: LOGICALID-SUFFIX.
        """
        # Logical ids of CloudFormation are letters and digits; those of other readers may have more.
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
        """Returns what looks like a generated id, the same for each deploy; `of` tells several apart."""
        import hashlib

        text = "/".join((self.stack, self.logical_id, self.suffix, of))
        number = int.from_bytes(hashlib.sha512(text.encode()).digest())
        letters = []
        for _ in range(length):
            number, index = divmod(number, len(alphabet))
            letters.append(alphabet[index])
        return "".join(letters)

    def uuid(self, *, of: str = "") -> str:
        """Returns what looks like a UUID, the same for each deploy."""
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
    """What makes resources: this store's operations, and clients of the other services."""

    service: Service
    clients: Clients
    report: Callable[[str], None]
    """Shows the user one line."""
    naming: Naming
    role_arn: str
    """The role of machines and functions for which the template names none."""


class Extent(Enum):
    """How much of a resource is made."""

    CREATED = "made"
    LISTED = "listed"
    """Stored and listed only, such as rules and APIs."""
    NAMED = "named"
    """Only an ARN or a name, such as roles and policies: there is nothing to make."""
    LEFT_OUT = "left out"
    """Not made, with a line for the user."""


class ResourceType(NamedTuple):
    """A row of the table."""

    predict: Callable[[Naming, Properties], CreatedResource]
    """Returns names and attributes without making anything: for --dry-run and `sfn export`."""
    create: Callable[[ProvisioningContext, Properties], CreatedResource]
    """Makes the resource. One that is there already under its name, from a deploy that was killed,
    is brought to these properties instead. Raises ResourceError."""
    update: Callable[[ProvisioningContext, CreatedResource, Properties, Properties], CreatedResource] | None
    """Changes the resource from its old properties (third) to new ones; None: another one is made.
    Raises ResourceError."""
    delete: Callable[[ProvisioningContext, CreatedResource, Properties], None]
    """Deletes the resource; one that is gone already is no error. Raises ResourceError."""
    extent: Extent = Extent.CREATED
    replaced_by: frozenset[str] = frozenset()
    """The properties whose change makes a new resource in place of the old.

    The new one may have the same name, and is then made after the old one is deleted.
    """
    name_property: str | None = None
    """The property that is the resource's own name, where the template gives one."""
    is_local: bool = False
    """Whether it lives in this store, and not in the memory of the local services."""
    fingerprint: Callable[[Properties], str] | None = None
    """Returns a hash of the files that the properties only name: when it changes, the resource is
    updated. The resource may have another physical id and other attributes afterwards."""


class ResourceError(SfnError):
    """A resource that could not be made, changed or deleted.

    `error` is the refusal of the operation, None where none was called.
    """

    def __init__(self, message: str, operation: str = "", error: ApiError | None = None) -> None:
        super().__init__(message)
        self.operation = operation
        self.error = error
