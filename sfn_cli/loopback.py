"""The user who owns the other end of a loopback connection, on systems that report it (Linux).

The kernel is queried for the one connection (sock_diag(7)), which takes microseconds. Where that is
not possible, as in some containers, the connection is looked up in the table of all connections.
"""

from __future__ import annotations

import os
import socket
import struct
import sys

NO_USER = -1
"""The user of a connection whose other end has been closed. (Linux reports root.)"""

_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY, _REQUEST = 20, 1
_HEADER = struct.Struct("=IHHII")
_ANY_STATE = _ANY_COOKIE = 0xFFFF_FFFF
_REPLY_TYPE = struct.Struct("=4xH")
_REPLY_OWNER = struct.Struct("=80xII")
"""(user, inode) in an inet_diag_msg."""

_TABLES = (("/proc/net/tcp", ""), ("/proc/net/tcp6", "0000000000000000FFFF0000"))
"""Linux's tables of connections, with the prefix of an IPv4 address in each."""

Address = tuple[str, int]


def is_own_loopback(connection: socket.socket) -> bool | None:
    """Whether the other end of an accepted IPv4 loopback connection is this user's.

    None if unknown.
    """
    user = loopback_peer_user(connection)
    return None if user is None else user == os.geteuid()


def loopback_peer_user(connection: socket.socket) -> int | None:
    """Returns the user id at the other end of such a connection, or NO_USER; None if unknown."""
    try:
        peer, own = connection.getpeername(), connection.getsockname()
    except OSError:
        return NO_USER  # it has been reset
    return loopback_user_of(peer, own)


def loopback_user_of(peer: Address, own: Address) -> int | None:
    """Returns the same for the connection between two addresses; None if they are not IPv4 loopback."""
    if not all(host.startswith("127.") for host in (peer[0], own[0])):
        return None
    owner = _loopback_user_from_kernel(peer, own) or _loopback_user_from_tables(peer, own)
    if owner is None:
        return None
    user, inode = owner
    # A socket that its process has closed has no inode, and 0 for its user.
    return user if inode else NO_USER


def _loopback_user_from_kernel(peer: Address, own: Address) -> tuple[int, int] | None:
    """Returns (user, inode) of the other end's socket; None if the kernel does not answer."""
    if sys.platform != "linux":
        return None
    (peer_host, peer_port), (own_host, own_port) = peer, own
    request = struct.pack("=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 0, _ANY_STATE)
    request += struct.pack(
        "!HH4s12x4s12x", peer_port, own_port, socket.inet_aton(peer_host), socket.inet_aton(own_host)
    )
    request += struct.pack("=III", 0, _ANY_COOKIE, _ANY_COOKIE)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as netlink:
            netlink.settimeout(1.0)
            netlink.send(
                _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _REQUEST, 0, 0) + request
            )
            reply = netlink.recv(4096)
    except OSError:
        return None
    if _REPLY_TYPE.unpack_from(reply)[0] != _SOCK_DIAG_BY_FAMILY:  # no such socket, or not supported
        return None
    user, inode = _REPLY_OWNER.unpack_from(reply)
    return user, inode


def _loopback_user_from_tables(peer: Address, own: Address) -> tuple[int, int] | None:
    """Returns the same from the tables: (0, 0) for a closed socket, None without tables."""
    found = None
    local, remote = _loopback_address_in_tables(peer), _loopback_address_in_tables(own)
    for table, prefix in _TABLES:
        try:
            with open(table) as lines:
                found = (0, 0)
                for fields in map(str.split, lines):
                    if fields[1] == prefix + local and fields[2] == prefix + remote:
                        return int(fields[7]), int(fields[9])
        except OSError:
            continue
    return found


def _loopback_address_in_tables(address: Address) -> str:
    """Returns an address as the tables spell it."""
    host, port = address
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"
