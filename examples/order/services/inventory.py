"""The inventory service: reserves goods, and releases them.

POST /reservations {"order", "item"}    409 when the item is out of stock
DELETE /reservations/KEY                the key is that of the request that reserved
"""

from api import Refusal, Undoable, serve

STOCK = {"teapot": 12, "piano": 1, "unicorn": 0}

reservations = Undoable()


def reserve(_, order, key):
    item = order["item"]
    if STOCK.get(item, 0) == 0:
        raise Refusal(409, f"no {item} in stock")
    reservations.do(key, item)
    STOCK[item] -= 1
    return {"id": f"reservation-{order['order']}"}


def release(key, *_):
    item = reservations.undo(key)
    if item is None:
        return {"undone": []}
    STOCK[item] += 1
    return {"undone": ["release"]}


serve({("POST", "reservations"): reserve, ("DELETE", "reservations"): release})
