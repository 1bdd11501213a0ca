"""Asynchronous requests to a server, thousands at once, each on a connection of its own."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit


async def call(url: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """Calls an operation of Step Functions, which must succeed, and returns its response."""
    status, body = await post(url, operation, request)
    assert status == 200, body
    return body


async def post(url: str, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Returns the HTTP status and the body of the response."""
    return await read_response(await send_request(url, operation, request))


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def send_request(url: str, operation: str, request: dict[str, Any]) -> Connection:
    """Sends a request that the server begins to answer, and returns its connection.

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


async def read_response(connection: Connection) -> tuple[int, dict[str, Any]]:
    """Returns the HTTP status and the body of the response."""
    reader, writer = connection
    head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), json.loads(answer)
