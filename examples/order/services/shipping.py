"""The shipping service: quotes the price of a parcel, sends it, and recalls it.

GET /rates?city=CITY                         404 for a city without delivery
POST /shipments {"order", "item", "city"}    409 when no courier takes the item
DELETE /shipments/KEY                        the key is that of the request that sent
"""

from api import Refusal, Undoable, serve

RATES = {"London": 6.5, "Paris": 9}

shipments = Undoable()


def rate(_, query, key):
    if query["city"] not in RATES:
        raise Refusal(404, f"no delivery to {query['city']}")
    return {"price": RATES[query["city"]]}


def ship(_, order, key):
    if order["item"] == "piano":
        raise Refusal(409, f"no courier takes a {order['item']}")
    shipments.do(key, order["item"])
    return {"id": f"parcel-{order['order']}"}


def recall(key, *_):
    return {"undone": [] if shipments.undo(key) is None else ["recall"]}


serve({("GET", "rates"): rate, ("POST", "shipments"): ship, ("DELETE", "shipments"): recall})
