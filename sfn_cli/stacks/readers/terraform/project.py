"""The state that all modules of a project share while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.functions.files import FileFunctions
from sfn_cli.stacks.readers.terraform.functions.table import PURE_FUNCTIONS
from sfn_cli.stacks.readers.terraform.language.holes import Holes, has_holes
from sfn_cli.stacks.readers.terraform.language.values import ConversionError, Value, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments


class TerraformProject:
    """The root folder, the files that were read, the holes, and the logical ids in use."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.holes = Holes()
        self.file_functions = FileFunctions(folder)
        self.functions = {**PURE_FUNCTIONS, **self.file_functions.table}
        self.notes: dict[str, None] = {}
        self.region = self.holes.text({"Ref": "AWS::Region"})
        self.account = self.holes.text({"Ref": "AWS::AccountId"})
        self.archives: list[ResourceArguments] = []
        """The arguments of every data.archive_file."""
        self.objects: list[tuple[ResourceArguments, Value]] = []
        """The arguments of every aws_s3_object, with its id, by which its key may be known."""
        self._logical_ids: dict[str, str] = {}
        self._dependencies: list[set[str]] = []

    @property
    def place(self) -> Mapping[str, str]:
        return {"region": self.region, "account": self.account}

    # Logical ids

    def logical_id(self, address: str, type: str, label: str) -> str:
        """Returns a resource's logical id, which for machines and functions is their name.

        Other logical ids contain the type, because a module often has several resources with the
        same name ("this").
        """
        if address not in self._logical_ids:
            names = [label] if type in {"aws_sfn_state_machine", "aws_lambda_function"} else []
            kind = type.removeprefix("aws_").removesuffix("_function")
            names.append(f"{label}_{kind}")
            if type == "aws_s3_bucket":
                # Bucket names contain it, and cannot contain "_".
                names = [name.replace("_", "-").lower() for name in names]
            taken = set(self._logical_ids.values())
            numbered = (f"{names[-1]}_{number}" for number in range(2, 10**6))
            self._logical_ids[address] = next((name for name in names if name not in taken), None) or next(
                name for name in numbered if name not in taken
            )
        return self._logical_ids[address]

    # Dependencies: the resources to which the evaluation of a resource refers

    def start_dependencies(self) -> set[str]:
        found: set[str] = set()
        self._dependencies.append(found)
        return found

    def end_dependencies(self) -> None:
        self._dependencies.pop()

    def depend_on(self, logical_ids: set[str]) -> None:
        if self._dependencies:
            self._dependencies[-1] |= logical_ids

    def dynamic_reference(self, reference: str) -> str:
        """Returns a reference to a parameter or a secret, "ssm:NAME", which the deploy resolves."""
        return "{{resolve:" + reference + "}}"

    # Code

    def code(self, arguments: ResourceArguments) -> dict[str, Any]:
        """Returns the location of a function's or a layer's code, as CloudFormation's Code."""
        if image := arguments.get("image_uri"):
            return {"ImageUri": image}
        filename = arguments.get("filename")
        if filename is None and arguments.get("s3_key") is not None:
            filename = self._object_source(arguments.get("s3_bucket"), arguments.get("s3_key"))
            if filename is None:
                return {"S3Bucket": arguments.get("s3_bucket"), "S3Key": arguments.get("s3_key")}
        if filename is None:
            raise ConversionError('there is no code. Set "filename" or "image_uri"')
        return self._archived_code(to_text(filename))

    def _archived_code(self, filename: str) -> dict[str, Any]:
        path = self.file_functions.path(filename)
        for archive in self.archives:
            output = archive.get("output_path")
            if isinstance(output, str) and self.file_functions.path(output) == path:
                return self._archive_source(archive)
        return {"CodeDir": str(_code_folder(path))}

    def _archive_source(self, archive: ResourceArguments) -> dict[str, Any]:
        """Returns the sources of an archive that `terraform apply` would create."""
        if folder := archive.get("source_dir"):
            return {"CodeDir": str(self._existing(self.file_functions.path(folder)))}
        if file := archive.get("source_file"):
            return {"CodeDir": str(self._existing(self.file_functions.path(file)).parent)}
        files = {
            to_text(each.get("filename")): to_text(each.get("content")) for each in archive.blocks("source")
        }
        content = archive.get("source_content")
        if content is not None:
            files[to_text(archive.get("source_content_filename"))] = to_text(content)
        return {"Files": files}

    def _existing(self, path: Path) -> Path:
        """Returns a path, or the TypeScript source of it if it does not exist."""
        if path.exists():
            return path
        from sfn_cli.stacks.readers.terraform.compiled_code import uncompiled_path

        return uncompiled_path(path, self.folder) or path

    def _object_source(self, bucket: Value, key: Value) -> Value:
        """Returns the file that an aws_s3_object of the project uploads to a key."""
        for each, own_id in self.objects:
            names_object = key in (each.get("key"), own_id) and each.get("bucket") == bucket
            if names_object and each.get("source") is not None:
                return each.get("source")
        return None

    def note(self, line: str) -> None:
        self.notes[line] = None


def _code_folder(path: Path) -> Path:
    """Returns a folder or an archive as it is; for another file, its folder."""
    if path.suffix in {".zip", ".jar"} or path.is_dir() or not path.suffix:
        return path
    return path.parent


def is_known(value: Value) -> bool:
    return not (isinstance(value, str) and has_holes(value))


def project_references(project: TerraformProject, logical_id: str) -> Mapping[str, str]:
    """Returns the values of the names in a pattern of the table of resource types.

    {Ref}, {region}, {account}, and any other name for Fn::GetAtt.
    """
    return _References(project, logical_id)


class _References(dict[str, str]):
    def __init__(self, project: TerraformProject, logical_id: str) -> None:
        super().__init__(project.place)
        self["Ref"] = project.holes.text({"Ref": logical_id})
        self._logical_id = logical_id
        self._holes = project.holes

    def __missing__(self, name: str) -> str:
        return self._holes.text({"Fn::GetAtt": [self._logical_id, name]})
