"""Names of stacks and their resources, which are the same for each deploy of a project."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.project_files import TEMPLATE_KINDS
from sfn_cli.stacks.resources.resource import Naming
from sfn_cli.stacks.stack import valid_stack_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.settings import Settings
    from sfn_cli.stacks.stack import Stack
    from sfn_cli.store.protocols.stacks import Stacks
    from sfn_cli.store.records.stacks import StoredStack

_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_TEMPLATE_KINDS = {kind.value for kind in TEMPLATE_KINDS}
_PAGE = 100
_NAME_LENGTH = 40
"""The maximum length of a generated name. Bucket names, of at most 63 characters, begin with it."""


def given_stack_name(stacks: Stacks, stack: Stack, name: str, replaces: Callable[[str], bool]) -> str:
    """Returns the stack name that the user gives.

    Raises UsageError for an invalid name, and for the name of another folder's stack unless
    `replaces`, called with a sentence that says so, returns True.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"Invalid stack name {name!r}. Use a letter, then letters, digits and hyphens.")
    owner = stacks.find(name)
    if owner is not None and owner.folder != str(stack.folder):
        what = (
            f"The stack {name} was created through CloudFormation."
            if owner.is_sent
            else f"The stack {name} belongs to {owner.folder}."
        )
        if not replaces(what):
            raise UsageError(f"{what} Choose another name, or take it over with --replace.")
    return name


def stack_name(stacks: Stacks, stack: Stack) -> str:
    """Returns the name under which a project is deployed if the user gives none.

    This is the project's name. It gets a suffix if a stack of another folder, or of another template
    in this folder, already has that name.
    """
    name = valid_stack_name(stack.name)[:_NAME_LENGTH].rstrip("-")
    owner = stacks.find(name)
    if owner is not None and is_neighbour(owner, stack):
        stem = re.sub(r"[^a-zA-Z0-9]+", "-", stack.source.stem).strip("-")
        name = f"{name}-{stem}"[:_NAME_LENGTH].rstrip("-")
        owner = stacks.find(name)
    if owner is None or (owner.folder == str(stack.folder) and not is_neighbour(owner, stack)):
        return name
    place = f"{stack.folder}\0{stack.source}" if owner.folder == str(stack.folder) else str(stack.folder)
    return f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:6]}"


def is_neighbour(stored: StoredStack, stack: Stack) -> bool:
    """Whether a stack comes from another template in the same folder.

    A template that no longer exists was renamed, and one in a subfolder of the project is its build
    output: neither counts.
    """
    other = Path(stored.source)
    return (
        {stored.kind, stack.kind} <= _TEMPLATE_KINDS
        and other != stack.source
        and other.parent == stack.source.parent == stack.folder
        and other.is_file()
    )


def stack_arn(settings: Settings, name: str, folder: str) -> str:
    """Returns the StackId."""
    id = uuid.uuid5(uuid.NAMESPACE_URL, f"{folder}\0{name}")
    return f"arn:aws:cloudformation:{settings.region}:{settings.account_id}:stack/{name}/{id}"


def resource_naming(
    settings: Settings, stack: str, folder: str, logical_id: str, generation: int = 0
) -> Naming:
    """Returns the parts of a resource's names; `generation` is how often it was replaced."""
    parts = [folder, stack, logical_id, *([str(generation)] if generation else [])]
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    suffix = base64.b32encode(digest).decode()[:12]
    return Naming(stack, logical_id, suffix, settings.region, settings.account_id)


def stored_stacks(stacks: Stacks) -> Iterator[StoredStack]:
    """Yields all stacks, by name."""
    after = ""
    while page := stacks.page(after, _PAGE):
        yield from page
        after = page[-1].name
