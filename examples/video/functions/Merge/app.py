"""Joins the chunks of a film: {"bucket", "header", "parts": [key], "key"} → {"key", "bytes"}."""

import boto3


def lambda_handler(event, context):
    s3, bucket = boto3.client("s3"), event["bucket"]
    parts = [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in event["parts"]]
    film = event["header"].encode() + b"".join(parts)
    s3.put_object(Bucket=bucket, Key=event["key"], Body=film)
    return {"key": event["key"], "bytes": len(film)}
