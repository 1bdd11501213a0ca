"""Reads the inbox for the mail of one sign-up: {"queue", "to", "signup"} → {"token"}."""

import json

import boto3


class NoMailYet(Exception):
    """The mail has not arrived."""


def lambda_handler(event, context):
    sqs = boto3.client("sqs")
    queue = sqs.get_queue_url(QueueName=event["queue"])["QueueUrl"]
    # VisibilityTimeout=0 leaves the mail in the inbox, so that a retry can read it again.
    received = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=2
    )
    for message in received.get("Messages", []):
        mail = json.loads(message["Body"])
        if mail["to"] != event["to"]:
            continue
        if mail.get("signup") == event["signup"]:
            print("found the mail to", mail["to"])
            return {"token": mail["token"]}
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])  # of an earlier sign-up
    raise NoMailYet(f"no mail to {event['to']} yet")
