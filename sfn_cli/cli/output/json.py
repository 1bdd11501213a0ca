"""--output json: four spaces, members in the model's order, text as it is."""

from __future__ import annotations

import json
from typing import IO, Any


def write(value: Any, stream: IO[str]) -> None:
    if value == {}:
        return  # an operation that answers nothing prints nothing
    stream.write(json.dumps(value, indent=4, ensure_ascii=False, default=str) + "\n")
