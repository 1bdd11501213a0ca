"""Limits of `sfn serve`: how long it waits for a client, and how much it accepts at once."""

from __future__ import annotations

HEAD_SECONDS = 10
"""From the opening of a connection, or the first byte of a later request, to the end of the head."""

BODY_SECONDS = 20
BODY_BYTES_PER_SECOND = 32 * 1024
"""A body may pause for BODY_SECONDS, and earns that time back at this rate: 72 MiB may take 38 minutes."""

KEEP_ALIVE_SECONDS = 30
"""How long a connection may stay open between two requests."""

REFUSED_BODY_SECONDS = 10
"""How long the rest of a refused request is read and dropped, so that the client can read the response."""

ANSWER_SECONDS = 20
"""How long a client may leave a response unread while it is being sent."""

MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_LAMBDA_BODY_BYTES = 72 * 1024 * 1024
"""Lambda accepts zips of 50 MiB; base64 makes them a third larger."""

MAX_API_BODY_BYTES = 10 * 1024 * 1024
"""The body of a request to an API."""

MAX_BODIES_BYTES = 256 * 1024 * 1024
"""All bodies in memory: those that are arriving, and those of requests that are being answered."""

MAX_PIPELINED_BYTES = 64 * 1024
"""Further requests on a connection, while one is being answered. The last read may go beyond it."""

OPEN_FILES = 4096
"""The limit on open files that the server sets: a thousand waiting clients exceed the usual one."""

MIN_OPEN_FILES = 256
"""With fewer, the server does not start: the store could not be opened for some requests."""


def max_connections_limit(open_files: int) -> int:
    """Returns how many clients may be connected: half of the open files.

    The rest is for the store and for functions.
    """
    return max(open_files // 2, 1)


def max_patient_threads_limit(open_files: int) -> int:
    """Returns how many operations that block a thread for long may run at once.

    Lambda's Invoke is one. Each has up to three files of the store open, and the pipes and the
    socket of a function.
    """
    return min(open_files // 16, 256)
