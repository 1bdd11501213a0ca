"""The variables of serverless.yml: `${self:custom.x}`, `${opt:stage, 'dev'}`, `${file(x.yml):a}`, …

A variable is resolved when its value is needed. `${…}` without a known source, such as
CloudFormation's `${AWS::Region}`, is left unchanged.
https://www.serverless.com/framework/docs/providers/aws/guide/variables
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.stacks.readers.template_file import TemplateFile, read_template_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.stack import Path_

_SOURCE = re.compile(r"([a-zA-Z][\w-]*)(?:\((.*)\))?(?::(?!:)(.*))?", re.DOTALL)
_STRUCTURED = {".yml", ".yaml", ".json"}
_PROGRAMS = {".js", ".cjs", ".mjs", ".ts"}
_MAX_DEPTH = 60
MISSING = object()


class ServerlessContext:
    """The sources of variables outside the service's file."""

    def __init__(
        self,
        options: Mapping[str, str],
        environment: Mapping[str, str],
        region: str,
        account_id: str,
    ) -> None:
        self.options = options
        self.environment = environment
        self.region = region
        self.account_id = account_id


class Variables:
    """Resolves the variables in a service's file."""

    def __init__(self, file: TemplateFile, context: ServerlessContext) -> None:
        self._file = file
        self._folder = file.path.parent
        self._around = context
        self.files: dict[Path, None] = {file.path: None}
        self._contents: dict[Path, Any] = {}
        self._depth = 0
        self.option_names: set[str] = {"region", "stage"}
        """The options and parameters that the service refers to."""
        self._sources: dict[str, Callable[[str, str, Path_], Any]] = {
            "self": lambda _, address, path: self._at(self._file.value, address, path),
            "opt": lambda _, address, __: self._option(address),
            "sls": lambda _, address, __: self._framework(address),
            "env": lambda _, address, __: context.environment.get(address, MISSING),
            "param": lambda _, address, path: self._parameter(address, path),
            "file": self._content,
            "aws": lambda _, address, __: {
                "accountId": context.account_id,
                "region": context.region,
            }.get(address, MISSING),
            "ssm": lambda _, address, __: "{{resolve:ssm:" + address.partition("~")[0] + "}}",
            "strToBool": lambda argument, _, __: argument.strip().lower() in {"true", "1"},
            "git": lambda *_: "local",
            "cf": self._unavailable,
            "s3": self._unavailable,
            "terraform": self._unavailable,
            "output": self._unavailable,
            "vault": self._unavailable,
        }

    @property
    def stage(self) -> str:
        stage = self._around.options.get("stage") or self.get("provider", "stage")
        return stage if isinstance(stage, str) and stage else "dev"

    def get(self, *path: str) -> Any:
        """Returns the resolved value at a path of the service's file; None if there is none."""
        value: Any = self._file.value
        for length, key in enumerate(path):
            value = self._shallow(value, path[:length])
            value = value.get(key) if isinstance(value, dict) else None
        return self.resolved(value, path)

    def resolved(self, value: Any, path: Path_) -> Any:
        """Returns a value with all its variables resolved. Raises TemplateError."""
        if isinstance(value, str):
            return self.resolved_text(value, path)
        if isinstance(value, list):
            return [self.resolved(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {
                str(self.resolved_text(key, path)) if isinstance(key, str) else key: self.resolved(
                    item, (*path, key)
                )
                for key, item in value.items()
            }
        return value

    def resolved_text(self, text: str, path: Path_) -> Any:
        """Returns a text with its variables resolved; a text that is one variable may have any value."""
        if "${" not in text:
            return text
        if self._depth > _MAX_DEPTH:
            raise self._file.error(path, f"Circular reference between variables: {text[:80]}")
        self._depth += 1
        try:
            return self._resolved_parts(text, path)
        finally:
            self._depth -= 1

    def _resolved_parts(self, text: str, path: Path_) -> Any:
        parts: list[Any] = []
        end = 0
        while (start := text.find("${", end)) >= 0:
            close = _closing_brace(text, start + 2)
            if close is None:
                break
            value = self._variable(text[start + 2 : close], path)
            parts += [text[end:start], text[start : close + 1] if value is MISSING else value]
            end = close + 1
        parts.append(text[end:])
        parts = [part for part in parts if part != ""]
        if len(parts) == 1:
            return parts[0]
        for part in parts:
            if isinstance(part, dict | list):
                raise self._file.error(path, f"A variable in {text[:80]!r} is not a string")
        return "".join(_part_text(part) for part in parts)

    def _variable(self, content: str, path: Path_) -> Any:
        """Returns the value of `source:address, fallback`; MISSING if it names no source."""
        candidates = _split_at_commas(content)
        is_known = False
        for candidate in candidates:
            found, names_source = self._candidate(candidate.strip(), path)
            is_known = is_known or names_source
            if not is_known:
                return MISSING
            if found is not MISSING and found is not None:
                return found
        if len(candidates) > 1:
            return None
        raise self._file.error(path, self._no_value(content))

    def _candidate(self, text: str, path: Path_) -> tuple[Any, bool]:
        """Returns a value, and whether the text is a variable or a literal."""
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            return text[1:-1], True
        if text in {"true", "false"}:
            return text == "true", True
        if re.fullmatch(r"-?\d+", text):
            return int(text), True
        if text == "null":
            return None, True
        if text.startswith("${") and _closing_brace(text, 2) == len(text) - 1:
            return self.resolved_text(text, path), True
        match = _SOURCE.fullmatch(str(self.resolved_text(text, path)))
        if match is None or match[1] not in self._sources or (match[2] is None and match[3] is None):
            return MISSING, False
        value = self._sources[match[1]](match[2] or "", (match[3] or "").strip(), path)
        return (value if value is MISSING else self.resolved(value, path)), True

    def _no_value(self, content: str) -> str:
        if content.startswith(("opt:", "param:")):
            return f"${{{content}}} has no value. Pass one: --parameter {content.partition(':')[2]}=VALUE"
        if content.startswith("env:"):
            return f"${{{content}}} has no value. Set the environment variable {content.partition(':')[2]}."
        return f"${{{content}}} has no value"

    # Sources

    def _at(self, value: Any, address: str, path: Path_) -> Any:
        """Returns the value at an address in a document, such as "custom.tables.0"."""
        for key in address.split(".") if address else []:
            value = self._shallow(value, path)
            if isinstance(value, dict):
                value = value.get(key, MISSING)
            elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            elif not (address == "service.name" and isinstance(value, str)):  # `service: NAME`
                return MISSING
            if value is MISSING:
                return MISSING
        if address == "service" and isinstance(value, dict):
            return value.get("name", MISSING)
        return value

    def _shallow(self, value: Any, path: Path_) -> Any:
        """Resolves a value that is itself a variable, so that its members can be read."""
        return self.resolved_text(value, path) if isinstance(value, str) else value

    def _option(self, name: str) -> Any:
        self.option_names.add(name)
        if name in self._around.options:
            return self._around.options[name]
        return self._around.region if name == "region" and not self._given_region() else MISSING

    def _given_region(self) -> bool:
        provider = self._file.value.get("provider")
        return isinstance(provider, dict) and "region" in provider

    def _framework(self, address: str) -> Any:
        return {"stage": self.stage, "instanceId": "local"}.get(address, MISSING)

    def _parameter(self, name: str, path: Path_) -> Any:
        self.option_names.add(name)
        if name in self._around.options:
            return self._around.options[name]
        parameters = self._file.value.get("params")
        for stage in (self.stage, "default"):
            found = self._at(parameters, f"{stage}.{name}", path) if parameters else MISSING
            if found is not MISSING:
                return found
        return MISSING

    def _content(self, argument: str, address: str, path: Path_) -> Any:
        file = Path(argument.strip()).expanduser()
        file = (self._folder / file).absolute()
        if file.suffix in _PROGRAMS:
            raise self._file.error(
                path, f"{argument} is a program. Run `serverless package`: sfn reads .serverless."
            )
        if not file.is_file():
            return MISSING
        if file not in self._contents:
            self.files[file] = None
            self._contents[file] = self._read(file, argument, path)
        return self._at(self._contents[file], address, path)

    def _read(self, file: Path, argument: str, path: Path_) -> Any:
        if file.suffix in _STRUCTURED:
            return read_template_file(file, words_are_booleans=False).value
        try:
            text = read_input_text(file, PROJECT_FILE_BYTES)
        except (OSError, UnicodeDecodeError):
            raise UsageError(f"Cannot read {argument}: it is not UTF-8 text") from None
        if text.lstrip()[:1] == "{" and file.name.endswith(".asl"):
            return read_template_file(file, words_are_booleans=False).value
        return text.strip()

    def _unavailable(self, argument: str, address: str, path: Path_) -> Any:
        return MISSING


def _closing_brace(text: str, start: int) -> int | None:
    depth = 1
    for index in range(start, len(text)):
        if text.startswith("${", index):
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return None


def _split_at_commas(text: str) -> list[str]:
    """Splits at commas outside of quotes, parentheses and braces."""
    parts, depth, quote, start = [], 0, "", 0
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "({":
            depth += 1
        elif character in ")}":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _part_text(part: Any) -> str:
    if isinstance(part, bool):
        return "true" if part else "false"
    return "" if part is None else str(part)
