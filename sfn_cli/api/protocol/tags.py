"""Tags of a resource by key: the common part of every service's TagResource and UntagResource.

Each service has its own errors: see stepfunctions/tags.py, functions/tags.py and logs/tags.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import quotas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sfn_cli.errors import ApiError

Tags = dict[str, str]


def add_tags(tags: Tags, added: Mapping[str, str], *, too_many: Callable[[int], ApiError]) -> Tags:
    """Returns the tags with `added`: an existing key gets the new value.

    Raises the error that `too_many` returns for their number if it exceeds AWS's limit.
    """
    merged = {**tags, **added}
    if len(merged) > quotas.TAGS:
        raise too_many(len(merged))
    return merged


def without_tags(tags: Tags, keys: Iterable[str]) -> Tags:
    """Returns the tags without these keys. Unknown keys are not an error."""
    removed = set(keys)
    return {key: value for key, value in tags.items() if key not in removed}
