"""Who may read the console, and who may change anything with it: attempts over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.forms import FORM_TOKEN
from tests.console.machines import WAIT

if TYPE_CHECKING:
    from tests.console.opened_console import OpenedConsole

FORM = "application/x-www-form-urlencoded"
MACHINES = "/console/"

is_root = hasattr(os, "geteuid") and os.geteuid() == 0
needs_root = pytest.mark.skipif(
    not (is_root and sys.platform == "linux"), reason="only root can be another user"
)
NOBODY = 65534


@pytest.fixture(scope="module")
def execution(console: OpenedConsole) -> str:
    """A waiting execution, which no attempt may stop."""
    return console.start(console.create("wait", WAIT), name="waiting")


@pytest.fixture(scope="module")
def stop(execution: str) -> str:
    """The address of the action that stops it."""
    return execution_address(execution, "stop")


@pytest.fixture(scope="module")
def form_token(console: OpenedConsole, execution: str) -> str:
    return console.form_token_of(console.get(execution_address(execution, "again")))


# The token of the start


def test_the_token_becomes_a_cookie(console: OpenedConsole) -> None:
    """The address loses the token at once, and keeps the rest."""
    answer = console.request("GET", f"/console/tasks?a=1&token={console.token}&b=%2F")
    assert (answer.status, answer.headers["location"]) == (303, "/console/tasks?a=1&b=%2F")
    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert attributes == ["Path=/console", "HttpOnly", "SameSite=Strict"]
    port = console.host.partition(":")[2]
    assert value == console.cookie
    assert value.startswith(f"sfn-console-{port}=")
    assert console.token not in value


@pytest.mark.parametrize("token", ["", "wrong", "é", "\ud800", "0" * 4000])
def test_a_wrong_token(console: OpenedConsole, token: str) -> None:
    given = urlencode({"token": token}, errors="surrogatepass")
    answer = console.request("GET", f"{MACHINES}?{given}")
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_the_token_is_on_no_page(console: OpenedConsole, execution: str) -> None:
    cookie = console.cookie.partition("=")[2]
    for address in (MACHINES, "/console/tasks", execution_address(execution, "again")):
        page = console.get(address).text
        assert console.token not in page
        assert cookie not in page


# Reading


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "evil.example"}, 403),  # a name that was rebound to 127.0.0.1
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "10.1.2.3"}, 403),
        ({"Host": "a@b"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),  # another port of this host
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),  # a link
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"X-Forwarded-For": "203.0.113.7"}, 403),  # a proxy of this user, and those who use it
        ({"Via": "1.1 proxy"}, 403),
    ],
)
@pytest.mark.parametrize("address", [MACHINES, f"{MACHINES}tasks.json", f"{MACHINES}static/console.js"])
def test_who_reads(console: OpenedConsole, address: str, headers: dict[str, str], status: int) -> None:
    """The user of this machine reads without the cookie, in no other web page and by no other name."""
    assert console.request("GET", address, headers=headers).status == status


def test_scripts_of_other_pages_of_this_server(console: OpenedConsole) -> None:
    """A local API's page has the console's origin. Its scripts can load no page of the console."""
    script = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    refused = console.get(MACHINES, **script)
    assert refused.status == 403
    assert "data-key" not in refused.text
    key = console.get(MACHINES).text.partition('data-key="')[2].partition('"')[0]
    assert console.get(MACHINES, **script, **{"X-Sfn-Page": key}).status == 200
    assert console.get(f"{MACHINES}?key={key}", **script).status == 200
    assert console.get(f"{MACHINES}?key={key[:-1]}", **script).status == 403


def test_a_reader_without_the_cookie_gets_no_forms(console: OpenedConsole, execution: str) -> None:
    for address in (execution_address(execution), execution_address(execution, "again"), f"{MACHINES}tasks"):
        answer = console.request("GET", address)
        assert FORM_TOKEN not in answer.text
        assert '<form method="post"' not in answer.text


@needs_root
@pytest.mark.parametrize("with_cookie", [False, True])
def test_another_user(console: OpenedConsole, with_cookie: bool) -> None:
    """Another user of this machine reads nothing: not even with the cookie, nor with the token.

    Browsers send a cookie to all ports of a host: also to a server of another user.
    """
    code = (
        "import http.client, sys\n"
        "host, address, cookie = sys.argv[1:]\n"
        "connection = http.client.HTTPConnection(host)\n"
        "connection.request('GET', address, headers={'Cookie': cookie})\n"
        "print(connection.getresponse().status)\n"
    )

    def status(address: str, user: int | None) -> str:
        command = ["python3", "-I", "-c", code, console.host, address, console.cookie if with_cookie else ""]
        done = subprocess.run(command, user=user, capture_output=True, text=True, cwd="/", check=True)
        return done.stdout.strip()

    assert status(MACHINES, None) == "200"
    assert status(MACHINES, NOBODY) == "403"
    assert status(f"{MACHINES}?token={console.token}", NOBODY) == "403"


# Changing


def test_the_form_as_it_is_meant(console: OpenedConsole) -> None:
    """What the attempts below leave out or change is all that keeps them out."""
    execution = console.start(console.create("other", WAIT))
    token = console.form_token_of(console.get(execution_address(execution, "again")))
    assert console.post(execution_address(execution, "stop"), {FORM_TOKEN: token}).status == 303
    assert console.status(execution) == "ABORTED"


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": ""},
        {"Cookie": "sfn-console-1=x"},
        {"Cookie": "sfn-console-{port}=wrong"},
        {"Cookie": "sfn-console-1={value}"},  # that of another port
        {"Cookie": 'sfn-console-{port}="{value}'},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://{host}"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Host": "evil.example", "Origin": "http://evil.example"},  # rebound
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},  # a script that is not the console's
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
    ids=str,
)
def test_forged_requests(
    console: OpenedConsole, execution: str, stop: str, form_token: str, headers: dict[str, str]
) -> None:
    """With the right form token, and one thing wrong."""
    name, _, value = console.cookie.partition("=")
    known = {"port": name.rpartition("-")[2], "value": value, "host": console.host}
    given = {header: text.format(**known) for header, text in headers.items()}
    answer = console.post(stop, {FORM_TOKEN: form_token}, **given)
    assert answer.status in (400, 403)
    assert console.status(execution) == "RUNNING"


@pytest.mark.parametrize("form", [{}, {FORM_TOKEN: ""}, {FORM_TOKEN: "0" * 64}, {FORM_TOKEN: "é"}], ids=str)
def test_forms_without_their_token(
    console: OpenedConsole, execution: str, stop: str, form: dict[str, str]
) -> None:
    assert console.post(stop, form).status == 403
    assert console.status(execution) == "RUNNING"


def test_no_origin(console: OpenedConsole, execution: str, stop: str, form_token: str) -> None:
    """A browser sends an Origin with every form."""
    headers = {"Cookie": console.cookie, "Content-Type": FORM}
    answer = console.request("POST", stop, urlencode({FORM_TOKEN: form_token}), headers)
    assert answer.status == 403
    assert console.status(execution) == "RUNNING"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_change_nothing(
    console: OpenedConsole, execution: str, stop: str, form_token: str, method: str
) -> None:
    headers = {"Cookie": console.cookie, "Origin": console.url}
    answer = console.request(method, f"{stop}?{FORM_TOKEN}={form_token}", headers=headers)
    assert answer.status in (404, 405)
    assert console.status(execution) == "RUNNING"


# Every response


@pytest.mark.parametrize(
    "method, address, status",
    [
        ("GET", MACHINES, 200),
        ("GET", f"{MACHINES}tasks.json", 200),
        ("GET", "/console", 303),
        ("GET", f"{MACHINES}static/console.js", 200),
        ("GET", f"{MACHINES}static/console.css", 200),
        ("GET", f"{MACHINES}static/..%2fconsole.py", 404),
        ("GET", f"{MACHINES}static/../console.py", 404),
        ("GET", f"{MACHINES}nothing", 404),
        ("GET", f"{MACHINES}nothing.json", 404),
        ("GET", f"{MACHINES}machines/%00%ff/executions/%2e%2e", 404),
        ("GET", f"{MACHINES}?token=wrong", 403),
        ("POST", MACHINES, 400),
        ("PUT", MACHINES, 405),
    ],
)
def test_headers(console: OpenedConsole, method: str, address: str, status: int) -> None:
    """The policy allows no inline script and no other server, and nothing is cached or framed."""
    answer = console.request(method, address, headers={"Cookie": console.cookie})
    assert answer.status == status
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
