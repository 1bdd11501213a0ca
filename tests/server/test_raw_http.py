"""Malformed requests: each answer is a client error, and the server goes on.

Each case is a request that is complete, or wrong at once; incomplete ones are in
test_time_limits.py. The server closes the connection after its answer: each readable request has
`Connection: close`. SFN_FUZZ=10 tries ten times as many mutations.
"""

from __future__ import annotations

import gzip
import os
import random
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.server.raw_requests import (
    CLOSE,
    CREDENTIALS,
    FORM,
    FUNCTIONS,
    HOST,
    LIST,
    framed,
    get,
    post,
    target,
)
from tests.server.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = b'"roleArn":"arn:aws:iam::123456789012:role/any"'
FUNCTION = (
    b'{"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/any",'
    b'"Runtime":"python3.11","Handler":"a.b","Code":{"ZipFile":"%s"}}'
)
SCOPE = b"AKIDEXAMPLE/20260101/us-east-1/states/aws4_request"
PRESIGNED = FUNCTIONS + b"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0&X-Amz-SignedHeaders=host&"
FUZZ = 2000 * int(os.environ.get("SFN_FUZZ", "1"))


def date(value: bytes, name: bytes = b"X-Amz-Date") -> bytes:
    """A request that claims to be signed at a date."""
    claim = b"AWS4-HMAC-SHA256 Credential=" + SCOPE + b", SignedHeaders=host;x-amz-date, Signature=00"
    return post(b"{}", LIST + b"Authorization: " + claim + b"\r\n" + name + b": " + value + b"\r\n")


def authorization(value: bytes) -> bytes:
    return post(b"{}", LIST + b"Authorization: " + value + b"\r\nX-Amz-Date: 20260101T000000Z\r\n")


class Case(NamedTuple):
    name: str
    sent: bytes
    status: int
    """The status of the first response."""


def cases(group: str, status: int, *sent: bytes) -> Iterator[Case]:
    for number, each in enumerate(sent, 1):
        yield Case(f"{group}-{number}", each, status)


