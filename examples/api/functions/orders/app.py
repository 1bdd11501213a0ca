"""Answers GET /orders/{id} of an HTTP API, and any request to the function's URL."""

import json


def handler(event, context):
    id = (event.get("pathParameters") or {}).get("id")
    if id is None:
        return {"statusCode": 404, "body": json.dumps({"message": "Which order?"})}
    return {"id": id, "status": "on its way"}
