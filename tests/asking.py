"""Requests to a server by the thousand: each a task of asyncio and a connection of its own."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit


async def posted(url: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """Returns an operation's answer from Step Functions, which must succeed."""
    status, body = await post(url, operation, request)
    assert status == 200, body
    return body


async def post(url: str, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body."""
    return await answer_to(await asked(url, operation, request))


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def asked(url: str, operation: str, request: dict[str, Any]) -> Connection:
    """Returns a connection whose request the server is answering.

    As from AWS clients, its host begins with sync-.
    """
    port = urlsplit(url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps(request)
    writer.write(
        (
            f"POST / HTTP/1.1\r\nHost: sync-127.0.0.1:{port}\r\nX-Amz-Target: "
            f"AWSStepFunctions.{operation}\r\nExpect: 100-continue\r\n"
            f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\nConnection: "
            "close\r\n\r\n"
        ).encode()
    )
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body.encode())
    return reader, writer


async def answer_to(connection: Connection) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body."""
    reader, writer = connection
    head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), json.loads(answer)
