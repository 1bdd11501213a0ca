"""Terraform modules as stacks: resources, references, variables, code and modules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.readers.terraform.read import read_terraform_module
from sfn_cli.stacks.stack import TemplateError
from tests.stacks.evaluations import PSEUDO
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.stack import Stack


def read(folder: Path, files: Mapping[str, str] | str, **given: str) -> Stack:
    write_project(folder, {"main.tf": files} if isinstance(files, str) else files)
    return read_terraform_module(folder, given, {"TF_VAR_from_environment": "e", "TF_VAR_both": "e"})


def properties(stack: Stack, logical_id: str) -> dict[str, Any]:
    return dict(stack.resources[logical_id]["Properties"])


QUEUE = 'resource "aws_sqs_queue" "q" { name = "orders" }\n'
NAME = 'resource "aws_ssm_parameter" "p" {\n  name  = "p"\n  type  = "String"\n  value = %s\n}\n'


@pytest.mark.parametrize(
    "value, resolved",
    [
        ("aws_sqs_queue.q.url", {"Ref": "q_sqs_queue"}),
        ("aws_sqs_queue.q.arn", {"Fn::GetAtt": ["q_sqs_queue", "Arn"]}),
        ("aws_sqs_queue.q.name", "orders"),
        ('"${aws_sqs_queue.q.arn}/*"', {"Fn::Join": ["", [{"Fn::GetAtt": ["q_sqs_queue", "Arn"]}, "/*"]]}),
        (
            "jsonencode({ a = aws_sqs_queue.q.arn })",
            {"Fn::Join": ["", ['{"a":"', {"Fn::GetAtt": ["q_sqs_queue", "Arn"]}, '"}']]},
        ),
        ("jsondecode(jsonencode({ a = aws_sqs_queue.q.url })).a", {"Ref": "q_sqs_queue"}),
        ('join(",", [for q in [aws_sqs_queue.q] : q.name])', "orders"),
        ("data.aws_caller_identity.me.account_id", {"Ref": "AWS::AccountId"}),
        ("data.aws_region.here.name", {"Ref": "AWS::Region"}),
        ("data.aws_partition.here.partition", "aws"),
        ("data.template_file.t.rendered", "1 is one"),
        (
            "aws_glue_job.j.arn",
            {
                "Fn::Join": [
                    "",
                    ["arn:aws:glue:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":job/etl"],
                ]
            },
        ),
        ("aws_glue_job.j.name", "etl"),
        ("aws_vpc.v.cidr_block", "10.0.0.0/16"),
        ("aws_iam_role.r.arn", {"Fn::GetAtt": ["r_iam_role", "Arn"]}),
        ("data.aws_ssm_parameter.s.value", "{{resolve:ssm:/shop/url}}"),
        ("path.module", "."),
        ("terraform.workspace", "default"),
    ],
)
def test_reference(tmp_path: Path, value: str, resolved: Any) -> None:
    """Known values are literals; values known only after the deploy are Ref or Fn::GetAtt."""
    others = """
