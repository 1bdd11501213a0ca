"""What a deploy is given: by the user at the terminal, or by a request of CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.stacks import StoredStack

ROLLBACK = "ROLLBACK"
DO_NOTHING = "DO_NOTHING"
DELETE = "DELETE"
"""What happens if a resource fails: CloudFormation's OnFailure."""


class StackRequest(NamedTuple):
    """What a request of CloudFormation adds to a deploy or a deletion of a stack."""

    arn: str
    """The StackId."""
    template: str = ""
    """The template's text as it was sent."""
    details: Mapping[str, Json] = {}
    """Stored with the stack: members of CloudFormation's Stack, and what later requests need."""
    on_failure: str = ROLLBACK
    """What happens if a resource fails: ROLLBACK, DO_NOTHING (DisableRollback) or DELETE."""
    retained: frozenset[str] = frozenset()
    """The logical ids that a deletion keeps, or that the continuation of a rollback skips."""
    token: str | None = None
    """The ClientRequestToken, for events."""
    check: Callable[[StoredStack | None], None] = lambda _: None
    """Called with the stored stack while no other operation can change it; raises an error to refuse."""
    started: Callable[[], None] = lambda: None
    """Called when the stack's new status is stored: later errors are in the stack's events."""


class DeployOptions(NamedTuple):
    """The options of a deploy."""

    report: Callable[[str], None]
    """Shows the user one line."""
    parameters: Mapping[str, str]
    """The values that the user gives; a stack uses those that its template declares."""
    role_arn: str
    """The role for machines and functions without a role in the template."""
    stack_name: str | None = None
    may_build: bool = True
    """Whether pip, npm and other build tools may run."""
    replaces: Callable[[str], bool] = lambda _: False
    """Whether to take over a resource of another stack; the argument is a sentence that names both."""
    request: StackRequest | None = None
    """The request, if the deploy comes from CloudFormation's operations and not from the terminal."""
