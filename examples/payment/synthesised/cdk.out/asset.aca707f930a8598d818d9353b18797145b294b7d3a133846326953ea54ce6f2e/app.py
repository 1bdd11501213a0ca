"""Requests a manager's approval: {"order", "amount", "token"}.

The manager answers later, with the task token. A real function would send an e-mail.
"""


def lambda_handler(event, context):
    print(f"May order {event['order']} cost {event['amount']}? The token of the answer: {event['token']}")
