"""What a template's values depend on that is not in the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.jsonvalue import Json


class PseudoParameters(NamedTuple):
    """The values of Ref that every template has."""

    account_id: str
    region: str
    stack_name: str
    stack_id: str
    partition: str = "aws"
    url_suffix: str = "amazonaws.com"
    notification_arns: tuple[str, ...] = ()

    def values(self) -> dict[str, Json]:
        """Returns the value of each by its name in a template, but for AWS::NoValue."""
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


class Lookups(NamedTuple):
    """Finds values outside of the template; each returns None for what is not found."""

    export: Callable[[str], Json] = _no_export
    """The value that another stack exports under this name."""
    stored_parameter: Callable[[str, str | None], str | None] = _no_stored_parameter
    """The value of a parameter of Systems Manager: its name, and its version if one is named.

    A list of strings is a text with commas.
    """
    secret: Callable[[str, str | None, str | None], str | None] = _no_secret
    """The text of a secret: its name or ARN, the version's stage and the version's id."""
    keeps_references: bool = False
    """Whether dynamic references stay as they are: what they name may not have been made yet."""
