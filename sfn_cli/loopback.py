"""Whose a connection from this machine is, where the system can tell: Linux can."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socket import socket

NO_USER = -1
"""Of a connection whose other end no process holds any more. (Linux would call it root's.)"""

_TABLES = (("/proc/net/tcp", ""), ("/proc/net/tcp6", "0000000000000000FFFF0000"))
"""The tables of Linux, with what an IPv4 address has before it there."""


def is_own(connection: socket) -> bool | None:
    """Whether the other end of an accepted IPv4 connection on loopback is this user's; None where that is not known."""
    user = peer_user(connection)
    return None if user is None else user == os.geteuid()


def peer_user(connection: socket) -> int | None:
    """The user id of the process at the other end of such a connection, or NO_USER; None where that is not known."""
    try:
        peer, own = (_written(*address[:2]) for address in (connection.getpeername(), connection.getsockname()))
    except OSError:
        return NO_USER  # it has been reset
    known = False
    for table, prefix in _TABLES:
        try:
            with open(table) as lines:
                known = True
                for _, local, remote, _, _, _, _, user, _, inode, *_ in map(str.split, lines):
                    if local == prefix + peer and remote == prefix + own:
                        # A socket that its process has closed has no inode, and 0 for its user.
                        return int(user) if inode != "0" else NO_USER
        except OSError:
            continue
    return NO_USER if known else None


def _written(host: str, port: int) -> str:
    """An address as those tables have it."""
    return f"{int.from_bytes(bytes(map(int, host.split('.'))), sys.byteorder):08X}:{port:04X}"
