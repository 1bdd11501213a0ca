"""--output yaml: YAML 1.2, keys sorted."""

from __future__ import annotations

import re
from typing import IO, Any

import yaml


class _YamlDumper(yaml.SafeDumper):
    """Quotes only text that YAML 1.2 would read as another type: `level: OFF` stays plain."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml_text(dumper: _YamlDumper, value: str) -> yaml.ScalarNode:
    """Represents text of several lines in one line, with \\n in it."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if "\n" in value else None)


_YamlDumper.add_representer(str, _yaml_text)
_YamlDumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
_YamlDumper.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def write(value: Any, stream: IO[str]) -> None:
    if value == {}:
        return
    text = yaml.dump(
        value, Dumper=_YamlDumper, allow_unicode=True, width=float("inf"), default_flow_style=False
    )
    stream.write(text.removesuffix("...\n"))
