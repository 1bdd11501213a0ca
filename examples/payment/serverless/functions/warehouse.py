"""A warehouse: {"action": "reserve" | "release" | "ship", "order", "item"} → {"id"}."""


class OutOfStock(Exception):
    """What was promised is not there."""


def lambda_handler(event, context):
    if event["action"] == "ship" and event["item"] == "unicorn":
        raise OutOfStock("there is no unicorn")
    print(f"{event['action']} {event['item']} for order {event['order']}")
    return {"id": f"{event['action']}-{event['order']}"}
