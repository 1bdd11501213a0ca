"""Types that sfn does not support: left out, with a made-up Ref and a value for every attribute.

References to them resolve, so that the rest of the stack can be created. The form of a value follows its
name: an ARN for "Arn", a host name for "Endpoint.Address", a number for a port.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.not_created.patterns import not_created_type
from sfn_cli.stacks.resources.resource import CreatedResource, Extent, ResourceType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.resources.resource import Naming, Properties

_NAME_LENGTH = 63
_HEXADECIMAL = "0123456789abcdef"

_ID_PREFIXES = {
    "AWS::EC2::DHCPOptions": "dopt",
    "AWS::EC2::FlowLog": "fl",
    "AWS::EC2::Instance": "i",
    "AWS::EC2::InternetGateway": "igw",
    "AWS::EC2::LaunchTemplate": "lt",
    "AWS::EC2::NatGateway": "nat",
    "AWS::EC2::NetworkAcl": "acl",
    "AWS::EC2::NetworkInterface": "eni",
    "AWS::EC2::RouteTable": "rtb",
    "AWS::EC2::SecurityGroup": "sg",
    "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::SubnetRouteTableAssociation": "rtbassoc",
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::VPCEndpoint": "vpce",
    "AWS::EC2::Volume": "vol",
    "AWS::EFS::AccessPoint": "fsap",
    "AWS::EFS::FileSystem": "fs",
}
"""The types whose Ref is an id with a prefix."""

_PREFIXES_BY_NOUN = {type.rpartition("::")[2].lower(): prefix for type, prefix in _ID_PREFIXES.items()}

_ARN_KINDS = {
    "AWS::Batch::ComputeEnvironment": "compute-environment/{}",
    "AWS::Batch::JobDefinition": "job-definition/{}:1",
    "AWS::Batch::JobQueue": "job-queue/{}",
    "AWS::Bedrock::Guardrail": "guardrail/{}",
    "AWS::CertificateManager::Certificate": "certificate/{}",
    "AWS::CloudFormation::Stack": "stack/{}",
    "AWS::ECS::Service": "service/{}",
    "AWS::ECS::TaskDefinition": "task-definition/{}:1",
    "AWS::ElasticLoadBalancingV2::Listener": "listener/app/{}",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "loadbalancer/app/{}",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "targetgroup/{}",
    "AWS::KinesisAnalyticsV2::Application": "application/{}",
    "AWS::Synthetics::Canary": "canary:{}",
}
"""The types whose Ref is their ARN."""

_SERVICE_NAMES = {
    "ApplicationAutoScaling": "autoscaling",
    "CertificateManager": "acm",
    "DocDB": "rds",
    "EFS": "elasticfilesystem",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "KinesisAnalyticsV2": "kinesisanalytics",
    "KinesisFirehose": "firehose",
    "Neptune": "rds",
    "OpenSearchServerless": "aoss",
    "OpenSearchService": "es",
    "Elasticsearch": "es",
    "WAFv2": "wafv2",
}
"""The services whose name in ARNs is not the lower-case form of their name in types."""

_PORT = "5432"


class MadeUpAttributes(Mapping[str, "Json"]):
    """A value for every attribute; iterating yields the names that were looked up."""

    def __init__(self, type: str, naming: Naming, name: str) -> None:
        self._type = type
        self._naming = naming
        self._name = name
        self._values: dict[str, Json] = {}

    def __getitem__(self, attribute: str) -> Json:
        if attribute not in self._values:
            self._values[attribute] = self._made_up(attribute)
        return self._values[attribute]

    def __contains__(self, attribute: object) -> bool:
        return isinstance(attribute, str)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def _made_up(self, attribute: str) -> str:
        host = f"{self._name}.{self._naming.identifier(12)}.{self._naming.region}.{_service_name(self._type)}"
        match re.sub(r"[^A-Za-z]", "", attribute.rpartition(".")[2]):
            case word if word.endswith(("Arn", "ARN")):
                other = "" if _is_own_noun(self._type, word[:-3]) else f"/{word[:-3].lower()}"
                return left_out_arn(self._type, self._naming, self._name + other)
            case word if word.endswith("Port"):
                return _PORT
            case word if word.endswith(("Url", "URL", "Uri", "URI")):
                return f"https://{host}.amazonaws.com/"
            case word if word.endswith(("Endpoint", "Address", "DomainName", "DNSName", "DnsName", "Host")):
                return f"{host}.amazonaws.com"
            case word if word.endswith(("Id", "ID")):
                prefix = _PREFIXES_BY_NOUN.get(word[:-2].lower()) or _ID_PREFIXES.get(self._type)
                return _identifier(self._naming, prefix) if prefix else self._naming.identifier(12, of=word)
            case word if word.endswith("Name"):
                return self._name
            case _:
                return f"{self._name}-{attribute}"


def _is_own_noun(type: str, word: str) -> bool:
    """Whether a word, such as "DBCluster" in DBClusterArn, names the type itself, or is empty."""
    return type.lower().endswith(word.lower())


def left_out_arn(type: str, naming: Naming, name: str) -> str:
    """Returns a made-up ARN for a resource: its kind in lower case, and its name."""
    kind = _ARN_KINDS.get(type) or f"{type.rpartition('::')[2].lower()}/{{}}"
    return naming.arn(_service_name(type), kind.format(name))


def _service_name(type: str) -> str:
    parts = type.split("::")
    service = parts[1] if len(parts) > 2 else parts[0]
    return _SERVICE_NAMES.get(service, service.lower())


def _identifier(naming: Naming, prefix: str) -> str:
    return f"{prefix}-{naming.identifier(17, alphabet=_HEXADECIMAL)}"


def left_out_type(type: str) -> ResourceType:
    """Returns the row of a type that sfn does not support."""

    def predict(naming: Naming, properties: Properties) -> CreatedResource:
        name = naming.generated(_NAME_LENGTH)
        attributes = MadeUpAttributes(type, naming, name)
        if type in _ID_PREFIXES:
            return CreatedResource(_identifier(naming, _ID_PREFIXES[type]), attributes)
        if type in _ARN_KINDS:
            return CreatedResource(left_out_arn(type, naming, name), attributes)
        return CreatedResource(_given_name(type, properties) or name, attributes)

    return not_created_type(predict, Extent.LEFT_OUT)


def _given_name(type: str, properties: Properties) -> str | None:
    """Returns the name in the properties: Name, or for example JobName for a Glue job."""
    noun = type.rpartition("::")[2]
    for property in ("Name", f"{noun}Name"):
        if isinstance(given := properties.get(property), str) and given:
            return given
    return None
