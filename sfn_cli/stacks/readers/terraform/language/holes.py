"""Holes in texts: placeholders for values that only a deploy knows, such as a queue's URL.

A reference to a resource that does not exist yet becomes a short run of private-use characters in
ordinary text. All of Terraform's functions that join, format or encode text work on it unchanged. In
the end the holes become CloudFormation's intrinsic functions. (The CDK calls these tokens.)
"""

from __future__ import annotations

import json
import re
from typing import Any

_OPEN, _CLOSE = "\ue000", "\ue001"
_HOLE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


class Holes:
    """The intrinsic functions of the holes in texts."""

    def __init__(self) -> None:
        self._intrinsics: list[Any] = []
        self._texts: dict[str, str] = {}

    def text(self, intrinsic: Any) -> str:
        """Returns the hole for {"Ref": …} or {"Fn::GetAtt": …}."""
        key = json.dumps(intrinsic)
        if key not in self._texts:
            self._texts[key] = f"{_OPEN}{len(self._intrinsics)}{_CLOSE}"
            self._intrinsics.append(intrinsic)
        return self._texts[key]

    def filled(self, value: Any) -> Any:
        """Returns the value with intrinsic functions in place of holes. Raises ValueError for a cut hole."""
        if isinstance(value, str):
            return self._filled_text(value)
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, dict):
            return {self._without_holes(key): self.filled(item) for key, item in value.items()}
        return value

    def _filled_text(self, text: str) -> Any:
        if _OPEN not in text and _CLOSE not in text:
            return text
        parts: list[Any] = []
        end = 0
        for match in _HOLE.finditer(text):
            parts += [text[end : match.start()], self._intrinsics[int(match.group(1))]]
            end = match.end()
        parts.append(text[end:])
        if any(isinstance(part, str) and (_OPEN in part or _CLOSE in part) for part in parts):
            raise ValueError("a part of this value is known only after the deploy: it cannot be changed")
        parts = [part for part in parts if part != ""]
        return parts[0] if len(parts) == 1 else {"Fn::Join": ["", parts]}

    @staticmethod
    def _without_holes(key: str) -> str:
        if has_holes(key):
            raise ValueError("a part of this key is known only after the deploy")
        return key


def has_holes(text: str) -> bool:
    return _OPEN in text or _CLOSE in text
