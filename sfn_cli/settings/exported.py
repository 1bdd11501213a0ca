"""The variables that `eval "$(sfn aws env)"` exports into a shell, for other programs.

In that shell, sfn itself ignores them. Its tasks, functions and servers find the local AWS services in the
home, also after a restart with another port; and the credentials belong to no user.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import os
from collections.abc import MutableMapping

OWN_ENDPOINT = "SFN_AWS_ENDPOINT"
"""The variable that names the endpoint a second time: AWS_ENDPOINT_URL is ours if it has the same value."""

_ENDPOINT = "AWS_ENDPOINT_URL"
_ACCESS_KEY = "AWS_ACCESS_KEY_ID"
_CREDENTIALS = (_ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_KEY_LENGTH = 35

exported_variables: dict[str, str] = {}
"""The variables that `ignore_exported_variables` has removed, for programs that this process starts."""


def new_access_key() -> str:
    """Returns a new access key id for an endpoint of sfn."""
    from secrets import token_hex

    return f"SFN{token_hex(16).upper()}"


def exported_access_key() -> str | None:
    """Returns the access key that this process has ignored."""
    return exported_variables.get(_ACCESS_KEY)


def ignore_exported_variables(environ: MutableMapping[str, str] = os.environ) -> None:
    """Removes the endpoint and the credentials of `sfn aws env` from this process's environment."""
    names = [OWN_ENDPOINT]
    if environ.get(OWN_ENDPOINT) and environ.get(OWN_ENDPOINT) == environ.get(_ENDPOINT):
        names.append(_ENDPOINT)
    if _is_own_access_key(environ.get(_ACCESS_KEY, "")):
        names += _CREDENTIALS
    for name in names:
        if name in environ:
            exported_variables[name] = environ.pop(name)


def _is_own_access_key(key: str) -> bool:
    """Whether `new_access_key` creates such keys. AWS's have letters and digits too, but 16 to 20 of them."""
    return len(key) == _KEY_LENGTH and key.startswith("SFN") and set(key[3:]) <= set("0123456789ABCDEF")
