"""Converts a row of the old system to an item for the new one.

{"customer": {"id", "name", "joined", "balance"}, "attempt"} → DynamoDB's attributes.
"""

import logging
from datetime import datetime

logger = logging.getLogger()


class BadRow(Exception):
    """The row contains invalid data: a retry does not help."""


class LegacySystemIsBusy(Exception):
    """A retry may help."""


def lambda_handler(event, context):
    customer = event["customer"]
    if "Busy" in customer["name"] and event["attempt"] < 2:
        raise LegacySystemIsBusy(f"no line to the old system for customer {customer['id']}")
    try:
        return convert(customer)
    except ValueError as error:
        logger.error("customer %s cannot be converted: %s", customer["id"], error)
        raise BadRow(f"customer {customer['id']}: {error}") from None


def convert(customer):
    if not customer["name"]:
        raise ValueError("there is no name")
    joined = datetime.strptime(customer["joined"], "%d.%m.%Y").date()
    cents = round(float(customer["balance"]) * 100)
    return {
        "id": {"S": customer["id"]},
        "name": {"S": customer["name"]},
        "joined": {"S": joined.isoformat()},
        "balance_cents": {"N": str(cents)},
    }
