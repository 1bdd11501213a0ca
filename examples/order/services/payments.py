"""The payment service: charges cards, and refunds. It is busy for the first two charges.

POST /charges {"order", "card", "amount"}    402 when the card is declined, 503 when it is busy
DELETE /charges/KEY                          the key is that of the request that charged
"""

from itertools import count

from api import Refusal, Undoable, serve

requests = count(1)
charges = Undoable()


def charge(_, order, key):
    if next(requests) <= 2 or order["card"] == "bank-closed":
        raise Refusal(503, "busy")
    if order["card"] == "declined":
        raise Refusal(402, "the card was declined")
    charges.do(key, order["amount"])
    return {"id": f"charge-{order['order']}"}


def refund(key, *_):
    return {"undone": [] if charges.undo(key) is None else ["refund"]}


serve({("POST", "charges"): charge, ("DELETE", "charges"): refund})
