"""State machines behind APIs, mapping templates, and apigateway:invoke of an API of the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.processes import describe, ended, sfn, sfn_json, start_execution, until

if TYPE_CHECKING:
    from tests.end_to_end.apis.shop import ApiShop

pytestmark = pytest.mark.slow  # a deployed project and its endpoint


@pytest.mark.parametrize(
    "order, status, body",
    [
        ({"id": 7}, 200, {"price": 10, "id": 7}),
        ({"id": -1}, 422, {"error": "BadOrder", "cause": "negative"}),
    ],
)
def test_sync_execution(shop: ApiShop, order: dict[str, int], status: int, body: dict[str, object]) -> None:
    """The response's template gets the execution's result, and may override the status."""
    answer = shop.post("Rest", "/price", order)
    assert (answer.status, answer.json) == (status, body)


def test_sync_execution_of_an_http_api(shop: ApiShop) -> None:
    """The subtype StepFunctions-StartSyncExecution responds with the operation's response."""
    answer = shop.post("Http", "/price", {"id": 7})
    assert (answer.status, answer.json["status"]) == (200, "SUCCEEDED")
    assert json.loads(answer.json["output"]) == {"price": 10, "id": 7}


def test_start_execution(shop: ApiShop) -> None:
    """A parameter of the path names the execution; the error of a second start has its own response."""
    answer = shop.post("Rest", "/orders/41", {})
    assert answer.status == 202
    assert (float(answer.headers["X-Started"]) > 0, answer.headers["X-Static"]) == (True, "yes")
    assert answer.json["executionArn"].endswith(":order-41")
    assert json.loads(ended(shop.home, answer.json["executionArn"])["output"]) == {"price": 10, "id": 41}
    refused = shop.post("Rest", "/orders/a*b", {})
    assert (refused.status, refused.json["__type"]) == (409, "InvalidName")


def test_mock(shop: ApiShop) -> None:
    """A mock's template chooses the response; a client gets the content type that there is."""
    answer = shop.call("Rest", "/mock")
    assert (answer.status, answer.json) == (200, {"stage": "dev"})
    answer = shop.call("Rest", "/mock?lost=bread")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html")
    assert answer.body == b"<p>Corner has no bread</p>"


def test_function_with_templates(shop: ApiShop) -> None:
    """A function without a proxy: the template makes its event, and an error's message is matched."""
    assert shop.post("Rest", "/sum", {"numbers": [1, 2]}).json == {"sum": 3}
    failed = shop.post("Rest", "/sum", {"numbers": []})
    assert (failed.status, failed.json["errorMessage"]) == (418, "not today")
    refused = shop.call("Rest", "/sum", "POST", "1", content_type="text/plain")
    assert (refused.status, refused.json) == (415, {"message": "Unsupported Media Type"})


def test_rule_that_calls_an_api(shop: ApiShop) -> None:
    """A rule's target may be an API of the store; HttpParameters fill its path."""
    api_id = shop.outputs["Rest"].split("/")[-2]
    target = {
        "Id": "api",
        "Arn": f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/dev/POST/orders/*",
        "HttpParameters": {"PathParameterValues": ["77"]},
    }
    sfn_json(shop.home, "events", "put-rule", "--name", "orders", "--event-pattern", '{"source": ["shop"]}')
    sfn_json(shop.home, "events", "put-targets", "--rule", "orders", "--targets", json.dumps([target]))
    entry = {"Source": "shop", "DetailType": "made", "Detail": "{}"}
    sfn_json(shop.home, "events", "put-events", "--entries", json.dumps([entry]))
    name = "order-77"

    def started() -> list[str]:
        machine = next(
            one["stateMachineArn"]
            for one in sfn_json(shop.home, "list-state-machines")["stateMachines"]
            if one["name"].startswith("shop-Standard-") or "Standard" in one["name"]
        )
        rows = sfn_json(shop.home, "list-executions", "--state-machine-arn", machine)["executions"]
        return [row["name"] for row in rows if row["name"] == name]

    assert until(started, "the execution that the API starts") == [name]
    sfn(shop.home, "events", "remove-targets", "--rule", "orders", "--ids", "api")
    sfn(shop.home, "events", "delete-rule", "--name", "orders")


def test_call_of_an_own_api(shop: ApiShop) -> None:
    """A task calls an API of the store by its name in AWS, without sfn serve."""
    execution = start_execution(shop.home, shop.outputs["Caller"], "--input", '{"id": 3}')
    assert ended(shop.home, execution)["status"] == "SUCCEEDED", describe(shop.home, execution)
    assert json.loads(ended(shop.home, execution)["output"]) == {"price": 10, "status": 200}
