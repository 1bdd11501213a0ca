"""EventBridge connections: how HTTP tasks are authorised."""

from __future__ import annotations

from typing import NamedTuple


class Connection(NamedTuple):
    """One connection. `stem` is its ARN without the id at its end, `auth_parameters` a JSON object
    in text, as CreateConnection takes it; `token` is what OAuth gave for it last, good until
    `token_expires_at` (None: not told).
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
