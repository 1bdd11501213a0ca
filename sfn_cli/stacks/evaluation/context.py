"""The inputs of an evaluation from outside the template: pseudo parameters and lookups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.jsonvalue import Json


class PseudoParameters(NamedTuple):
    """The pseudo parameters that every template can refer to."""

    account_id: str
    region: str
    stack_name: str
    stack_id: str
    partition: str = "aws"
    url_suffix: str = "amazonaws.com"
    notification_arns: tuple[str, ...] = ()

    def values(self) -> dict[str, Json]:
        """Returns the values by their names in a template, without AWS::NoValue."""
        return {
            "AWS::AccountId": self.account_id,
            "AWS::Region": self.region,
            "AWS::StackName": self.stack_name,
            "AWS::StackId": self.stack_id,
            "AWS::Partition": self.partition,
            "AWS::URLSuffix": self.url_suffix,
            "AWS::NotificationARNs": list(self.notification_arns),
        }


def _no_export(name: str) -> Json:
    return None


def _no_stored_parameter(name: str, version: str | None) -> str | None:
    return None


def _no_secret(secret: str, stage: str | None, version: str | None) -> str | None:
    return None


def _same_text(text: str) -> str:
    return text


class Lookups(NamedTuple):
    """Functions that look up values outside the template; each returns None if it finds nothing."""

    export: Callable[[str], Json] = _no_export
    """Returns the value that another stack exports under a name."""
    stored_parameter: Callable[[str, str | None], str | None] = _no_stored_parameter
    """Returns the value of an SSM parameter, from its name and, optionally, a version.

    The value of a StringList is its items separated by commas.
    """
    secret: Callable[[str, str | None, str | None], str | None] = _no_secret
    """Returns the text of a secret, from its name or ARN, a version stage and a version id."""
    local_text: Callable[[str], str] = _same_text
    """Returns a text in which the URL of each API that runs here is its local one."""
    keeps_references: bool = False
    """Whether dynamic references are left unresolved, because their targets may not exist yet."""
    keeps_unknown_references: bool = False
    """Whether dynamic references are left unresolved if their targets do not exist yet."""
