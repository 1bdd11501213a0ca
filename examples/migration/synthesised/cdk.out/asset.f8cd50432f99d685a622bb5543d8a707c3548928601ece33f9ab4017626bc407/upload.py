"""Puts a file of this folder into the bucket: {"file"} → {"bucket", "key"}."""

import os
from pathlib import Path

import boto3

FOLDER = Path(__file__).parent


def lambda_handler(event, context):
    bucket, key = os.environ["BUCKET"], event["file"]
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=(FOLDER / key).read_bytes())
    return {"bucket": bucket, "key": key}