data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
data "aws_partition" "here" {}
data "aws_ssm_parameter" "s" { name = "/shop/url" }
data "template_file" "t" {
  template = "$${n} is one"
  vars     = { n = 1 }
}
resource "aws_glue_job" "j" { name = "etl" }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_iam_role" "r" {}
"""
    stack = read(tmp_path, QUEUE + others + NAME % value)
    assert properties(stack, "p_ssm_parameter")["Value"] == resolved
    assert stack.resources["j_glue_job"] == {"Type": "Terraform::aws_glue_job", "Properties": {}}


@pytest.mark.parametrize("value", ["substr(aws_sqs_queue.q.arn, 0, 2)", '{ (aws_sqs_queue.q.arn) = 1 }["x"]'])
def test_a_reference_cannot_be_cut(tmp_path: Path, value: str) -> None:
    with pytest.raises(TemplateError):
        read(tmp_path, QUEUE + NAME % value)


def test_random_values_stay_the_same(tmp_path: Path) -> None:
    text = 'resource "random_id" "r" { byte_length = 4 }\n' + NAME % "random_id.r.hex"
    values = {properties(read(tmp_path, text), "p_ssm_parameter")["Value"] for _ in range(2)}
    assert len(values) == 1
    assert len(values.pop()) == 8


def test_dependencies(tmp_path: Path) -> None:
    """A resource comes after the resources that it refers to or that depends_on names."""
    text = QUEUE + 'resource "aws_sns_topic" "t" { name = "t" }\n'
    text += (NAME % "aws_sqs_queue.q.name").replace("}", "  depends_on = [aws_sns_topic.t]\n}")
    assert read(tmp_path, text).resources["p_ssm_parameter"]["DependsOn"] == ["q_sqs_queue", "t_sns_topic"]


VARIABLES = """
variable "from_default" { default = "d" }
variable "from_environment" { type = string }
variable "from_tfvars" { type = number }
variable "from_auto" { type = list(string) }
variable "both" { default = "d" }
variable "given" { type = string }
variable "missing" { type = string }
"""


def test_variables(tmp_path: Path) -> None:
    """The user's values override *.auto.tfvars, terraform.tfvars, TF_VAR_… and defaults."""
    names = ("from_default", "from_environment", "from_tfvars", "from_auto", "both", "given", "missing")
    value = "jsonencode([" + ", ".join(f"var.{name}" for name in names) + "])"
    files = {
        "main.tf": VARIABLES + NAME % value,
        "terraform.tfvars": 'from_tfvars = 3\ngiven = "tfvars"\nboth = "f"\n',
        "more.auto.tfvars": 'from_auto = ["a"]\n',
    }
    stack = read(tmp_path, files, given="g")
    text = properties(stack, "p_ssm_parameter")["Value"]
    assert text == {"Fn::Join": ["", ['["d","e",3,["a"],"f","g","', {"Ref": "missing"}, '"]']]}
    assert stack.template["Parameters"]["missing"] == {"Type": "String"}
    assert stack.template["Parameters"]["given"] == {"Type": "String", "Default": "g"}


def test_a_sensitive_variable(tmp_path: Path) -> None:
    """A sensitive variable's value is never shown."""
    variables = 'variable "password" {\n  sensitive = true\n}\nvariable "user" {\n  sensitive = false\n}\n'
    stack = read(tmp_path, {"main.tf": variables + NAME % "var.user"}, password="hidden", user="ada")
    parameters = stack.template["Parameters"]
    assert parameters["password"] == {"Type": "String", "NoEcho": True, "Default": "hidden"}
    assert parameters["user"] == {"Type": "String", "Default": "ada"}


def test_the_provider_region_is_that_of_the_deployment(tmp_path: Path) -> None:
    """The variable's value is sfn's region, also in the list of parameters; the user's value overrides it."""
    text = 'provider "aws" { region = var.where }\nvariable "where" { default = "eu-central-1" }\n'
    stack = read(tmp_path, text + NAME % "var.where")
    assert properties(stack, "p_ssm_parameter")["Value"] == {"Ref": "AWS::Region"}
    assert StackEvaluation(stack, {}, PSEUDO).parameters == {"where": PSEUDO.region}
    stack = read(tmp_path, text + NAME % "var.where", where="eu-north-1")
    assert properties(stack, "p_ssm_parameter")["Value"] == "eu-north-1"
    assert StackEvaluation(stack, {}, PSEUDO).parameters == {"where": "eu-north-1"}


FUNCTION = """
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = "arn:aws:iam::123456789012:role/r"
  handler       = "app.handler"
  runtime       = "python3.12"
  timeout       = "10"
  %s
  environment {
    variables = { DEBUG = true, SIZE = 3 }
  }
}
"""