REQUEST_LINES = [
    *cases(
        "request-line", 400,
        b"\r\n\r\n\r\n\x00\r\n\r\n", b"GARBAGE\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n",
            b"GET / HTTP\r\n\r\n", b"GET / HTTP/\r\n\r\n",
        b"GET / HTTP/1\r\n\r\n", b"GET / http/1.1\r\n" + HOST + b"\r\n",
            b"GET / HTTP/1.1 x\r\n" + HOST + b"\r\n",
        b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", b" GET / HTTP/1.1\r\n" + HOST + b"\r\n",
            b"G\x00T / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"G(T / HTTP/1.1\r\n" + HOST + b"\r\n", b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", b"GET /\t HTTP/1.1\r\n" + HOST + b"\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        get().replace(b"HTTP/1.1", b"HTTP/2.0"), get().replace(b"HTTP/1.1", b"HTTP/9.9"),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        get(b"*", method=b"OPTIONS"), get(b"127.0.0.1:80", method=b"CONNECT"), get(b"http://127.0.0.1/"),
            get(b"http://evil.example/"),
        post(b"{}", path=b"http://evil.example/"), post(b"{}", path=b"x"), get(b"?x=1"),
            get(b"file:///etc/passwd"),
    ),
    *cases("method", 405, get(method=b"TRACE"), get(method=b"CONNECT"), get(method=b"get"),
        get(method=b"FETCH"), post(b"{}", method=b"A" * 300)),
    *cases("health", 200, get(), get(b"/?x"), get(b"/?%"), get(b"/?%ff=%zz&&&=="), get(method=b"HEAD"),
        post(b"x", b"", method=b"GET")),
]  # fmt: skip

HEADERS = [
    *cases(
        "header", 400,
        get(headers=b"X: \x00\r\n"), get(headers=b"X\x00: a\r\n"), get(headers=b"X : a\r\n"),
        get(headers=b": a\r\n"), get(headers=b"X\r\n"), get(headers=b"\xff: a\r\n"),
            get(headers=b"(: a\r\n"), get(host=b" X: folded\r\n" + HOST),
        get(host=b""), get(host=HOST + HOST), get(host=HOST + b"Host: evil.example\r\n"),
            get(host=b"Host: evil.example\r\n" + HOST),
    ),
    *cases(
        "large", 431,
        get(headers=b"X: " + b"a" * 1_000_000 + b"\r\n"),
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 1_000_000,
    ),
    *cases(
        "odd", 200,
        get(headers=b"X: \xff\xfe\r\n"), get(headers=b"X: \x01\r\n"), get(headers=b"X:\r\n"),
            get(headers=b"X: a\r\n b\r\n"), get(headers=b"X: a\r\n" * 1000),
        get(headers=b"Content-Length: 0\r\n"), get(headers=b"Expect: 100-continue\r\n"),
            get(headers=b"Expect: nonsense\r\n"),
        get(headers=b"Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n"),
            get(headers=b"Upgrade: h2c\r\n"),
        get(headers=b"Range: bytes=-1\r\n"), get(headers=b"Accept: \xc3\xa9\r\n"), get().replace(b"\r\n",
            b"\n"),
        get(headers=b"Content-Type: application/x-www-form-urlencode\r\n"),
            get(headers=b"X-Amzn-Trace-Id: \xff\r\n"),
    ),
]  # fmt: skip

FRAMING = [
    *cases(
        "framing", 400,
        framed(b"Content-Length: -1\r\n"), framed(b"Content-Length: +2\r\n", b"{}"),
            framed(b"Content-Length: 0x2\r\n", b"{}"),
        framed(b"Content-Length: 2 2\r\n", b"{}"), framed(b"Content-Length: 1e1\r\n"),
            framed(b"Content-Length:\r\n"),
        framed(b"Content-Length: \xb2\r\n", b"{}"), framed("Content-Length: ٢\r\n".encode(), b"{}"),
        framed(b"Content-Length: " + b"9" * 30 + b"\r\n"),
            framed(b"Content-Length: " + b"9" * 5000 + b"\r\n"),
        framed(b"Content-Length: 2\r\nContent-Length: 3\r\n", b"{}x"), framed(b"Content-Length: 2, 3\r\n",
            b"{}x"),
        framed(b"Content-Length : 2\r\n", b"{}"), framed(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
        framed(b"Transfer-Encoding: chunked, gzip\r\n"), framed(b"Transfer-Encoding: gzip, chunked\r\n"),
            framed(b"Transfer-Encoding:\r\n"),
        framed(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
        framed(b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n", b"{}"),
        framed(b"Transfer-Encoding: chunked\r\n", b"ZZ\r\n{}\r\n0\r\n\r\n"),
            framed(b"Transfer-Encoding: chunked\r\n", b"-1\r\n{}"),
        framed(b"Transfer-Encoding: chunked\r\n", b"0x2\r\n{}\r\n0\r\n\r\n"),
            framed(b"Transfer-Encoding: chunked\r\n", b" 2\r\n{}\r\n"),
        framed(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}X\r\n0\r\n\r\n"),
            framed(b"Transfer-Encoding: chunked\r\n", b"\r\n\r\n"),
        framed(b"Transfer-Encoding: chunked\r\n", b"f" * 40 + b"\r\n{}"),
        framed(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\nX\x00: a\r\n\r\n"),
        framed(b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
            b"2\r\n{}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n"),
        framed(b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
            b"2\r\n{}\r\n0\r\n\r\n").replace(CLOSE, b""),
    ),
    *cases(
        "framed", 200,
        framed(b"Content-Length: 2\r\n", b"{}"), framed(b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}"),
        framed(b"Content-Length: 2, 2\r\n", b"{}"), framed(b"Content-Length: 000000002\r\n", b"{}"),
        framed(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
            framed(b"Transfer-Encoding: CHUNKED\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
        framed(b"Transfer-Encoding: chunked\r\n", b"00002;a=b\r\n{}\r\n000\r\nX: a\r\n\r\n"),
        framed(b"Transfer-Encoding: chunked\r\n", b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
        framed(b"Content-Length: 2\r\n", b"{}GARBAGE\r\n\r\n"), framed(b"Content-Length: 2\r\n", b"{}",
            b"HTTP/1.0"),
        post(b"{}") + post(b"{"), get() + b"\x00" * 100, framed(b""),
    ),
    *cases(
        "too-large", 413,
        framed(b"Content-Length: 4194305\r\n", b" " * 4_194_305), post(b" " * 5_000_000),
        framed(b"Transfer-Encoding: chunked\r\n", b"500000\r\n" + b" " * 0x500000 + b"\r\n0\r\n\r\n"),
        post(b"x" * 5_000_000, b"", b"/gateway/X"),
    ),
]  # fmt: skip

HOSTS = [
    *cases(
        "host", 403,
        *(
            get(host=b"Host: " + host + b"\r\n")
            for host in (
                b"evil.example", b"127.0.0.1.evil.example", b"localhost.evil.example", b"0.0.0.0", b"127.1",
                    b"2130706433", b"0x7f.1",
                b"127.0.0.1@evil.example", b"evil.example@127.0.0.1", b"127.0.0.1/evil", b"127.0.0.1?evil",
                    b"127.0.0.1#evil",
                b"127.0.0.1\\evil", b"127.0.0.1 evil", b"127.0.0.1:80:80", b"127.0.0.1:x", b"127.0.0.1:-1",
                    b"[", b"]", b"[]", b"[::1", b"::1",
                b"[::1]x", b"[127.0.0.1]x", b"[fe80::1]", b"", b":", b":80", b"http://127.0.0.1",
                    b"sync-evil.example", b"127.0.0.1,evil.example",
                b"\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1", b"xn--", b"%31%32%37.0.0.1", b"localhost%00",
                    b"\xff", b"localhost..", b"*",
            )
        ),
        b"GET / HTTP/1.0\r\n\r\n",
    ),
    *cases(
        "own-host", 200,
        *(
            get(host=b"Host: " + host + b"\r\n")
            for host in (b"127.0.0.1", b"127.0.0.1:1", b"127.0.0.1:", b"127.0.0.1:99999", b"LOCALHOST",
                b"[::1]:80", b"sync-localhost")
        ),
    ),
    *cases("bucket-host", 400, get(host=b"Host: a.localhost\r\n")),
]  # fmt: skip

ORIGINS = [
    *cases(
        "origin", 403,
        *(
            request(origin)
            for request in (
                lambda origin: post(b"{}", LIST + b"Origin: " + origin + b"\r\n"),
                lambda origin: post(b"{}", b"Origin: " + origin + b"\r\n", b"/gateway/X"),
            )
            for origin in (
                b"http://[::1", b"http://[", b"http://]", b"http://[x]", b"[", b"null", b"", b"http://",
                    b"//127.0.0.1", b"127.0.0.1",
                b"https://127.0.0.1", b"http://127.0.0.1:x", b"http://127.0.0.1.evil.example",
                    b"http://127.0.0.1@evil.example", b"\xff",
                b"http://127.0.0.1, http://evil.example", b"http://\xe2\x84\x80", b"file://",
                    b"http://127.0.0.1:99999999999", b"*",
            )
        ),
        post(b"{}", LIST + b"Origin: http://127.0.0.1\r\nOrigin: null\r\n", host=b"Host: localhost\r\n"),
    ),
    *cases(
        "own-origin", 403, post(b"{}", LIST + b"Origin: http://127.0.0.1\r\n"),
        post(b"{}", LIST + b"Sec-Fetch-Site: same-origin\r\n"),
    ),
]  # fmt: skip

BODIES = [
    *cases(
        "json", 400,
        *(
            post(body)
            for body in (
                b"{", b"}", b"[]", b"null", b"1", b'"', b"\x00", b"\xff", b"\xff\xfe{\x00}\x00",
                    b"\xef\xbb\xbf{}", b"{}{}", b"{'a': 1}",
                b'{"a":}', b'{"a" 1}', b'{"a":1,}', b"[" * 100_000, b"[" * 1_000_000,
                    b'{"a":' * 2000 + b"1" + b"}" * 2000, b"-", b"01", b"1e999",
                b'{"maxResults":' + b"9" * 5000 + b"}", b'{"maxResults":1e400}', b'{"maxResults":NaN}',
                    b'{"maxResults":-Infinity}',
                b'{"maxResults":true}', b'{"maxResults":"1"}', b'{"maxResults":1.5}', b'{"maxResults":[]}',
                    b'{"maxResults":-1}',
                b'{"maxResults":99999999999999999999}', b'{"nextToken":"\\ud800"}', b'{"nextToken":1}',
                    b'{"nextToken":"\\u0000"}', b'{"nextToken":""}',
                b'{"nextToken":"\\x"}', b'{"nextToken":"\\u12"}', b'{"nextToken":"\x01"}',
                    b'{"nextToken":"\xed\xa0\x80"}', b'{"maxResults":1,"maxResults":"x"}',
                gzip.compress(b"{}", mtime=0), b"--x\r\nContent-Disposition: form-data\r\n\r\n{}\r\n--x--",
            )
        ),
    ),
    *cases("json-read", 200, *(post(body) for body in (b"", b" ", b"{}", b'{"unknown":1}',
        b'{"maxResults":null}', b'\t{\n}\r', b'{"":""}'))),
    *cases(
        "operation", 400,
        post(b'{"stateMachineArn":"\\ud800"}', target("StartExecution")), post(b'{"stateMachineArn":"x"}',
            target("StartExecution")),
        post(b'{"stateMachineArn":"arn:aws:states:::stateMachine:x","input":"\\ud800"}',
            target("StartExecution")),
        post(b'{"name":"\\ud800","definition":"{}",' + ROLE + b"}", target("CreateStateMachine")),
        post(b'{"name":"a\\u0000b","definition":"{}",' + ROLE + b"}", target("CreateStateMachine")),
        post(b'{"name":"a","definition":"\\ud800",' + ROLE + b"}", target("CreateStateMachine")),
        post(b'{"name":"a","definition":"' + b"[" * 5000 + b'",' + ROLE + b"}", target("CreateStateMachine")),
        post(b'{"name":"\\ud83d"}', target("CreateActivity")), post(b'{"activityArn":"\\udfff"}',
            target("GetActivityTask")),
        post(b'{"taskToken":"\\ud800","output":"{}"}', target("SendTaskSuccess")),
            post(b'{"taskToken":"x","output":"{"}', target("SendTaskSuccess")),
        post(b'{"definition":"\\ud800"}', target("ValidateStateMachineDefinition")),
            post(b'{"executionArn":"\\ud800"}', target("DescribeExecution")),
        post(b'{"definition":"{}","input":"\\ud800"}', target("TestState")), post(b"{}",
            target("StartSyncExecution")),
        post(b'{"resourceArn":"x","tags":[{"key":"\\ud800","value":"\\ud800"}]}', target("TagResource")),
    ),
    *cases(
        "target", 400,
        *(
            post(b"{}", b"X-Amz-Target: " + name + b"\r\n")
            for name in (b"", b".", b"AWSStepFunctions", b"AWSStepFunctions.", b"AWSStepFunctions.__class__",
                b"AWSStepFunctions.../../x", b"x.ListStateMachines",
                         b"AWSStepFunctions.liststatemachines", b"\xff.\xff",
                             b"AWSStepFunctions.ListStateMachines.", b"a" * 5000, b"Logs_20140328.Nope")
        ),
        post(b"{}", b"X-Amz-Target: x\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\n"),
    ),
]  # fmt: skip

REST = [
    *cases("no-route", 404, *(get(path) for path in (b"//", b"/%", b"/%00", b"/%2e%2e/",
        b"/../../etc/passwd", b"/x", b"/index.html", b"/.git/config", FUNCTIONS + b"a/b/c/d"))),
    *cases("no-route-post", 404, post(b"{}", b""), post(b"\xff", b"", b"/x"), post(b"{}",
        b"", FUNCTIONS + b"../../etc/passwd/invocations")),
    *cases(
        "function", 400,
        *(get(FUNCTIONS + name) for name in (b"%00", b"%ff", b"%ed%a0%80", b"a%0d%0ab", b"..%2f..%2fetc",
            b"%F0%9F%98%80", b"a" * 10_000, b"%25", b"a%20b")),
        *(get(FUNCTIONS + b"?MaxItems=" + value) for value in (b"x", b"%D9%A3", b"1_0", b"%201", b"9" * 5000,
            b"-1", b"0", b"1.5", b"", b"%", b"%00")),
        *(post(body, b"", FUNCTIONS.rstrip(b"/")) for body in (b"{", b"[]", b"\xff", b"{}",
            b'{"FunctionName":"\\ud800"}', b'{"FunctionName":1}', b'{"Timeout":1e400}')),
        post(FUNCTION % b"\xc3\xa9", b"", FUNCTIONS.rstrip(b"/")),
        post(FUNCTION % b"AAAA", b"", FUNCTIONS.rstrip(b"/")),
    ),
    *cases("no-function", 404, get(FUNCTIONS + b"f"), post(b"{}", b"", FUNCTIONS + b"f/invocations"),
        get(FUNCTIONS + b"f?Qualifier=1", method=b"DELETE")),
    *cases(
        "query-protocol", 400,
        *(
            post(body, FORM)
            for body in (b"", b"\xff", b"%", b"Action=%00", b"Action=%3C!DOCTYPE",
                b"Action=GetCallerIdentity", b"Action=GetUser&Version=2010-05-08", b"=&=&=",
                         b"Action=%ed%a0%80&Version=2011-06-15", b"Version=2011-06-15", b"&" * 100_000,
                             b"a=b&" * 100_000)
        ),
        get(b"/?Action=Nope"), get(b"/?Action=%ff&Version=%ff"),
    ),
    *cases("query-protocol-read", 200, post(b"Action=GetCallerIdentity&Version=2011-06-15&a=%ff", FORM)),
    *cases("gateway", 404, *(post(b"{}", b"", b"/gateway/" + name) for name in (b"", b"X", b"..", b"../x",
        b"%2e%2e", b"a%00b", b"%ff", b"%F0%9F%98%80", b"a:b:c", b"arn:x"))),
    *cases("gateway-arn", 404, post(b"{}", b"", b"/gateway/%ed%a0%80"), post(b"{}", b"", b"/gateway/X:live"),
        post(b"{}", b"", b"/gateway/X:0")),
    *cases("gateway-method", 405, get(b"/gateway/X"), get(b"/gateway/X", method=b"HEAD"),
        get(b"/gateway/X", method=b"TRACE"), post(b"{}", b"", b"/gateway/X", b"PUT")),
    *cases("gateway-input", 400, post(b"\xff", b"", b"/gateway/X"), post(b"{}", b"",
        b"/gateway/" + b"a" * 9000)),
    *cases("preflight", 204, get(b"/gateway/X", b"Access-Control-Request-Headers: \xff\r\n", b"OPTIONS")),
]  # fmt: skip

OPEN = [*REQUEST_LINES, *HEADERS, *FRAMING, *HOSTS, *ORIGINS, *BODIES, *REST]

SIGNED = [
    *cases(
        "date", 403,
        *(
            date(value, name)
            for name in (b"Date", b"X-Amz-Date")
            for value in (
                b"Mon, 01 Jan 99999999999 00:00:00 GMT", b"Fri, 31 Dec 9999 23:59:59 -2359",
                    b"Mon, 01 Jan 0001 00:00:00 +2359", b"Mon, 01 Jan 0000 00:00:00 GMT",
                b"x", b"", b"99991231T235959Z", b"00010101T000000Z", b"20260101T000000Z",
                    b"20261301T000000Z", b"20260101T250000Z", b"\xff", b"0", b"-1",
                b"Thu, 01 Jan 2026 00:00:00 +99999999999", b"1 Jan 2026", b"\xb2\xb0260101T000000Z",
                    b"20260101T000000Z" * 500,
            )
        ),
    ),
    *cases(
        "authorization", 403,
        *(
            authorization(value)
            for value in (
                b"", b"x", b"Basic eDp5", b"AWS4-HMAC-SHA256", b"AWS4-HMAC-SHA256 ", b"AWS4-HMAC-SHA256 ,,,",
                    b"AWS4-HMAC-SHA256 =,=,=",
                b"AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
                    b"AWS4-HMAC-SHA256 Credential=\xff/, SignedHeaders=host, Signature=x",
                b"AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=x",
                b"AWS4-HMAC-SHA256 Credential=" + SCOPE + b", SignedHeaders=;;;host, Signature=\xe9",
                b"AWS4-HMAC-SHA256 Credential=" + SCOPE + b", SignedHeaders=host, Signature=" + b"a" * 20_000,
                b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/////aws4_request, SignedHeaders=host, Signature=x",
                b"AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=x",
            )
        ),
        post(b"{}"), post(b"{}", LIST + b"Authorization: x\r\nAuthorization: y\r\n"), post(b"{}", b"",
            b"/gateway/X"),
    ),
    *cases(
        "presigned", 403,
        *(
            get(PRESIGNED + query)
            for query in (
                b"", b"X-Amz-Credential=%ff",
                    b"X-Amz-Credential=" + SCOPE + b"&X-Amz-Date=20260101T000000Z&X-Amz-Expires=1",
                b"X-Amz-Credential=" + SCOPE + b"&X-Amz-Date=99991231T235959Z&X-Amz-Expires=604800",
                b"X-Amz-Credential=AKIDEXAMPLE/00010101/r/s/aws4_request&X-Amz-Date=00010101T000000Z&X-Amz-Expires=604800",
                b"X-Amz-Credential=" + SCOPE + b"&X-Amz-Date=%D9%A2%D9%A0260101T000000Z&X-Amz-Expires=60",
                b"X-Amz-Credential=" + SCOPE + b"&X-Amz-Date=20260101T000000Z&X-Amz-Expires=%D9%A3",
                b"X-Amz-Credential=" + SCOPE + b"&X-Amz-Date=20260101T000000Z&X-Amz-Expires=" + b"9" * 5000,
                b"X-Amz-Credential=" + SCOPE + b"&X-Amz-Date=%ed%a0%80&X-Amz-Expires=60",
            )
        ),
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that requires signatures."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "credentials").write_text(CREDENTIALS)
    served = Served(str(folder / "home"), "--credentials", str(folder / "credentials"))
    yield served
    served.stop()


def answered(served: Served, sent: bytes) -> bytes:
    """All that the server answers until it closes the connection."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as client:
        client.sendall(sent)
        answer = b""
        while received := client.recv(65536):
            answer += received
    return answer


def check(served: Served, case: Case) -> None:
    before = len(served.printed())
    head, _, body = answered(served, case.sent).partition(b"\r\n\r\n")
    line = head.split(b"\r\n")[0].split()
    assert line[:2] == [b"HTTP/1.1", str(case.status).encode()], (head, body)
    if case.status >= 400 and not case.sent.startswith(b"HEAD"):
        assert b'"message":' in body.lower() or b"<Message>" in body, body
    assert "Traceback" not in served.printed()[before:]


def test_there_are_enough_cases() -> None:
    """The number of cases, so that none is dropped by mistake."""
    assert len(OPEN) + len(SIGNED) >= 400


@pytest.mark.parametrize("case", OPEN, ids=[case.name for case in OPEN])
def test_raw_requests(served: Served, case: Case) -> None:
    """Wrong bytes get a 4xx error that names the problem, never 5xx and never a traceback."""
    check(served, case)


@pytest.mark.parametrize("case", SIGNED, ids=[case.name for case in SIGNED])
def test_raw_signatures(guarded: Served, case: Case) -> None:
    """A claim to be signed that cannot be read, or be true, is refused with status 403."""
    check(guarded, case)


SEEDS = [
    get(), post(b'{"maxResults": 3}'), post(b'{"maxResults": 3}', LIST + b"Origin: http://127.0.0.1\r\n"),
        framed(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    get(FUNCTIONS + b"?MaxItems=10"), post(b"Action=GetCallerIdentity&Version=2011-06-15", FORM),
        post(b'{"a": 1}', b"", b"/gateway/X"),
    post(
        b'{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:x","input":"{}","name":"n"}',
        target("StartExecution"),
    ),
    date(b"Thu, 01 Jan 2026 00:00:00 GMT", b"Date"), date(b"20260101T000000Z"),
    post(
        b'{"definition":"{\\"StartAt\\":\\"A\\",\\"States\\":{\\"A\\":{\\"Type\\":\\"Pass\\",\\"End\\":true}}}"}',
        target("ValidateStateMachineDefinition"),
    ),
]  # fmt: skip
PIECES = [
    b"\r\n",
    b"\x00",
    b"\xff",
    b"[",
    b"{",
    b'"',
    b"\\ud800",
    b"%",
    b"%ff",
    b":",
    b"9" * 20,
    b"-",
    b" ",
    b"\n",
    b"\r\n\r\n",
    b"=",
    b"\xd9\xa3",
    b"chunked",
]


def mutated(chance: random.Random) -> bytes:
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.choice([1, 1, 1, 20])]
            case 2:
                data[at:at] = chance.randbytes(chance.randrange(1, 20))
            case 3:
                data[at:at] = chance.choice(PIECES)
            case _:
                end = at + chance.randrange(1, 40)
                data[at:at] = data[at:end]
    return bytes(data)


def statuses(served: Served, sent: bytes) -> list[bytes]:
    """The statuses of the answers; a request that is no longer complete is ended after a moment."""
    answer = b""
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as client:
        try:
            client.sendall(sent)
            client.settimeout(0.3)
            try:
                while received := client.recv(65536):
                    answer += received
            except TimeoutError:
                client.settimeout(30)
                client.shutdown(socket.SHUT_WR)
                while received := client.recv(65536):
                    answer += received
        except ConnectionError:
            pass  # refused before all was sent, or read
    return re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", answer)


@pytest.mark.slow
def test_mutations(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No damaged request is answered with a 5xx or makes the server print a traceback or stop."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "credentials").write_text(CREDENTIALS)
    for name, more in (("open", ()), ("guarded", ("--credentials", str(folder / "credentials")))):
        served = Served(str(folder / name), *more)
        chance = random.Random(f"{name} {FUZZ}")
        requests = [mutated(chance) for _ in range(FUZZ // 2)]
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(partial(statuses, served), requests))
        failed = [
            sent for sent, found in zip(requests, answers, strict=True) if max(found, default=b"") >= b"500"
        ]
        assert failed == []
        assert sum(map(bool, answers)) > FUZZ // 4  # most are answered, for the test to mean something
        assert "Traceback" not in served.printed()
        assert statuses(served, get()) == [b"200"]
        assert served.stop() == 0
