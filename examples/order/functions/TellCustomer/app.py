"""Tells a customer how their order went: {"to", "text"}. A real one would send a mail."""


def lambda_handler(event, context):
    print(f"To {event['to']}: {event['text']}")
