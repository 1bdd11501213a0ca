"""Activities: tasks that the user's own workers poll for."""

from typing import NamedTuple


class Activity(NamedTuple):
    """One activity. `encryption_configuration` is a JSON object in text, `tags` a JSON array."""

    arn: str
    name: str
    created_at: int
    encryption_configuration: str
    tags: str