@pytest.mark.parametrize(
    "filename, archive, code",
    [
        ('filename = "${path.module}/code.zip"', "", {"CodeDir": "code.zip"}),
        (
            'filename = "build/f.zip"',
            'source_dir = "src"\noutput_path = "${path.module}/build/f.zip"',
            {"CodeDir": "src"},
        ),
        (
            "filename = data.archive_file.a.output_path\nsource_code_hash = data.archive_file.a.output_md5",
            'source_file = "src/app.py"\noutput_path = "f.zip"',
            {"CodeDir": "src"},
        ),
        (
            "filename = data.archive_file.a.output_path",
            'output_path = "f.zip"\nsource {\n  filename = "app.py"\n  content = "x = 1"\n}',
            {"Files": {"app.py": "x = 1"}},
        ),
        ('image_uri = "repository/image:1"', "", {"ImageUri": "repository/image:1"}),
        (
            "s3_bucket = aws_s3_bucket.b.id\ns3_key = aws_s3_object.o.key",
            'source_dir = "src"\noutput_path = "f.zip"\n',
            {"CodeDir": "src"},
        ),
    ],
)
def test_code(tmp_path: Path, filename: str, archive: str, code: dict[str, Any]) -> None:
    """Archives that `terraform apply` would create are replaced with their sources."""
    text = FUNCTION % filename
    if archive:
        text += f'data "archive_file" "a" {{\n  type = "zip"\n{archive}\n}}\n'
    text += 'resource "aws_s3_bucket" "b" {}\n'
    text += (
        'resource "aws_s3_object" "o" {\n  bucket = aws_s3_bucket.b.id\n  key = "k"\n  source = "f.zip"\n}\n'
    )
    found = properties(read(tmp_path, text), "f")
    if "CodeDir" in code:
        code = {"CodeDir": str(tmp_path / code["CodeDir"])}
    assert found["Code"] == code
    assert found["Timeout"] == 10
    assert found["Environment"] == {"Variables": {"DEBUG": "true", "SIZE": "3"}}


def test_instances(tmp_path: Path) -> None:
    """count and for_each create several resources; dynamic blocks create several blocks."""
    text = """
resource "aws_sqs_queue" "n" {
  count = 2
  name  = "n${count.index}"
}
resource "aws_sns_topic" "e" {
  for_each = { a = "x", b = "y" }
  name     = "${each.key}-${each.value}"
}
resource "aws_dynamodb_table" "t" {
  name         = "t"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  dynamic "attribute" {
    for_each = ["id", "at"]
    content {
      name = attribute.value
      type = "S"
    }
  }
}
"""
    value = 'join(",", concat(aws_sqs_queue.n[*].name, [aws_sns_topic.e["b"].name]))'
    stack = read(tmp_path, text + NAME % value)
    assert properties(stack, "p_ssm_parameter")["Value"] == "n0,n1,b-y"
    assert properties(stack, "n_1_sqs_queue")["QueueName"] == "n1"
    assert properties(stack, "e_a_sns_topic")["TopicName"] == "a-x"
    names = [each["AttributeName"] for each in properties(stack, "t_dynamodb_table")["AttributeDefinitions"]]
    assert names == ["id", "at"]


CHILD = """
variable "name" {}
resource "aws_sfn_state_machine" "this" {
  name       = var.name
  role_arn   = "arn:aws:iam::123456789012:role/r"
  definition = file("${path.module}/machine.asl.json")
}
output "arn" { value = aws_sfn_state_machine.this.arn }
"""


def test_child_modules(tmp_path: Path) -> None:
    """A machine in a module has the module's name; path.module is the module's folder."""
    call = 'module "orders" {\n  source = "./machine"\n  name   = "o"\n}\n'
    files = {
        "main.tf": call + NAME % "module.orders.arn",
        "machine/main.tf": CHILD,
        "machine/machine.asl.json": '{"StartAt": "A"}',
    }
    stack = read(tmp_path, files)
    assert properties(stack, "orders")["DefinitionString"] == '{"StartAt": "A"}'
    assert properties(stack, "p_ssm_parameter")["Value"] == {"Ref": "orders"}
    assert tmp_path / "machine" / "machine.asl.json" in stack.files


def test_modules_of_the_registry(tmp_path: Path) -> None:
    """Popular registry modules have replacements; others are left out with a note."""
    text = """
module "flow" {
  source     = "terraform-aws-modules/step-functions/aws"
  name       = "flow"
  definition = jsonencode({ Fn = module.price.lambda_function_arn })
}
module "price" {
  source                = "terraform-aws-modules/lambda/aws"
  function_name         = "price"
  handler               = "app.handler"
  runtime               = "python3.12"
  source_path           = "./src"
  environment_variables = { A = "b" }
}
module "network" {
  source = "terraform-aws-modules/vpc/aws"
}
"""
    stack = read(tmp_path, text)
    assert properties(stack, "price")["Code"] == {"CodeDir": str(tmp_path / "src")}
    assert properties(stack, "flow")["DefinitionString"] == {
        "Fn::Join": ["", ['{"Fn":"', {"Fn::GetAtt": ["price", "Arn"]}, '"}']]
    }
    network = "terraform-aws-modules/vpc/aws"
    assert stack.notes == (f"module.network is left out: {network} is not installed. Run: terraform init",)


