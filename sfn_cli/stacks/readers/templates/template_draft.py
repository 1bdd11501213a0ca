"""A template in the course of reading, which a reader expands and changes before it becomes a stack."""

from __future__ import annotations

import copy
from collections import ChainMap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.stack import Path_, SourcePlace, TemplateError, nearest_place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.template_file import TemplateFile


@dataclass(slots=True)
class TemplateDraft:
    source: Path
    """The template's file, as an absolute path; local paths are relative to its folder."""
    template: dict[str, Any]
    given: Mapping[str, str]
    """The parameter values of the user and of the project."""
    places: ChainMap[Path_, SourcePlace]
    files: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fetch: Callable[[str], str] | None = None
    """Returns the text at an address, for a template that was sent: it has no local paths."""

    @classmethod
    def of_file(
        cls, file: TemplateFile, given: Mapping[str, str], fetch: Callable[[str], str] | None = None
    ) -> TemplateDraft:
        """Returns the draft of a file that was read. Raises TemplateError if it contains no object."""
        if not isinstance(file.value, dict):
            raise file.error((), "A template must be an object.")
        places: ChainMap[Path_, SourcePlace] = ChainMap({}, file.places)  # type: ignore[arg-type]
        files, notes = [file.path] if fetch is None else [], list(file.notes)
        return cls(file.path, copy.deepcopy(file.value), given, places, files, notes, fetch)

    @property
    def resources(self) -> dict[str, Any]:
        """The resources that are objects; the evaluation of the template rejects others."""
        resources = self.template.get("Resources")
        found = resources.items() if isinstance(resources, dict) else ()
        return {name: resource for name, resource in found if isinstance(resource, dict)}

    def properties(self, logical_id: str) -> dict[str, Any]:
        """Returns the Properties of a resource, which the caller may change in place."""
        resource = self.resources[logical_id]
        if resource.get("Properties") is None:
            resource["Properties"] = {}
        properties = resource["Properties"]
        if not isinstance(properties, dict):
            raise self.error(
                ("Resources", logical_id, "Properties"),
                f'The Properties of "{logical_id}" must be an object.',
            )
        return properties

    def parameter(self, name: Any) -> Any:
        """Returns the value of a parameter if it is already known: a string, or its default; else None."""
        if not isinstance(name, str):
            return None
        if name in self.given:
            return self.given[name]
        parameters = self.template.get("Parameters")
        declared = parameters.get(name) if isinstance(parameters, dict) else None
        return declared.get("Default") if isinstance(declared, dict) else None

    def place(self, path: Path_) -> SourcePlace:
        return nearest_place(self.places, path, self.source)

    def error(self, path: Path_, message: str) -> TemplateError:
        return TemplateError(self.place(path), message)

    def local_path(self, value: Any) -> Path | None:
        """Returns the absolute path that a value names; None for a URL and anything else."""
        if self.fetch is not None or not isinstance(value, str) or not value or "://" in value:
            return None
        return self.source.parent.joinpath(value.removeprefix("file:")).resolve()
