"""Asks a person: {"order", "amount", "token"}.

The answer comes later, with the token. A real function would send an e-mail.
"""


def lambda_handler(event, context):
    print(f"May order {event['order']} cost {event['amount']}? The token of the answer: {event['token']}")
