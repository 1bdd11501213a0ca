"""A bank: {"action", "order", "card", "amount", "attempt"} → {"id"}.

The result depends only on the order, so repeating an action (after the death of a worker) does no harm.
"""


class CardDeclined(Exception):
    """A retry does not help."""


class BankIsBusy(Exception):
    """A retry may help."""


def lambda_handler(event, context):
    action, order = event["action"], event["order"]
    if event["card"] == "declined" and action == "authorise":
        raise CardDeclined(f"the card for order {order} was declined")
    if event["card"] == "busy" and event["attempt"] < 2:
        raise BankIsBusy(f"no line for {action}, attempt {event['attempt']}")
    if event["card"] == "bank-closed" and action == "capture":
        raise BankIsBusy("closed for today")
    print(f"{action} {event['amount']} for order {order}")
    return {"id": f"{action}-{order}"}
