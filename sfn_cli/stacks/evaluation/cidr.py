"""Fn::Cidr: splits an address block into subnets."""

from __future__ import annotations

import ipaddress
from itertools import islice

_MAX_BLOCKS = 256


class CidrError(ValueError):
    """An address block, a count or a size that is invalid for Fn::Cidr."""


def cidr_blocks(block: str, count: str, bits: str = "8") -> list[str]:
    """Returns the first `count` subnets of a block, each with `bits` bits for its addresses.

    Raises CidrError.
    """
    try:
        network = ipaddress.ip_network(block)
        wanted, size = int(count), int(bits)
    except ValueError:
        raise CidrError(
            f'Fn::Cidr needs an address block and two numbers, not "{block}", "{count}", "{bits}".'
        ) from None
    prefix = network.max_prefixlen - size
    is_prefix = network.prefixlen <= prefix <= network.max_prefixlen
    if not is_prefix or not 1 <= wanted <= min(_MAX_BLOCKS, 2 ** (prefix - network.prefixlen)):
        raise CidrError(f"Cannot split {block} into {wanted} subnets with {size} address bits each.")
    return [str(subnet) for subnet in islice(network.subnets(new_prefix=prefix), wanted)]
