"""Writes sfn_cli/api/model/answers.py from the service model: `python -m tests.answer_types`.

With `--check` it writes nothing, and exits with 1 when the module is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.api import model
from sfn_cli.api.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.model import Shape

ROOT = Path(__file__).parents[1]
MODULE = ROOT / "sfn_cli" / "api" / "model" / "answers.py"

HEAD = '''\
"""The answers of Step Functions' operations, as types. `python -m tests.answer_types` writes this file.

Times are milliseconds since 1970. None stands for a member that is absent. Structures within an item are not
described further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
'''

SCALARS = {
    "string": "str", "integer": "int", "long": "int", "timestamp": "int", "boolean": "bool", "blob": "bytes",
    "float": "float", "double": "float",
}  # fmt: skip


def text() -> str:
    """The text of the module."""
    classes = {"EmptyAnswer": ['    """The answer of an operation whose output has no members."""']}
    for service, name in OPERATIONS:
        if service == "stepfunctions":
            output = model.load_model(service, name).output
            if output["members"]:
                classes[f"{name}Answer"] = list(_fields(output, classes))
    blocks = ["\n".join([f"class {name}(TypedDict):", *fields]) for name, fields in sorted(classes.items())]
    return "\n\n\n".join([HEAD.rstrip(), *blocks]) + "\n"


def _fields(structure: Shape, classes: dict[str, list[str]]) -> Iterator[str]:
    required = structure.get("required", ())
    for member, shape in structure["members"].items():
        type_ = _type(shape, classes)
        yield f"    {member}: {type_ if member in required else f'NotRequired[{type_} | None]'}"


def _type(shape: Shape, classes: dict[str, list[str]]) -> str:
    match shape["type"]:
        case "list":
            item = shape["member"]
            if item["type"] != "structure" or item.get("name") == "HistoryEvent":
                return f"Sequence[{_type(item, classes)}]"
            classes.setdefault(item["name"], list(_fields(item, classes)))
            return f"Sequence[{item['name']}]"
        case "structure" | "map":
            return "Mapping[str, Any]"
        case scalar:
            return SCALARS[scalar]


def main() -> int:
    if "--check" not in sys.argv[1:]:
        MODULE.write_text(text(), encoding="utf-8")
    elif MODULE.read_text(encoding="utf-8") != text():
        print(f"{MODULE.relative_to(ROOT)} is stale: python -m tests.answer_types", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
