"""Parameter values: their sources, types and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.stack import TemplateError
from tests.stacks.evaluations import RESOURCES, evaluation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("declaration, given, value", [
    ("{Type: String, Default: dev}", None, "dev"),
    ("{Type: String, Default: dev}", "prod", "prod"),
    ("{Type: String, Default: 2010-09-09}", None, "2010-09-09"),
    ("{Type: String, Default: true}", None, "true"),
    ("{Type: String, Default: ''}", None, ""),
    ("{Type: Number, Default: 5}", None, 5),
    ("{Type: Number}", "1.5", 1.5),
    ("{Type: CommaDelimitedList, Default: 'a, b,c'}", None, ["a", "b", "c"]),
    ("{Type: List<Number>}", "1,2.5", [1, 2.5]),
    ("{Type: List<String>}", "a,b", ["a", "b"]),
    ("{Type: 'List<AWS::EC2::Subnet::Id>'}", "subnet-1,subnet-2", ["subnet-1", "subnet-2"]),
    ("{Type: 'AWS::EC2::VPC::Id'}", "vpc-1", "vpc-1"),
    ("{Type: 'AWS::SSM::Parameter::Name'}", "/shop/url", "/shop/url"),
    ("{Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/url}", None, "https://shop"),
    ("{Type: 'AWS::SSM::Parameter::Value<List<String>>'}", "/shop/zones", ["a", "b"]),
    ("{Type: String, AllowedValues: [dev, prod, 1]}", "1", "1"),
    ("{Type: String, AllowedPattern: '[a-z]+'}", "abc", "abc"),
    ("{Type: String, MinLength: 2, MaxLength: 3}", "abc", "abc"),
    ("{Type: Number, MinValue: 1, MaxValue: 3}", "3", 3),
])  # fmt: skip
def test_value(tmp_path: Path, declaration: str, given: str | None, value: Any) -> None:
    """Ref to a parameter returns its value by its type."""
    text = f"Parameters:\n  Given: {declaration}\n{RESOURCES}"
    evaluated = evaluation(tmp_path, text, {} if given is None else {"Given": given})
    assert evaluated.parameters == {"Given": value}


@pytest.mark.parametrize("declaration, given, message", [
    ("{Type: String, AllowedValues: [dev, prod]}", "qa",
     'The value "qa" of the parameter "Given" is not one of: dev, prod.'),
    ("{Type: String, AllowedPattern: '[a-z]+'}", "a1",
     'The value "a1" of the parameter "Given" does not match the pattern [a-z]+.'),
    ("{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: letters only}", "a1",
     'The value "a1" of the parameter "Given" is not valid: letters only.'),
    ("{Type: String, MinLength: 2}", "a",
     'The value "a" of the parameter "Given" is shorter than 2 characters.'),
    ("{Type: String, MinLength: 2, NoEcho: true}", "a",
     'The value **** of the parameter "Given" is shorter than 2 characters.'),
    ("{Type: Number}", "five", 'The value "five" of the parameter "Given" is not a number.'),
    ("{Type: Number, MaxValue: 3}", "4", 'The value "4" of the parameter "Given" is more than 3.'),
    ("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a,c",
     'The value "a,c" of the parameter "Given" is not one of: a, b.'),
    ("{Type: String, MinLength: [1]}", "a", 'MinLength of the parameter "Given" must be a number.'),
    ("{Default: a}", None, 'The parameter "Given" must be an object with a Type.'),
    ("{Type: 'AWS::SSM::Parameter::Value<String>'}", "/gone",
     ('The parameter "Given" refers to the SSM parameter "/gone", which does not exist locally. '
      "Create it, or name another one: --parameter Given=NAME")),
    ("{Type: String, Default: {a: 1}}", None,
     'The value of the parameter "Given" must be a string or a number.'),
])  # fmt: skip
def test_refused_value(tmp_path: Path, declaration: str, given: str | None, message: str) -> None:
    """A value that violates its parameter's constraints is an error at the parameter."""
    text = f"Parameters:\n  Given: {declaration}\n{RESOURCES}"
    with pytest.raises(TemplateError) as caught:
        evaluation(tmp_path, text, {} if given is None else {"Given": given})
    assert caught.value.message == message
    assert caught.value.place.line == 2


def test_absent_values(tmp_path: Path) -> None:
    """One error names every parameter without a value, as the options to pass."""
    parameters = "A: {Type: String}, B: {Type: Number}, C: {Type: String, Default: x}"
    text = f"Parameters: {{{parameters}}}\n{RESOURCES}"
    with pytest.raises(UsageError) as caught:
        evaluation(tmp_path, text)
    assert str(caught.value) == (
        f"{tmp_path}/template.yaml:1:17: The parameters A, B need values: "
        "--parameter A=VALUE --parameter B=VALUE"
    )


def test_unknown_name(tmp_path: Path) -> None:
    """A parameter that the template does not declare is rejected, with the closest name."""
    text = f"Parameters:\n  Stage: {{Type: String, Default: dev}}\n{RESOURCES}"
    with pytest.raises(UsageError, match=r'has no parameter "Stag"\. Did you mean "Stage"\?'):
        evaluation(tmp_path, text, {"Stag": "x"})
