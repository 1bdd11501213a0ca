"""Request bodies: limits on their size, their speed and their memory in total.

Rule 1: a body may be slow, but must not stall: arriving bytes extend its BODY_SECONDS (a token
bucket).
Rule 2: a body counts from its first byte until its request no longer needs it.
Rule 3: when all bodies together grow too large, those that have been arriving for longest are
dropped.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.errors import ApiError
from sfn_cli.server.limits import BODY_BYTES_PER_SECOND, BODY_SECONDS, MAX_BODIES_BYTES, REFUSED_BODY_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from sfn_cli.server.notices import Notices


_RATE = f"{BODY_BYTES_PER_SECOND // 1024} KiB/s"
_TOO_SLOW = f"The body arrived too slowly: nothing for {BODY_SECONDS} s, or less than {_RATE}."


class Bodies:
    """All request bodies that one server has in memory. Belongs to one event loop's thread."""

    def __init__(self, notices: Notices, max_bytes: int = MAX_BODIES_BYTES) -> None:
        self.notices = notices
        self._max_bytes = max_bytes
        self._size = 0
        self._arriving: dict[Body, None] = {}  # in the order in which they began

    def begin(self, body: Body) -> None:
        self._arriving[body] = None

    def end(self, body: Body) -> None:
        self._arriving.pop(body, None)

    def add(self, size: int) -> None:
        """Counts bytes that arrived, and drops bodies if there are too many."""
        self._size += size
        while self._size > self._max_bytes and self._arriving:
            self.notices.note("refused a request: all bodies together are too large")
            next(iter(self._arriving)).give_up("The server is reading too many large requests. Try again.")

    def stop(self) -> None:
        """Drops all bodies that are arriving, because the server stops."""
        for body in list(self._arriving):
            body.give_up("sfn serve is stopping.")

    def subtract(self, size: int) -> None:
        self._size -= size


class Body:
    """The body of one request."""

    def __init__(self, request: Request, bodies: Bodies) -> None:
        self.request = request
        self._bodies = bodies
        self._size = 0
        self._chunks: list[bytes] = []
        self._deadline = asyncio.timeout(BODY_SECONDS)
        self._given_up: str | None = None
        self._whole: bytes | None = None
        headers = request.headers
        self.is_expected = (
            "transfer-encoding" in headers or headers.get("content-length", "0").strip("0") != ""
        )
        """Whether there is more of the body than has been read."""

    async def read(self, limit: int) -> bytes:
        """Reads the whole body, or returns it again.

        Raises ApiError: 413 (longer than `limit` bytes), 408 (too slow) or 503 (dropped).
        """
        if self._whole is not None:
            return self._whole
        declared = self.request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise _body_too_large(limit)
        self._bodies.begin(self)
        try:
            async with self._deadline:
                async for chunk in self.request.stream():
                    self._take(chunk)
                    if self._size > limit:
                        raise _body_too_large(limit)
        except TimeoutError:
            if self._given_up is None:
                self._bodies.notices.note("refused a request: its body did not arrive in time")
                raise ApiError("RequestTimeoutException", _TOO_SLOW, status=408) from None
        finally:
            self._bodies.end(self)
        if self._given_up is not None:
            raise ApiError("ServiceUnavailableException", self._given_up, status=503)
        self.is_expected = False
        chunks, self._chunks = self._chunks, []
        self._whole = b"".join(chunks)
        return self._whole

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yields the body as it arrives, whatever its size, or the one that was read.

        It takes no memory, so it does not count. Raises ApiError 408 when it stalls.
        """
        if self._whole is not None:
            yield self._whole
            return
        stream = self.request.stream()
        while True:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    piece = await anext(stream, None)
            except TimeoutError:
                self._bodies.notices.note("refused a request: its body did not arrive in time")
                raise ApiError("RequestTimeoutException", _TOO_SLOW, status=408) from None
            if piece is None:
                self.is_expected = False
                return
            yield piece

    async def drop(self) -> None:
        """Reads and drops the rest of the body, for at most REFUSED_BODY_SECONDS."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REFUSED_BODY_SECONDS):
                while (await self.request.receive()).get("more_body"):
                    pass

    def give_up(self, reason: str) -> None:
        """Frees the memory of a body that is arriving; `read` raises an error with this reason."""
        self._given_up = reason
        self.release()
        self._bodies.end(self)
        with suppress(RuntimeError):  # its deadline has passed already
            self._deadline.reschedule(0)

    def release(self) -> None:
        """Frees the memory of the body, and no longer counts it."""
        self._bodies.subtract(self._size)
        self._size = 0
        self._chunks.clear()
        self._whole = None

    def _take(self, chunk: bytes) -> None:
        if self._given_up is not None:
            return
        self._size += len(chunk)
        self._chunks.append(chunk)
        now, deadline = asyncio.get_running_loop().time(), self._deadline.when()
        if deadline is not None:
            self._deadline.reschedule(min(deadline + len(chunk) / BODY_BYTES_PER_SECOND, now + BODY_SECONDS))
        self._bodies.add(len(chunk))


def _body_too_large(limit: int) -> ApiError:
    return ApiError(
        "RequestEntityTooLargeException", f"The request is larger than {limit} bytes.", status=413
    )
