"""Sends a customer the outcome of an order: {"to", "text"}. A real function would send a mail."""


def lambda_handler(event, context):
    print(f"To {event['to']}: {event['text']}")
