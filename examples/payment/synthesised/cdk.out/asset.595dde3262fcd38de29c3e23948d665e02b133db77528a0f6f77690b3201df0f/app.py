"""A warehouse: {"action": "reserve" | "release" | "ship", "order", "item"} → {"id"}."""


class OutOfStock(Exception):
    """The warehouse has no such item."""


def lambda_handler(event, context):
    if event["action"] == "ship" and event["item"] == "unicorn":
        raise OutOfStock("no unicorn in stock")
    print(f"{event['action']} {event['item']} for order {event['order']}")
    return {"id": f"{event['action']}-{event['order']}"}
