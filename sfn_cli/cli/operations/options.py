"""The options of a command: those that every command takes, and those of one operation.

An operation's options come from the service model: each member of its input is an option, named
in words with hyphens (`stateMachineArn` -> `--state-machine-arn`).
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sfn_cli.api.model import Operation, Shape, is_not_in_aws_model
from sfn_cli.settings.table import BINARY_FORMATS, ERROR_FORMATS, OUTPUTS


class Option(NamedTuple):
    """One option.

    `name` is the name of its value; two options may share one (`--x`, `--no-x`).
    """

    flag: str
    name: str
    takes: str = "one"
    """"one" value, "many" values, "each" (one, and every use of the option counts), "maybe" a
    value, or "none": then it means `constant`.
    """
    constant: Any = True
    required: bool = False
    required_without: str = ""
    """The option that replaces a required one."""
    number: type[int] | type[float] | None = None
    choices: tuple[str, ...] = ()
    shape: Shape | None = None
    """The shape of the member of the operation's input, when the option is one."""
    member: str = ""
    """The member's name, where it is not `name`."""
    hidden: bool = False
    metavar: str = "value"

    @property
    def is_ours(self) -> bool:
        """Whether its member is not in AWS's model."""
        return self.shape is not None and is_not_in_aws_model(self.shape)


Table = Mapping[str, Option]
"""Options by flag, in the order in which help shows them."""


def option_table(options: Iterable[Option]) -> dict[str, Option]:
    return {option.flag: option for option in options}


GLOBALS: Table = option_table(
    (
        Option("--debug", "debug", "none"),
        Option("--endpoint-url", "endpoint_url", metavar="url"),
        Option("--no-verify-ssl", "verify_ssl", "none", constant=False),
        Option("--no-paginate", "paginate", "none", constant=False),
        Option("--output", "output", choices=OUTPUTS),
        Option("--query", "query", metavar="expression"),
        Option("--profile", "profile"),
        Option("--region", "region"),
        Option("--version", "version", "none"),
        Option("--color", "color", choices=("on", "off", "auto")),
        Option("--no-sign-request", "sign_request", "none", constant=False),
        Option("--ca-bundle", "ca_bundle", metavar="file"),
        Option("--cli-read-timeout", "cli_read_timeout", number=int, metavar="seconds"),
        Option("--cli-connect-timeout", "cli_connect_timeout", number=int, metavar="seconds"),
        Option("--cli-binary-format", "cli_binary_format", choices=BINARY_FORMATS),
        Option("--no-cli-pager", "cli_pager", "none", constant=False),
        Option("--cli-auto-prompt", "cli_auto_prompt", "none", hidden=True),
        Option("--no-cli-auto-prompt", "cli_auto_prompt", "none", constant=False, hidden=True),
        Option("--cli-error-format", "cli_error_format", choices=ERROR_FORMATS),
        Option("--help", "help", "none", hidden=True),
    )
)

_INPUT_FORMS = (
    Option("--cli-input-json", "cli_input_json", metavar="json"),
    Option("--cli-input-yaml", "cli_input_yaml", metavar="yaml"),
    Option(
        "--generate-cli-skeleton",
        "generate_cli_skeleton",
        "maybe",
        constant="input",
        choices=("input", "output", "yaml-input"),
    ),
)

_PAGING = (
    Option("--starting-token", "starting_token", metavar="token"),
    Option("--page-size", "page_size", number=int, metavar="number"),
    Option("--max-items", "max_items", number=int, metavar="number"),
)

_NUMBERS: Mapping[str, type[int] | type[float]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
}

_RENAMED: Mapping[tuple[str, str], str] = {
    ("SendTaskSuccess", "output"): "--task-output",
    ("StartExecution", "fromExecutionArn"): "--from",
    ("StartExecution", "fromState"): "--at",
    ("StartExecution", "stateInput"): "--with-input",
}
"""Members whose option would have the name of one that every command takes, or a long one of sfn's own."""


_REPLACED: Mapping[tuple[str, str], str] = {("StartExecution", "stateMachineArn"): "--from"}
"""Required members that another option replaces: the machine is then that execution's."""


def option_flag(member: str) -> str:
    """Returns a member's option: "stateMachineArn" -> "--state-machine-arn".

    And "S3Key" -> "--s3-key".
    """
    before = zip(member, member[1:], member[2:] + " ", strict=False)
    words = [
        f"-{letter}" if letter.isupper() and (after.islower() or not previous.isupper()) else letter
        for previous, letter, after in before
    ]
    return f"--{member[0]}{''.join(words)}".lower()


def options_of_operation(operation: Operation) -> dict[str, Option]:
    """Returns the operation's own options.

    One for each member, then paging, then --cli-input-json and related options.
    """
    required = operation.input.get("required", ())
    paging = paging_option_members(operation)
    options: list[Option] = []
    for member, shape in operation.input["members"].items():
        name = _RENAMED.get((operation.name, member)) or option_flag(member)
        options.extend(
            option._replace(required_without=_REPLACED.get((operation.name, member), ""))
            for option in _option_of_member(
                name, member, shape, required=member in required, hidden=member in paging
            )
        )
    if operation.paginator:
        options.extend(
            option for option in _PAGING if option.name != "page_size" or "limit_key" in operation.paginator
        )
    options.extend(_INPUT_FORMS)
    return option_table(options)


def paging_option_members(operation: Operation) -> tuple[str, ...]:
    """Returns the members of the input that automatic paging sets.

    A caller who sets one pages manually.
    """
    if not operation.paginator:
        return ()
    tokens = operation.paginator["input_token"]
    names = [tokens] if isinstance(tokens, str) else list(tokens)
    if "limit_key" in operation.paginator:
        names.append(operation.paginator["limit_key"])
    return tuple(names)


def _option_of_member(name: str, member: str, shape: Shape, *, required: bool, hidden: bool) -> list[Option]:
    kind = shape["type"]
    if kind == "boolean":
        return [
            Option(name, member, "none", required=required, shape=shape),
            Option(f"--no-{name[2:]}", member, "none", constant=False, required=required, shape=shape),
        ]
    return [
        Option(
            name,
            member if name == option_flag(member) else name,
            member=member,
            takes=("each" if is_not_in_aws_model(shape) else "many") if kind == "list" else "one",
            required=required,
            # A hidden paging option is converted later: aws words its error differently.
            number=None if hidden else _NUMBERS.get(kind),
            shape=shape,
            hidden=hidden,
            metavar=kind
            if kind in ("structure", "map", "list", "blob") and not is_not_in_aws_model(shape)
            else "value",
        )
    ]