def test_outputs_of_a_module_that_is_not_here(tmp_path: Path) -> None:
    """A role's ARN from a missing module is made up from the output's name."""
    text = """
resource "aws_sfn_state_machine" "flow" {
  name       = "flow"
  role_arn   = module.flow_role.iam_role_arn
  definition = jsonencode({ Role = module.flow_role.arn, Subnet = module.flow_role.subnet_id })
}
module "flow_role" {
  source = "terraform-aws-modules/iam/aws//modules/iam-role"
}
"""
    flow = properties(read(tmp_path, text), "flow")
    account = {"Ref": "AWS::AccountId"}
    assert flow["RoleArn"] == {"Fn::Join": ["", ["arn:aws:iam::", account, ":role/flow-role"]]}
    definition = ['{"Role":"arn:aws:iam::', account, ':role/flow-role","Subnet":"flow-role-subnet-id"}']
    assert flow["DefinitionString"] == {"Fn::Join": ["", definition]}


def test_parts_of_other_resources(tmp_path: Path) -> None:
    """A rule's targets and a secret's value, separate resources in Terraform, become properties."""
    text = (
        QUEUE
        + """
resource "aws_cloudwatch_event_rule" "r" {
  name          = "r"
  event_pattern = jsonencode({ source = ["shop"] })
}
resource "aws_cloudwatch_event_target" "t" {
  rule      = aws_cloudwatch_event_rule.r.name
  target_id = "queue"
  arn       = aws_sqs_queue.q.arn
}
resource "aws_secretsmanager_secret" "s" { name = "s" }
resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = "hush"
}
"""
    )
    stack = read(tmp_path, text)
    assert properties(stack, "r_cloudwatch_event_rule") == {
        "Name": "r",
        "EventPattern": {"source": ["shop"]},
        "Targets": [{"Arn": {"Fn::GetAtt": ["q_sqs_queue", "Arn"]}, "Id": "queue"}],
    }
    assert properties(stack, "s_secretsmanager_secret") == {"Name": "s", "SecretString": "hush"}


def test_json_syntax(tmp_path: Path) -> None:
    document = {
        "variable": {"name": {"default": "n"}},
        "resource": {
            "aws_sqs_queue": {"q": {"name": "${var.name}-q", "visibility_timeout_seconds": 3}},
            "aws_ssm_parameter": {"p": [{"name": "p", "type": "String", "value": "${aws_sqs_queue.q.url}"}]},
        },
    }
    stack = read(tmp_path, {"main.tf.json": json.dumps(document)})
    assert properties(stack, "q_sqs_queue") == {"QueueName": "n-q", "VisibilityTimeout": 3}
    assert properties(stack, "p_ssm_parameter")["Value"] == {"Ref": "q_sqs_queue"}


def test_a_folder_without_a_module(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it has no \*\.tf file"):
        read(tmp_path, {"readme.txt": ""})


@pytest.mark.parametrize(
    "options, source",
    [
        ('"outDir": "dist" // where', "src"),
        ('"outDir": "dist", "rootDir": ".",', "."),
        ('"outDir": "elsewhere"', None),
    ],
)
def test_code_that_is_not_compiled(tmp_path: Path, options: str, source: str | None) -> None:
    """Without tsc's output, a function's code is the TypeScript source named by tsconfig.json."""
    archive = 'source_file = "dist/price/app.js"\noutput_path = "f.zip"'
    text = FUNCTION % 'filename = "f.zip"' + f'data "archive_file" "a" {{\n{archive}\n}}\n'
    files = {
        "main.tf": text,
        "tsconfig.json": f'{{"compilerOptions": {{{options}\n}}}}',
        f"{source or 'src'}/price/app.ts": "",
        f"{source or 'src'}/tax/app.ts": "",
    }
    code = tmp_path / (source or "dist") / "price"
    assert properties(read(tmp_path, files), "f")["Code"] == {"CodeDir": str(code)}
