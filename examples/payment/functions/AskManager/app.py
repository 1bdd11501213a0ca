"""Asks a person: {"order", "amount", "token"}. The answer comes later, by the token; a real one
would send a mail.
"""


def lambda_handler(event, context):
    print(f"May order {event['order']} cost {event['amount']}? The token of the answer: {event['token']}")
