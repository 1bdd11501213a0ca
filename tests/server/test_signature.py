"""Laws of signatures: what botocore signs is accepted, and what was changed since is not."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from sfn_cli.errors import ApiError
from sfn_cli.server.credentials import AccessKey
from sfn_cli.server.messages import HttpRequest
from sfn_cli.server.signature import check_signature_claim, check_signature_digest, signature_of

KNOWN = {"AKID/WITH/SLASHES": AccessKey("sécret+/=", "token/+=")}
KEYS = Keys("AKID/WITH/SLASHES", "sécret+/=", "token/+=")

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
words = st.text("abc XYZ\t,;=\"'/~é", max_size=12)
paths = st.lists(text, max_size=4).map(
    lambda segments: "/" + "/".join(quote(segment, safe="~") for segment in segments)
)
queries = st.lists(st.tuples(text, text), max_size=4).map(
    lambda pairs: "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
)
headers = st.dictionaries(
    st.sampled_from(["X-Amz-Target", "x-odd", "X-Odder", "Content-Type"]), words, max_size=4
)


def sent(request: AWSRequest) -> HttpRequest:
    """The request as it arrives."""
    url = urlsplit(request.url)
    given = {"host": url.netloc, **{name: " ".join(value.split()) for name, value in request.headers.items()}}
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    return HttpRequest(request.method, url.path, url.query, Headers(raw=raw), request.data or b"")


def check(request: HttpRequest, now: datetime) -> None:
    claimed = signature_of(request)
    check_signature_claim(claimed, request, KNOWN, now)
    check_signature_digest(claimed, request, KNOWN)


@pytest.mark.parametrize("signer", [SigV4Auth, SigV4QueryAuth])
@given(
    path=paths,
    query=queries,
    headers=headers,
    body=st.binary(max_size=20),
    region=st.sampled_from(["us-east-1", "eu-west-3"]),
)
def test_what_botocore_signs(
    signer: type[SigV4Auth], path: str, query: str, headers: dict[str, str], body: bytes, region: str
) -> None:
    """A signed request is accepted unchanged.

    It is refused with another method, path, query, body or signed header, or with one more of
    AWS's.
    """
    if signer is SigV4QueryAuth:
        body = b""  # botocore would move one into the query
    request = AWSRequest(
        "POST", f"http://127.0.0.1:8083{path}" + (f"?{query}" if query else ""), headers, body
    )
    signer(KEYS, "lambda", region).add_auth(request)
    arrived = sent(request)
    now = datetime.now(UTC)
    check(arrived, now)

    more = Headers(raw=[*arrived.headers.raw, (b"x-amz-more", b"1")])
    other = Headers(
        raw=[
            (name, value + b"x" if name.startswith((b"x-odd", b"host")) else value)
            for name, value in arrived.headers.raw
        ]
    )
    for changed in (
        arrived._replace(method="PUT"),
        arrived._replace(path=arrived.path.rstrip("/") + "/x"),
        arrived._replace(query=arrived.query + ("&" if arrived.query else "") + "more=1"),
        arrived._replace(body=arrived.body + b" "),
        arrived._replace(headers=more),
        arrived._replace(headers=other),
    ):
        with pytest.raises(ApiError, match=r"does not match|must be a 'SignedHeader'"):
            check(changed, now)
