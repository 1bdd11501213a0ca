"""EventBridge connections: how HTTP tasks are authorised."""

from typing import NamedTuple


class Connection(NamedTuple):
    """One EventBridge connection.

    `stem` is its ARN without the id at the end; `auth_parameters` is a JSON object in text, as
    CreateConnection takes it; `token` is the last OAuth token, valid until `token_expires_at`
    (None: unknown).
    """

    arn: str
    stem: str
    name: str
    description: str | None
    state: str
    authorization_type: str
    auth_parameters: str
    created_at: int
    modified_at: int
    authorized_at: int
    token: str | None = None
    token_expires_at: int | None = None
